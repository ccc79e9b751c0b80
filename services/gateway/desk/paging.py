"""The page of a list that its reader asks for, and all its pages for a file."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, TypeVar

from flask import request

from shared.values.digits import ascii_digits, is_digits

MOST_DIGITS = 6
# A file has no more pages than this.
MOST_PAGES = 40
Page = TypeVar("Page", bound=Mapping[str, Any])


def list_page() -> int:
    """The page in the address, in any digits; the first one where it is no number."""
    text = ascii_digits(request.args.get("page", ""))
    return max(int(text), 1) if is_digits(text) and len(text) <= MOST_DIGITS else 1


def every_page(ask: Callable[[int], Page]) -> Iterator[Page]:
    """The pages of a list from its first one, each with `more` where another follows; up to MOST_PAGES."""
    for number in count(1):
        page = ask(number)
        yield page
        if not page["more"] or number == MOST_PAGES:
            return
