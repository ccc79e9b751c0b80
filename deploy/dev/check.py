"""`make check`: runs every check of the code and prints each complaint with what mends it."""

import sys
import time
from collections.abc import Callable

from deploy.dev.checks import statements
from deploy.dev.checks.code import budgets, days, imports, style, words
from deploy.dev.checks.data import catalogue, dated_rows, reference
from deploy.dev.checks.security import locks, safety
from deploy.dev.checks.texts import translations

NEWLINE = "\n"
CHECKS: dict[str, Callable[[], list[str]]] = {
    "style and types": style.complaints,
    "imports": imports.complaints,
    "budgets": budgets.complaints,
    "statements": statements.complaints,
    "words": words.complaints,
    "locks": locks.complaints,
    "safety": safety.complaints,
    "translations": translations.complaints,
    "catalogue": catalogue.complaints,
    "dated rows": dated_rows.complaints,
    "days": days.complaints,
    "reference pages": reference.complaints,
}


def main() -> None:
    chosen = [name for name in CHECKS if not sys.argv[1:] or any(word in name for word in sys.argv[1:])]
    if not chosen:
        sys.exit(f"choose among: {', '.join(CHECKS)}")
    complaints = sum(run(name) for name in chosen)
    if complaints:
        sys.exit(f"{complaints} complaint{'s' if complaints > 1 else ''}")
    print("nothing to complain about")


def run(name: str) -> int:
    print(name, flush=True)
    started = time.monotonic()
    complaints = CHECKS[name]()
    for complaint in complaints:
        print(f"  ! {complaint.strip().replace(NEWLINE, f'{NEWLINE}    ')}")
    print(f"    {'in order' if not complaints else 'not in order'}, {time.monotonic() - started:.1f} s", flush=True)
    return len(complaints)


if __name__ == "__main__":
    main()
