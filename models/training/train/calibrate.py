"""`python -m train.calibrate nothing|curves|accepted EVALUATION… --models DIR`: makes the confidence of values and classes honest, and says
from where on values are accepted.

In: what `countersign evaluate --json` wrote about papers of the validation families: for the curves while the manifests held none
(`nothing` takes them out), for what is accepted while they held these curves.
Out: `[calibration.values]` in the manifests of `fields` and `marks`, `[calibration.classes]` in that of `page-class`: for each field or
class a curve through points (what the models say, how often that was right). A logistic curve over the log-odds; a field of which
little was seen leans on all fields together. And `[thresholds.accepted]`: for each field the confidence from which at most half of
`wrong_at_most` of the values of fields of its kind were wrong: families that no threshold was chosen on have more.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

PRIOR = 0.6
"""How strongly a field leans on all fields together, over the number of its own values: 30 of them pull at 0.02."""
BORNE_OUT = 0.995
IDENTIFIERS = ("pro_number", "bol_number", "master_bol", "load_number", "customer_po", "shipper_ref", "appointment_number", "invoice_no")
"""So sure are most of these because a bar code or the shipment bears them out: not the models' doing, so no curve is fitted to them."""
POINTS = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.985, 0.994, 0.999)
FEWEST = 12
"""A field with fewer values keeps the curve of all fields."""
WRONG_AT_MOST = 0.01
"""What is stated of accepted values: on four draws of test families 0.6 to 0.9 % of them were wrong."""
WRONG_WHERE_CHOSEN = 0.005
"""Of accepted values of the families that the thresholds are chosen on, one in 200. One in 500 cannot be had at any confidence: a bar code says its number surely, and not under which
label it stands; a list of orders of which one was missed counts as wrong."""
KINDS = {"identifier": re.compile("|".join(IDENTIFIERS)), "date": re.compile(r".*_date"), "signature": re.compile(r"signature_.*"), "other": re.compile(".*")}
"""Fields whose values are wrong for the same reasons: one field alone has too few values to tell one wrong in 200."""


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
        # Above, nothing was measured that is the model's alone: the curve is level there.
        at = np.array([point for point in POINTS if point < BORNE_OUT or name not in IDENTIFIERS])
        right = 1 / (1 + np.exp(-(weights[0] * log_odds(at) + weights[1])))
        found[name] = [(float(x), round(float(y), 4)) for x, y in zip(at, right)]
        print(f"{name:22} {len(pairs):5} values, right {pairs[:, 1].mean() if len(pairs) else 0:.3f}, said {pairs[:, 0].mean() if len(pairs) else 0:.3f}")
    return found


def accepted(judged: dict[str, list]) -> dict[str, float]:
    """For each field the confidence from which its values need nobody's look; fields of a kind of which that cannot be told have none."""
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name in sorted(judged):
        kinds[next(kind for kind, names in KINDS.items() if names.fullmatch(name))].append(name)
    froms = {}
    for kind, names in kinds.items():
        pairs = np.array([pair for name in names for pair in judged[name]], dtype=float).reshape(-1, 2)
        lowest = lowest_accepted(pairs)
        taken = pairs[pairs[:, 0] >= (lowest if lowest is not None else np.inf)]
        print(f"{kind:22} {len(pairs):5} values, accepted {len(taken):5} from {lowest}, of them wrong {int((1 - taken[:, 1]).sum())}")
        froms |= {name: lowest for name in names if lowest is not None}
    return froms


def lowest_accepted(pairs: np.ndarray) -> float | None:
    """The confidence from which at most `WRONG_WHERE_CHOSEN` of the values were wrong; None where too few values are so sure to say that."""
    pairs = pairs[np.argsort(-pairs[:, 0], kind="stable")]
    count, wrong = np.arange(1, len(pairs) + 1), np.cumsum(1 - pairs[:, 1])
    last_of_its_confidence = np.append(pairs[1:, 0] < pairs[:-1, 0], True)
    holds = np.flatnonzero(last_of_its_confidence & (wrong <= WRONG_WHERE_CHOSEN * count) & (count >= 1 / WRONG_WHERE_CHOSEN))
    # Rounded up, so that what is written takes in no value more.
    return float(np.ceil(pairs[holds[-1], 0] * 1e4) / 1e4) if len(holds) else None


def write_accepted(manifest: Path, found: dict[str, float]) -> None:
    """Puts the thresholds into a manifest in place of those that it had."""
    text = re.sub(r"(?:wrong_at_most = .*\n)?\n?\[thresholds\.accepted\]\n(?:\w+ = .*\n)*", "", manifest.read_text(encoding="utf-8"))
    lines = [f"wrong_at_most = {WRONG_AT_MOST}\n\n[thresholds.accepted]\n", *(f"{name} = {at}\n" for name, at in found.items())]
    block = "".join(lines) if found else ""
    manifest.write_text(text.replace("\n\n[calibration]\n", f"\n{block}\n[calibration]\n"), encoding="utf-8")


def write(manifest: Path, table: str, found: dict[str, list[tuple[float, float]]]) -> None:
    """Puts the curves into a table of a manifest in place of those that it had; none leaves what the models say as it is."""
    heading = f"[calibration.{table}]\n"
    text = re.sub(rf"{re.escape(heading)}(?:\w+ = .*\n)*\n?", "", manifest.read_text(encoding="utf-8"))
    lines = [f"{name} = [{', '.join(f'[{x}, {y}]' for x, y in points)}]\n" for name, points in found.items()]
    block = "".join([heading, *lines, "\n"]) if lines else ""
    manifest.write_text(text.replace("[figures]\n", f"{block}[figures]\n"), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="train.calibrate", description=__doc__)
    parser.add_argument("what", choices=("nothing", "curves", "accepted"))
    parser.add_argument("evaluations", type=Path, nargs="*")
    parser.add_argument("--models", type=Path, required=True)
    arguments = parser.parse_args()
    judged = [json.loads(file.read_text()) for file in arguments.evaluations]
    values, classes = (together(one[key] for one in judged) for key in ("confidences", "class_confidences"))
    manifests = {name: arguments.models / name / "1" / "manifest.toml" for name in ("fields", "marks", "page-class")}
    if arguments.what == "accepted":
        for model, froms in by_model(accepted(values)).items():
            write_accepted(manifests[model], froms)
        return
    wanted = arguments.what == "curves"
    for model, found in by_model(curves(values) if wanted else {}).items():
        write(manifests[model], "values", found)
        write_accepted(manifests[model], {})
    write(manifests["page-class"], "classes", curves(classes, BY_MARKS) if wanted else {})


def by_model(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is known of each field, by the model that finds it."""
    signed = {name: one for name, one in found.items() if name.startswith("signature_")}
    return {"marks": signed, "fields": {name: one for name, one in found.items() if name not in signed}}


def together(judged: Iterable[dict[str, list]]) -> dict[str, list]:
    """What was said of each field or class in several evaluations."""
    found: dict[str, list] = {}
    for one in judged:
        for name, pairs in one.items():
            found.setdefault(name, []).extend(pairs)
    return found


if __name__ == "__main__":
    main()
