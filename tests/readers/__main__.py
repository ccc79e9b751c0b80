"""All strings, all kinds of papers and random values that wrap, in all readers; ends with 1 when one was misread."""

import random
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.readers import corpus, wrapped
from tests.readers.comparing import misread, missing
from tests.readers.drawn import misread_documents
from tests.readers.programs import READERS

WRAPPED_PAPERS, PER_PAPER = 24, 48


def main() -> int:
    failures: Counter[str] = Counter()
    with TemporaryDirectory() as folder:
        for code, strings in (("ar", corpus.arabic()), ("en", corpus.english())):
            for name, one in misread(strings, code, Path(folder)):
                failures[name] += 1
                print(f"{name}: {one}")
            print(f"{code}: {len(strings)} strings x {len(READERS)} readers")
        values = 0
        for kind, count, misses in misread_documents(Path(folder)):
            values += count
            for name, one in misses:
                failures[name] += 1
                print(f"{kind}, {name}: {one}")
        print(f"papers: {values} values x {len(READERS)} readers")
        path = Path(folder) / "wrapped.pdf"
        for seed in range(WRAPPED_PAPERS):
            given = wrapped.values(random.Random(seed), PER_PAPER)  # noqa: S311 - any words will do
            path.write_bytes(wrapped.draw(given))
            for name, read in READERS.items():
                for one in missing(given, read(path)):
                    failures[name] += 1
                    print(f"wrapped {seed}, {name}: {one}")
        print(f"wrapped: {WRAPPED_PAPERS * PER_PAPER} values x {len(READERS)} readers")
    print(f"failures: {failures.total()} {dict(failures) or ''}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
