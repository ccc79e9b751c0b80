"""The page of a list that its reader asks for."""

from flask import request

from shared.values.digits import ascii_digits, is_digits

MOST_DIGITS = 6


def list_page() -> int:
    """The page in the address, in any digits; the first one where it is no number."""
    text = ascii_digits(request.args.get("page", ""))
    return max(int(text), 1) if is_digits(text) and len(text) <= MOST_DIGITS else 1
