"""What the program asks of a model, and constants that hold for every model of a task: taken from the program's own."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from .bundle import Constants

MODELS = Path(__file__).parents[2]
GRAMS, SHAPE, PLACE, PICTURE = 16, 28, 4, (128, 96)
"""Of a word: n-grams, features of its shape, coordinates; of the page: height and width of its thumbnail."""
BUCKETS = 16_384
"""Above every n-gram's id; 0 pads."""


def _own(task: str) -> dict[str, Any]:
    return tomllib.loads((MODELS / task / "1" / "manifest.toml").read_text(encoding="utf-8"))


CLASSES: tuple[str, ...] = tuple(next(port["labels"] for port in _own("page-class")["outputs"] if port["name"] == "class"))
_KNOWN_OF_CHARGES = _own("charges")["preprocessing"]
USUAL: dict[str, float] = _KNOWN_OF_CHARGES["usual"]
FEATURES = len(USUAL)
PAGE_CLASS: Constants = {
    "preprocessing": {"feature_schema": 1},
    "thresholds": {"accept": 0.5, "first_page": 0.5},
    "calibration": {"temperature": 1.0},
}
CHARGES: Constants = {"preprocessing": {"feature_schema": int(_KNOWN_OF_CHARGES["feature_schema"]), "usual": USUAL}, "thresholds": {"anomalous": 0.5}}
