"""`make check`: everything about the code that a machine can judge, each complaint with what mends it."""

import sys
import time
from collections.abc import Callable

from deploy.checks import budgets, dated_rows, imports, locks, reference, style, translations

NEWLINE = "\n"
CHECKS: dict[str, Callable[[], list[str]]] = {
    "style and types": style.complaints,
    "imports": imports.complaints,
    "budgets": budgets.complaints,
    "locks": locks.complaints,
    "translations": translations.complaints,
    "dated rows": dated_rows.complaints,
    "reference pages": reference.complaints,
}


def main() -> None:
    chosen = [name for name in CHECKS if not sys.argv[1:] or any(word in name for word in sys.argv[1:])]
    if not chosen:
        sys.exit(f"choose among: {', '.join(CHECKS)}")
    wrong = sum(run(name) for name in chosen)
    if wrong:
        sys.exit(f"{wrong} complaint{'s' if wrong > 1 else ''}")
    print("nothing to complain about")


def run(name: str) -> int:
    print(name, flush=True)
    began = time.monotonic()
    found = CHECKS[name]()
    for complaint in found:
        print(f"  ! {complaint.strip().replace(NEWLINE, f'{NEWLINE}    ')}")
    print(f"    {'in order' if not found else 'not in order'}, {time.monotonic() - began:.1f} s", flush=True)
    return len(found)


if __name__ == "__main__":
    main()
