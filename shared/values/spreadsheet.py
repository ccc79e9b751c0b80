"""Texts in a file for a spreadsheet, which would calculate some of them instead of showing them."""

import re
import unicodedata

# A table program takes a text that begins so for a formula, also after spaces and in double width.
_FORMULA = re.compile(r"[=+\-@]|[\t\r\n]")


def is_formula(text: str) -> bool:
    """Whether a table program might calculate a cell instead of showing it."""
    return bool(_FORMULA.match(unicodedata.normalize("NFKC", text).lstrip(" "))) or text[:1] in ("\t", "\r", "\n")


def neutral(text: str) -> str:
    """The text, after an apostrophe where a table program might calculate it."""
    return f"'{text}" if is_formula(text) else text
