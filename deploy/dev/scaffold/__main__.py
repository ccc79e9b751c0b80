"""`make transaction ARGS="residence-letter --shape mission-document"`: writes a new transaction of a known shape."""

import argparse
import sys
from pathlib import Path

from deploy.dev.scaffold.shapes import SHAPES
from deploy.dev.scaffold.write import SLUG, Wanted, write
from shared.catalogue import CATALOGUE

NEXT = """
Now, by hand: the entry, and its texts in both languages. `make check` refuses {mark} until it is replaced.
Then: python -m deploy.platform.reference_data
      python -m deploy.dev.reference
      python -m pytest tests/journey/test_{module}.py
      python -m pytest tests/unit"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.dev.scaffold", description=__doc__)
    parser.add_argument("slug", help="two words or more in Latin letters, such as residence-letter")
    parser.add_argument("--shape", required=True, choices=SHAPES)
    groups = sorted({entry.group for entry in CATALOGUE.values()})
    parser.add_argument(
        "--group", choices=groups, help="under which heading it is offered, what a mandate for the group covers"
    )
    parser.add_argument("--source", required=True, help="the law or notice that price, status and validity stand in")
    parser.add_argument("--cents", type=int, default=10_000, help="the price in US cents")
    parser.add_argument("--months", type=int, default=3, help="how long its document is good for; 0 for no end")
    told = parser.parse_args()
    if not SLUG.fullmatch(told.slug) or told.slug in CATALOGUE:
        sys.exit(f"{told.slug}: a new name of two words or more, in small Latin letters with hyphens between")
    shape = SHAPES[told.shape]
    wanted = Wanted(told.slug, shape, told.group or shape.group, told.source, told.cents, told.months)
    try:
        by_hand = write(Path.cwd(), wanted)
    except FileExistsError as there:
        sys.exit(f"{there} is there already; nothing was written")
    print("\n".join(by_hand))
    print(NEXT.format(mark=wanted.words["mark"], module=wanted.module))


if __name__ == "__main__":
    main()
