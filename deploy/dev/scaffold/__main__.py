"""`make transaction ARGS="residence-letter --shape mission-document"`: writes a new transaction of a known shape."""

import argparse
import sys
from datetime import date
from pathlib import Path

from deploy.dev.scaffold.shapes import SHAPES
from deploy.dev.scaffold.write import FEE, LINE, SINCE, SLUG, Wanted, write
from shared.catalogue import CATALOGUE

NEXT = """
Now, by hand: the entry, its texts in both languages, and what people type who look for it.
`make check` refuses {mark} until it is replaced.
An answer that its kind does not make good goes into deploy/demo/scenarios/answers.py.
Then: python -m deploy.platform.database.reference_data
      python -m deploy.dev.reference
      python -m tests.unit.shared.test_counted_words    (read what changed in tests/unit/shared/counted_words)
      python -m pytest tests/journey/test_{module}.py
      python -m pytest {pages} -k {slug}
      python -m pytest tests/unit
      make check
      make demo ARGS={slug}"""
PAGES = "tests/service/gateway/pages/test_public_pages.py tests/service/consular/payments/tariffs/test_rulebook.py"


def main() -> None:
    told = arguments().parse_args()
    if told.slug in CATALOGUE:
        sys.exit(f"{told.slug} is in the catalogue already: choose another name, or change shared/catalogue by hand")
    if not SLUG.fullmatch(told.slug):
        sys.exit(f"{told.slug}: two words or more, in small Latin letters with hyphens between")
    shape = SHAPES[told.shape]
    wanted = Wanted(
        told.slug,
        shape,
        told.group or shape.group,
        told.source,
        told.cents,
        # Three months where nothing is said of days either.
        told.months if told.months is not None else 0 if told.days else 3,
        told.days,
        told.since,
        told.fee,
        told.certainty,
    )
    try:
        by_hand = write(Path.cwd(), wanted)
    except FileExistsError as there:
        sys.exit(f"{there} is there already; nothing was written")
    print("\n".join(by_hand))
    print(NEXT.format(mark=wanted.words["mark"], module=wanted.module, slug=wanted.slug, pages=PAGES))


def arguments() -> argparse.ArgumentParser:
    """What the command may be told."""
    parser = argparse.ArgumentParser(prog="python -m deploy.dev.scaffold", description=__doc__)
    parser.add_argument("slug", help="two words or more in Latin letters, such as residence-letter")
    parser.add_argument("--shape", required=True, choices=SHAPES)
    groups = sorted({entry.group for entry in CATALOGUE.values()})
    parser.add_argument(
        "--group", choices=groups, help="under which heading it is offered, what a mandate for the group covers"
    )
    parser.add_argument("--source", required=True, help="the law or notice that price, status and validity stand in")
    parser.add_argument("--cents", type=count, default=10_000, help="the price in US cents")
    parser.add_argument(
        "--fee", type=fee_line, default=FEE, metavar="LINE", help="the line of the price, such as %(default)s"
    )
    parser.add_argument("--months", type=count, help="how long its document is good for; 3 unless told, 0 for no end")
    parser.add_argument("--days", type=count, default=0, help="the same in days, or days beside months")
    parser.add_argument(
        "--from",
        dest="since",
        type=date.fromisoformat,
        default=SINCE,
        metavar="YYYY-MM-DD",
        help="the first day of its rows; before a later day than today nobody can apply, nor a test play it",
    )
    parser.add_argument(
        "--certainty",
        choices=("H", "M", "L"),
        default="M",
        help="of its rows: the text is known, reported, or doubtful",
    )
    return parser


def count(text: str) -> int:
    """A whole number from nought. Raises ValueError for anything else."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def fee_line(text: str) -> str:
    """The name of a line. Raises ValueError unless it is in small Latin letters with underscores between."""
    if not LINE.fullmatch(text):
        raise ValueError(text)
    return text


if __name__ == "__main__":
    main()
