"""Command line: `python -m generator corpus …`, `python -m generator labelled …`, `python -m generator again …`,
`python -m generator fixtures …`."""

import argparse
from pathlib import Path

from . import again, corpus, labelled
from .fixtures import write as fixtures


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
    make.add_argument("--sheets", action="store_true", help="practice sheets for the recogniser instead of papers")
    written = {"labelled": "write uploads, feed and labels for `countersign evaluate`", "again": "write pairs of uploads, some of which show one paper twice"}
    for name, what in written.items():
        judged = commands.add_parser(name, help=what)
        judged.add_argument("--out", type=Path, required=True)
        judged.add_argument("--seed", type=int, required=True)
        judged.add_argument("--uploads", type=int, required=True)
        judged.add_argument("--split", choices=["train", "valid", "test"], required=True)
        judged.add_argument("--jobs", type=int, default=1)
    papers = commands.add_parser("fixtures", help="write the repository's fixtures")
    papers.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    if args.command == "fixtures":
        fixtures.write(args.out)
        return
    if args.command in written:
        write = labelled.write if args.command == "labelled" else again.write
        write(labelled.Order(args.out, args.seed, args.uploads, args.split, args.jobs))
        return
    corpus.write(corpus.Order(args.out, args.seed, args.uploads, args.split, args.jobs, args.dpi, not args.no_images, args.rotate, args.sheets))


if __name__ == "__main__":
    main()
