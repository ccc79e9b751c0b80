"""Finds the numbers of documents in what people type: RUH-IE-2026-000001, in any digits, within any words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.documents import DIGITS
from shared.documents.model import AUTHORITIES, KINDS
from shared.values.person import plain_signs

# Letters to ministries have numbers of their own, by authority.
_LETTERS = "|".join(sorted({*(kind.letters for kind in KINDS.values()), *AUTHORITIES.values()}))
# A number may come without dashes, and with as many zeros as were typed.
_GAP = r"[\W_]{0,3}"
_NUMBER = re.compile(
    rf"(?<![A-Z0-9])(?:([A-Z]{{3}}){_GAP})?({_LETTERS}){_GAP}(20[0-9]{{2}}){_GAP}0*([0-9]{{1,9}})(?![A-Z0-9])"
)


@dataclass(frozen=True)
class PrintedNumber:
    """The parts of a document's number; the mission is empty where none was typed."""

    mission: str
    letters: str
    year: str
    count: int

    def written(self, mission: str, digits: int = DIGITS) -> str:
        """The number as it is printed; `mission` is meant where none was typed."""
        return f"{self.mission or mission}-{self.letters}-{self.year}-{self.count:0{digits}d}"


def find_numbers(text: str) -> Iterator[PrintedNumber]:
    """The numbers of documents in a text, in its order."""
    for found in _NUMBER.finditer(plain_signs(text)):
        yield PrintedNumber(found[1] or "", found[2], found[3], int(found[4]))


def has_number(text: str) -> bool:
    """Whether a document's number stands in a text, which is then neither a code nor a reference."""
    return next(find_numbers(text), None) is not None
