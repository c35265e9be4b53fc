"""Command line: `python -m foreign OUT` writes every case as `OUT/<case>/<name>/<version>/`, the same bytes each time."""

import argparse
from pathlib import Path

from . import bundle, charges, pages, plain, wrong_answers, wrong_graphs


def main() -> None:
    """Check the good bundles, then write all of them."""
    parser = argparse.ArgumentParser(prog="foreign", description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    good = pages.cases() | charges.cases() | plain.cases()
    for case, made in good.items():
        print(f"{case}: off by {bundle.check(case, made):.1e}, {made.tolerance} allowed")
    for case, made in (good | wrong_graphs.cases() | wrong_answers.cases()).items():
        bundle.write(made, out / case)
    wrong_graphs.write_outside(out)


if __name__ == "__main__":
    main()
