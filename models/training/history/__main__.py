"""Command line: `python -m history --out DIR --seed S --shipments N`: writes shipments.jsonl, papers.jsonl, profiles.json and truth.jsonl."""

import argparse
from pathlib import Path

from .history import draw, write


def main() -> None:
    """Draw a history and write it."""
    parser = argparse.ArgumentParser(prog="history", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--shipments", type=int, required=True)
    args = parser.parse_args()
    history = draw(args.seed, args.shipments)
    write(history, args.out)
    print(f"{args.out}: {len(history.loads)} shipments, {len(history.lines)} accessorial lines, {history.anomalous.mean():.2%} of them anomalous")


if __name__ == "__main__":
    main()
