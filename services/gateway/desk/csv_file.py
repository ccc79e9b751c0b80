"""A list of the desk as a file for a spreadsheet: the words of the page, nothing that a spreadsheet would calculate."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response
from markupsafe import Markup

from shared.values.spreadsheet import neutral

# Spreadsheets read Arabic letters only after this mark.
BYTE_ORDER_MARK = "\ufeff"


def csv_file(name: str, heads: Sequence[object], rows: Iterable[Sequence[object]]) -> Response:
    """A download of these rows; what is None is an empty cell."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    for row in (heads, *rows):
        table.writerow([neutral(_plain(cell)) for cell in row])
    answer = Response((BYTE_ORDER_MARK + buffer.getvalue()).encode(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _plain(cell: object) -> str:
    """Texts of a page without their marks."""
    return cell.striptags() if isinstance(cell, Markup) else "" if cell is None else str(cell)
