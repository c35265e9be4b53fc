"""`python -m train.calibrate EVALUATION --models DIR`: makes the confidence of values and classes honest.

In: what `countersign evaluate --json` wrote about papers of the validation families, read while the manifests held no curves.
Out: `[calibration.values]` in the manifests of `fields` and `marks`, `[calibration.classes]` in that of `page-class`: for each field or
class a curve through points (what the models say, how often that was right). A logistic curve over the log-odds; a field of which
little was seen leans on all fields together.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import numpy as np

PRIOR = 0.6
"""How strongly a field leans on all fields together, over the number of its own values: 30 of them pull at 0.02."""
BORNE_OUT = 0.995
IDENTIFIERS = ("pro_number", "bol_number", "master_bol", "load_number", "customer_po", "shipper_ref", "appointment_number", "invoice_no")
"""So sure are most of these because a bar code or the shipment bears them out: not the models' doing, so no curve is fitted to them."""
POINTS = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.985, 0.994, 0.999)
FEWEST = 12
"""A field with fewer values keeps the curve of all fields."""


def log_odds(chance: np.ndarray) -> np.ndarray:
    clipped = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.log(clipped / (1 - clipped))


def fit(pairs: np.ndarray, towards: np.ndarray, strength: float) -> np.ndarray:
    """(slope, offset) of the logistic curve, drawn `towards` another one; Newton's method with halved steps where a whole one leads up."""
    x = np.stack([log_odds(pairs[:, 0]), np.ones(len(pairs))], axis=1)

    def loss(weights: np.ndarray) -> float:
        odds = x @ weights
        return float((np.logaddexp(0, odds) - pairs[:, 1] * odds).mean() + strength * ((weights - towards) ** 2).sum() / 2)

    weights = towards.astype(float).copy()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (chance - pairs[:, 1]) / len(pairs) + strength * (weights - towards)
        bend = (x * (chance * (1 - chance))[:, None]).T @ x / len(pairs) + (strength + 1e-6) * np.eye(2)
        step = np.linalg.solve(bend, slope)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > 1e-9:
            step /= 2
        weights = weights - step
    # A curve must not fall: the surer, the likelier right.
    return np.array([max(weights[0], 0.05), weights[1]])


BY_MARKS = ("bol_unsigned", "bol_consignee_signed")
"""Whether these classes are right hangs on the signatures that were found, which says nothing about other classes."""


def curves(confidences: dict[str, list], apart: tuple[str, ...] = ()) -> dict[str, list[tuple[float, float]]]:
    """A curve for each field of which enough was seen; those that stand `apart` tell nothing about the others."""
    judged = {}
    for name, pairs in confidences.items():
        below = BORNE_OUT if name in IDENTIFIERS else 1.1
        judged[name] = np.array([(said, float(right)) for said, right in pairs if said < below]).reshape(-1, 2)
    together = [pairs for name, pairs in judged.items() if name not in apart]
    overall = fit(np.concatenate(together), np.array([1.0, 0.0]), 0.0)
    print(f"all: slope {overall[0]:.2f}, offset {overall[1]:.2f}")
    found = {}
    for name, pairs in sorted(judged.items()):
        weights = fit(pairs, overall, PRIOR / len(pairs)) if len(pairs) >= FEWEST else overall
        at = np.array(POINTS)
        right = 1 / (1 + np.exp(-(weights[0] * log_odds(at) + weights[1])))
        found[name] = [(float(x), round(float(y), 4)) for x, y in zip(at, right)]
        print(f"{name:22} {len(pairs):5} values, right {pairs[:, 1].mean() if len(pairs) else 0:.3f}, said {pairs[:, 0].mean() if len(pairs) else 0:.3f}")
    return found


def write(manifest: Path, table: str, found: dict[str, list[tuple[float, float]]]) -> None:
    """Puts the curves into a table of a manifest in place of those that it had; none leaves what the models say as it is."""
    heading = f"[calibration.{table}]\n"
    text = re.sub(rf"{re.escape(heading)}(?:\w+ = .*\n)*\n?", "", manifest.read_text(encoding="utf-8"))
    lines = [f"{name} = [{', '.join(f'[{x}, {y}]' for x, y in points)}]\n" for name, points in found.items()]
    block = "".join([heading, *lines, "\n"]) if lines else ""
    manifest.write_text(text.replace("[figures]\n", f"{block}[figures]\n"), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="train.calibrate", description=__doc__)
    parser.add_argument("evaluation", type=Path, nargs="?", help="left out: the curves are taken out of the manifests")
    parser.add_argument("--models", type=Path, required=True)
    arguments = parser.parse_args()
    judged = json.loads(arguments.evaluation.read_text()) if arguments.evaluation else None
    found = curves(judged["confidences"]) if judged else {}
    classes = curves(judged["class_confidences"], BY_MARKS) if judged else {}
    signed = {name: curve for name, curve in found.items() if name.startswith("signature_")}
    manifest = {name: arguments.models / name / "1" / "manifest.toml" for name in ("fields", "marks", "page-class")}
    write(manifest["fields"], "values", {name: curve for name, curve in found.items() if name not in signed})
    write(manifest["marks"], "values", signed)
    write(manifest["page-class"], "classes", classes)


if __name__ == "__main__":
    main()
