"""What scanners, faxes, telephones and hands do to a page: a plan drawn from the seed alone, and its effect on pixels.

The geometric part is a homography that the truth shares; the rest changes only the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from PIL import Image

# One thread: jobs are processes, and a forked child must not inherit OpenCV's idle threads.
cv2.setNumThreads(1)

Pixels = np.ndarray
"""(height, width) uint8."""


@dataclass(frozen=True)
class Plan:
    """What happens to a page. `warp` maps page points to points of the picture's frame, which has the page's size."""

    steps: tuple[str, ...]
    warp: np.ndarray | None
    seed: int


def plan(rng: Random, width: float, height: float, kind: str, source: str | None = None) -> Plan:
    """A random plan, of a source (born, scan, photo, fax) or of any; photos of freight stay as they are."""
    seed = rng.getrandbits(32)
    if kind == "delivery_photo":
        return Plan(("jpeg",) if rng.random() < 0.5 else (), None, seed)
    source = source or rng.choices(["born", "scan", "photo", "fax"], [0.12, 0.62, 0.18, 0.08])[0]
    if source == "born":
        return Plan((), None, seed)
    steps: list[str] = []
    if source == "photo":
        warp = _photo_warp(rng, width, height)
        steps += ["photo"] + [s for s, p in (("shadow", 0.5), ("light", 0.6), ("blur", 0.3), ("grain", 0.6), ("paper", 0.5), ("fold", 0.15), ("jpeg", 0.7)) if rng.random() < p]
    else:
        warp = _scan_warp(rng, width, height) if rng.random() < 0.7 else None
        shares = {"bleed": 0.07, "paper": 0.15, "faint": 0.12, "dark": 0.08, "carbon": 0.06, "fold": 0.06, "blur": 0.18, "grain": 0.3, "speckle": 0.2, "edges": 0.15, "holes": 0.1, "streak": 0.06, "low": 0.08, "jpeg": 0.25, "bits": 0.12}
        steps += [s for s, p in shares.items() if rng.random() < p]
        if source == "fax":
            steps = [s for s in steps if s not in ("bits", "jpeg", "paper", "low", "faint", "carbon", "dark")] + ["fax"]
        elif "bits" in steps:
            steps = [s for s in steps if s not in ("faint", "carbon")]
    if warp is not None:
        steps.insert(1 if "bleed" in steps and steps[0] == "bleed" else 0, "warp" if source == "photo" else "skew")
    return Plan(tuple(steps), warp, seed)


def _scan_warp(rng: Random, width: float, height: float) -> np.ndarray:
    angle = math.radians(rng.choice([rng.gauss(0, 0.5), rng.gauss(0, 1.2), rng.uniform(-3.5, 3.5)]))
    scale, dx, dy = rng.uniform(0.96, 1.02), rng.gauss(0, 5), rng.gauss(0, 5)
    cos, sin, cx, cy = math.cos(angle) * scale, math.sin(angle) * scale, width / 2, height / 2
    return np.array([[cos, -sin, cx - cos * cx + sin * cy + dx], [sin, cos, cy - sin * cx - cos * cy + dy], [0, 0, 1]])


def _photo_warp(rng: Random, width: float, height: float) -> np.ndarray:
    inset = rng.uniform(0.0, 0.09)
    def off() -> float:
        return rng.uniform(-0.035, 0.035)
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    target = [((inset if x == 0 else 1 - inset) + off(), (inset if y == 0 else 1 - inset) + off()) for x, y in corners]
    size = np.array([width, height], dtype=np.float32)
    return cv2.getPerspectiveTransform(np.array(corners, np.float32) * size, np.array(target, np.float32) * size)


def apply(image: Image.Image, wanted: Plan, width: float) -> Image.Image:
    """The degraded picture of a page that is `width` points wide; mode L."""
    pixels = np.asarray(image.convert("L"))
    noise = np.random.default_rng(wanted.seed)
    scale = pixels.shape[1] / width
    for step in wanted.steps:
        if step in ("warp", "skew"):
            pixels = _warped(pixels, wanted.warp, scale, noise, desk=step == "warp")
        elif step != "photo":
            pixels = STEPS[step](pixels, noise)
    return Image.fromarray(np.ascontiguousarray(pixels))


def _warped(pixels: Pixels, warp: np.ndarray | None, scale: float, noise: np.random.Generator, desk: bool) -> Pixels:
    zoom = np.diag([scale, scale, 1.0])
    matrix = zoom @ warp @ np.linalg.inv(zoom)
    border = int(noise.integers(20, 150)) if desk else int(noise.choice([255, 255, 255, 0, 60]))
    return cv2.warpPerspective(pixels, matrix, (pixels.shape[1], pixels.shape[0]), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border)


def _field(shape: tuple[int, int], noise: np.random.Generator, cells: int) -> Pixels:
    """Smooth random field, 0..1, float32."""
    small = noise.random((cells, cells), dtype=np.float32)
    return cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC).clip(0, 1)


def _scaled(pixels: Pixels, factor: Pixels | float) -> Pixels:
    return np.clip(pixels * factor, 0, 255).astype(np.uint8)


def _bleed(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    back = cv2.GaussianBlur(pixels[:, ::-1], (0, 0), 1.2)
    weight = float(noise.uniform(0.05, 0.18))
    return np.minimum(pixels, (255 - (255 - back.astype(np.float32)) * weight)).astype(np.uint8)


def _paper(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    return _scaled(pixels, float(noise.uniform(0.72, 0.95)) + 0.08 * _field(pixels.shape, noise, 6))


def _levels(low: float, high: float, gamma: float) -> np.ndarray:
    ramp = (np.linspace(0, 1, 256) ** gamma) * (high - low) + low
    return np.clip(ramp, 0, 255).astype(np.uint8)


def _faint(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    return cv2.LUT(pixels, _levels(float(noise.uniform(70, 165)), 255, float(noise.uniform(0.6, 1.0))))


def _dark(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    thick = cv2.erode(pixels, np.ones((2, 2), np.uint8)) if noise.random() < 0.5 else pixels
    return cv2.LUT(thick, _levels(0, float(noise.uniform(150, 235)), float(noise.uniform(1.0, 1.8))))


def _carbon(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    """A carbon copy: pale, blurred, patchy ink on tinted paper."""
    soft = cv2.GaussianBlur(pixels, (0, 0), float(noise.uniform(0.6, 1.1))).astype(np.float32)
    pressure = 0.35 + 0.5 * _field(pixels.shape, noise, 24)
    return np.clip(float(noise.uniform(205, 250)) - (255 - soft) * pressure, 0, 255).astype(np.uint8)


def _fold(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    out = pixels.copy()
    for _ in range(int(noise.integers(1, 3))):
        at = int(noise.uniform(0.2, 0.8) * pixels.shape[0])
        band = slice(max(0, at - 2), at + 2)
        out[band] = _scaled(out[band], float(noise.uniform(0.55, 0.85)))
        out[at + 2 : at + 40] = _scaled(out[at + 2 : at + 40], 0.95)
    return out


def _blur(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    if noise.random() < 0.25:
        reach = int(noise.integers(2, 5))
        kernel = np.eye(reach, dtype=np.float32) / reach if noise.random() < 0.5 else np.full((1, reach), 1 / reach, np.float32)
        return cv2.filter2D(pixels, -1, kernel)
    return cv2.GaussianBlur(pixels, (0, 0), float(noise.uniform(0.4, 1.1)) * pixels.shape[1] / 850)


def _grain(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    tile = noise.normal(0, float(noise.uniform(3, 16)), (256, 256)).astype(np.int16)
    rows, columns = -(-pixels.shape[0] // 256), -(-pixels.shape[1] // 256)
    grain = np.tile(tile, (rows, columns))[: pixels.shape[0], : pixels.shape[1]]
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


def _speckle(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    out = pixels.copy()
    count = int(pixels.size * float(noise.choice([5e-5, 2e-4, 8e-4])))
    rows, columns = noise.integers(0, pixels.shape[0] - 2, count), noise.integers(0, pixels.shape[1] - 2, count)
    for dy, dx in ((0, 0), (0, 1), (1, 0)):
        out[rows + dy, columns + dx] = noise.integers(0, 90, count)
    return out


def _edges(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    out = pixels.copy()
    wide = int(noise.integers(2, max(3, pixels.shape[1] // 40)))
    match int(noise.integers(4)):
        case 0:
            out[:, :wide] = noise.integers(0, 60)
        case 1:
            out[:, -wide:] = noise.integers(0, 60)
        case 2:
            out[:wide] = noise.integers(0, 60)
        case _:
            out[-wide:] = noise.integers(0, 60)
    return out


def _holes(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    out = np.ascontiguousarray(pixels.copy())
    high, wide = pixels.shape
    radius = int(wide * 0.012)
    if noise.random() < 0.5:
        spots = [(int(wide * 0.035), int(high * y)) for y in ((0.2, 0.5, 0.8) if noise.random() < 0.5 else (0.42, 0.52))]
    else:
        spots = [(int(wide * x), int(high * 0.03)) for x in (0.45, 0.55)]
    for spot in spots:
        cv2.circle(out, spot, radius, int(noise.choice([0, 30, 120])), -1)
    return out


def _streak(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    out = pixels.copy()
    for _ in range(int(noise.integers(1, 4))):
        out[:, int(noise.integers(0, pixels.shape[1] - 1))] = int(noise.choice([0, 90, 255]))
    return out


def _low(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    share = float(noise.uniform(0.5, 0.8))
    small = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_LINEAR)


def _jpeg(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(noise.integers(18, 70))])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


def _cut(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    """Black and white by one threshold between ink and paper."""
    paper = float(np.percentile(pixels[::7, ::7], 70))
    return np.where(pixels > paper * float(noise.uniform(0.62, 0.86)), 255, 0).astype(np.uint8)


def _bits(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    """Black and white by a fixed or a local threshold."""
    if noise.random() < 0.5:
        return _cut(pixels, noise)
    return cv2.adaptiveThreshold(pixels, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 31, int(noise.integers(8, 22)))


def _fax(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    """Black and white at 204 by 98 dots an inch, or 204 by 196."""
    high, wide = pixels.shape
    lines = int(high * min(1.0, 98 * 8.5 / wide * (2 if noise.random() < 0.5 else 1)))
    low = cv2.resize(pixels, (wide, max(8, lines)), interpolation=cv2.INTER_AREA)
    return cv2.resize(_cut(low, noise), (wide, high), interpolation=cv2.INTER_NEAREST)


def _shadow(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    high, wide = pixels.shape
    angle, at = float(noise.uniform(0, math.tau)), float(noise.uniform(-0.3, 0.5))
    across = np.linspace(-1, 1, wide, dtype=np.float32)[None, :] * math.cos(angle) + np.linspace(-1, 1, high, dtype=np.float32)[:, None] * math.sin(angle)
    depth = float(noise.uniform(0.3, 0.6))
    return _scaled(pixels, 1 - depth / (1 + np.exp(-(across - at) * float(noise.uniform(4, 30)))))


def _light(pixels: Pixels, noise: np.random.Generator) -> Pixels:
    return _scaled(pixels, 0.55 + 0.5 * _field(pixels.shape, noise, 3))


STEPS: dict[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "bleed": _bleed, "paper": _paper, "faint": _faint, "dark": _dark, "carbon": _carbon, "fold": _fold, "blur": _blur, "grain": _grain, "speckle": _speckle, "edges": _edges, "holes": _holes,
    "streak": _streak, "low": _low, "jpeg": _jpeg, "bits": _bits, "fax": _fax, "shadow": _shadow, "light": _light,
}  # fmt: skip
