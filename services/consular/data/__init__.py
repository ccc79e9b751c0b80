"""Reference data of the mission's service: missions, tariffs, rates, standings, hours, closures, provisions.

Every start loads the files of `TABLES.csv` into their tables, parents first. The column `changes` says what may change
in a row that a database has already: `all` of it, one column that is still empty, or nothing. `LOADS.csv` dates every
version of every file. The other files are read as they are. A file lies in the folder of its subject and is found by
its name alone.
"""

import csv
from pathlib import Path

FOLDER = Path(__file__).parent


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one file; it bears the plural of its table."""
    (path,) = FOLDER.rglob(f"{name}s.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
