"""All strings in all readers, then all kinds of papers; ends with 1 when a single one was misread."""

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.readers import corpus
from tests.readers.comparing import misread
from tests.readers.drawn import misread_documents
from tests.readers.programs import READERS


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
    print(f"failures: {failures.total()} {dict(failures) or ''}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
