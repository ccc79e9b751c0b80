"""Digits as people type them: Western, Arabic-Indic or Persian; stored as 0-9."""

import re

ARABIC_INDIC = "٠١٢٣٤٥٦٧٨٩"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_TO_ASCII = str.maketrans(ARABIC_INDIC + PERSIAN, "0123456789" * 2)
_SIGNS = {"٫": ".", "٬": ",", "٪": "%"}
_INSIDE_FIGURE = re.compile("(?<=[0-9])[٫٬](?=[0-9])|٪")
LONGEST_NUMBER = 15

# The letters, digits and signs that East Asian keyboards write in double width.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def ascii_digits(text: str) -> str:
    """The same text with every accepted digit as 0-9. Other scripts' digits stay as they are, and fail later."""
    return text.translate(_TO_ASCII)


def ascii_figures(text: str) -> str:
    """As `ascii_digits`; the Arabic decimal and thousands separators inside a figure, and the percent sign, too."""
    return _INSIDE_FIGURE.sub(lambda sign: _SIGNS[sign[0]], ascii_digits(text))


def ordinary_width(text: str) -> str:
    """The same text with letters and signs in the double width of East Asian keyboards as ordinary ones."""
    return text.translate(_FULL_WIDTH)


def ascii_signs(text: str) -> str:
    """As `ascii_digits`; letters and signs in double width become ASCII too."""
    return ordinary_width(ascii_digits(text))


def is_digits(text: str) -> bool:
    """Whether the text is nothing but 0-9. `str.isdigit` accepts superscripts that `int` refuses."""
    return text != "" and text.isascii() and text.isdecimal()


def whole_number(text: str) -> int | None:
    """The number that digits 0-9 write; None for anything else, and for more digits than any amount of ours has.

    `int` refuses to read thousands of digits, and no column takes hundreds.
    """
    return int(text) if is_digits(text) and len(text) <= LONGEST_NUMBER else None
