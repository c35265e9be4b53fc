"""Command line: `python -m generator corpus …`."""

import argparse
from pathlib import Path

from . import corpus


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="generator", description="Made-up freight papers with exact truth.")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("corpus", help="write pages.jsonl, uploads.jsonl and images")
    make.add_argument("--out", type=Path, required=True)
    make.add_argument("--seed", type=int, required=True)
    make.add_argument("--uploads", type=int, required=True)
    make.add_argument("--split", choices=["train", "valid", "test"], required=True)
    make.add_argument("--jobs", type=int, default=1)
    make.add_argument("--dpi", type=float, default=100.0)
    make.add_argument("--no-images", action="store_true", help="words only: fast")
    make.add_argument("--rotate", action="store_true", help="turn three of ten pictures by 90, 180 or 270 degrees")
    args = parser.parse_args()
    corpus.write(corpus.Order(args.out, args.seed, args.uploads, args.split, args.jobs, args.dpi, not args.no_images, args.rotate))


if __name__ == "__main__":
    main()
