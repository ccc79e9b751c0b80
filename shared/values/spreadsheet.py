"""Texts in a file for a spreadsheet, which would calculate some of them instead of showing them."""

import re
import unicodedata

from shared.values.person import strip_controls

# The first signs that make a spreadsheet read a cell as a formula.
_SIGNS = ("=", "+", "-", "@")
_BEGINNINGS = ("\t", "\r", "\n")
# A spreadsheet that expects another separator makes several cells of one, quoted or not.
_PART = re.compile(r"([;,|\t\r\n])")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may run a cell: a formula's sign first, also after spaces or in double width."""
    return _begins_with_sign(text) or text.startswith(_BEGINNINGS)


def _begins_with_sign(text: str) -> bool:
    return unicodedata.normalize("NFKC", strip_controls(text)).startswith(_SIGNS)


def neutral(text: str) -> str:
    """A cell that no spreadsheet runs, whatever it takes for a separator: a leading apostrophe disables a formula."""
    escaped = "".join(f"'{part}" if _begins_with_sign(part) else part for part in _PART.split(text))
    return f"'{escaped}" if text.startswith(_BEGINNINGS) else escaped
