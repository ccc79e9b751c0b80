"""Digits as people type them: Western, Arabic-Indic or Persian; stored as 0-9."""

ARABIC_INDIC = "٠١٢٣٤٥٦٧٨٩"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_TO_ASCII = str.maketrans(ARABIC_INDIC + PERSIAN, "0123456789" * 2)


def ascii_digits(text: str) -> str:
    """The same text with every accepted digit as 0-9. Other scripts' digits stay as they are, and fail later."""
    return text.translate(_TO_ASCII)


def is_digits(text: str) -> bool:
    """Whether the text is nothing but 0-9. `str.isdigit` accepts superscripts that `int` refuses."""
    return text != "" and text.isascii() and text.isdecimal()
