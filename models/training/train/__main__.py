"""`python -m train MODEL --corpus DIR --valid DIR --test DIR --work DIR --target DIR --minutes M`: trains and exports."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import fields, marks, page_class

MODELS = {"fields": fields, "page-class": page_class, "marks": marks}


def main() -> None:
    parser = argparse.ArgumentParser(prog="train", description=__doc__)
    parser.add_argument("model", choices=MODELS)
    for name in ("corpus", "valid", "test", "work", "target"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30, help="wall time of the training itself; 0 only exports")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="bundle to train on from (not page-class)")
    arguments = parser.parse_args()
    if arguments.start and arguments.model == "page-class":
        parser.error("--start: page-class does not train on from a bundle")
    model = MODELS[arguments.model]
    if arguments.minutes:
        more = {"start": arguments.start} if arguments.start else {}
        model.train(arguments.corpus, arguments.valid, arguments.work, arguments.minutes, arguments.threads, **more)
    model.export(arguments.work, arguments.corpus, arguments.valid, arguments.test, arguments.target)


if __name__ == "__main__":
    main()
