"""A column of a table has one way to write a currency: its name where it agrees with every number, else its code."""

import re
from pathlib import Path

GATEWAY = Path(__file__).parents[4] / "services" / "gateway"
CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.DOTALL)


def test_cells_and_lines_of_amounts_are_figures() -> None:
    """`money` says 100.00 ين ياباني in one row and 3.00 JPY in the next."""
    pages = {path: path.read_text(encoding="utf-8") for path in GATEWAY.rglob("*.html")}
    cells = {path.name: cell for path, page in pages.items() for cell in CELL.findall(page) if "money(" in cell}
    lines = [path.name for path, page in pages.items() if re.search(r'"amount": money\(', page)]
    assert (cells, lines) == ({}, [])
