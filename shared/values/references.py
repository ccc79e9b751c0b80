"""Identifiers shown to people: unguessable, free of look-alikes, with a check character and the mission in front."""

import re
import secrets
from collections.abc import Iterator, Sequence

from shared.values.person import plain_signs

# 29 signs, a prime, so that the check character catches every single wrong sign and every swap of neighbours.
ALPHABET = "23456789ABCDEFGHJKMNPQRTUVWXY"
_VALUE = {sign: place for place, sign in enumerate(ALPHABET)}
APPLICATION_LENGTH = 10
CODE_LENGTH = 18  # 18 * log2(29) = 87 random bits
MISSION_LENGTH = 3
# How long a reference is without its dashes: mission, signs, check character.
_WHOLE = tuple(MISSION_LENGTH + length + 1 for length in (APPLICATION_LENGTH, CODE_LENGTH))
_BETWEEN = re.compile("[^0-9A-Z-]+")
# One group of five in five has no figure in it: then the mission and the dash in front show what it is.
_LIKE_PART = re.compile(f"(?=.*[A-Z])(?=.*[0-9])|[A-Z]{{{MISSION_LENGTH}}}-+[{ALPHABET}]")
SHORTEST_PART = 6
_RUNS = re.compile("[0-9A-Z]+")


def _check(mission: str, signs: str) -> str:
    weights = [*(ord(sign) for sign in mission), *(_VALUE[sign] for sign in signs)]
    return ALPHABET[sum(index * weight for index, weight in enumerate(weights, start=2)) % len(ALPHABET)]


def new(mission: str, length: int, mark: str = "") -> str:
    """A new reference such as RUH-7K3MQ-9XFPA-D; `mark` leads the random signs and names the kind of thing."""
    signs = mark + "".join(secrets.choice(ALPHABET) for _ in range(length - len(mark)))
    groups = re.findall(".{1,5}", signs)
    return "-".join([mission, *groups, _check(mission, signs)])


def clean(text: str) -> str:
    """The reference in what was typed or pasted: an address, a line of an e-mail, any dashes, spaces and digits.

    Without a valid one, the text's letters and digits in the same form, for `is_valid` to refuse.
    """
    return next(filter(is_valid, _candidates(text)), _with_dashes(plain(text)))


def plain(text: str) -> str:
    """Nothing but the capital letters and digits of a text."""
    return "".join(_RUNS.findall(plain_signs(text)))


def parts(text: str) -> set[str]:
    """What may be a reference or a part of one in a pasted text: letters and figures, with dashes between them."""
    pieces = (piece.strip("-") for piece in _BETWEEN.split(plain_signs(text)))
    alike = map(plain, filter(_LIKE_PART.match, pieces))
    return {piece for piece in alike if len(piece) >= SHORTEST_PART}


def code(text: str, groups: Sequence[int]) -> str:
    """The one-time code in what was typed or pasted, printed in groups of so many signs; without one, as `plain`."""
    runs = _RUNS.findall(plain_signs(text))
    rows = [row for start in range(len(runs)) for row in _rows(runs[start:], (sum(groups),))]
    codes = [row for row in rows if set("".join(row)) <= set(_VALUE)]
    as_printed = [row for row in codes if [len(run) for run in row] == list(groups)]
    # A word may look like half a code, and stands before it.
    return "".join((as_printed or codes or [[plain(text)]])[-1])


def _candidates(text: str) -> Iterator[str]:
    """Rows of the text's runs as long as a reference, the whole text among them: those grouped as printed come first.

    A row of other words passes the check one time in 29, so the likelier ones must be tried before it.
    """
    runs = _RUNS.findall(plain_signs(text))
    rows = [row for start in range(len(runs)) for row in _rows(runs[start:], _WHOLE)]
    for row in sorted(rows, key=_unlikeliness):
        yield _with_dashes("".join(row))
    yield _with_dashes("".join(runs))


def _rows(runs: list[str], lengths: Sequence[int]) -> Iterator[list[str]]:
    length = 0
    for count, run in enumerate(runs, start=1):
        length += len(run)
        if length in lengths:
            yield runs[:count]
        if length >= max(lengths):
            return


def _unlikeliness(row: list[str]) -> int:
    as_printed = _with_dashes("".join(row)).split("-") == row
    return 0 if as_printed else 1 if len(row) == 1 else 2 if len(row[0]) == MISSION_LENGTH else 3


def _with_dashes(characters: str) -> str:
    mission, signs, check = characters[:MISSION_LENGTH], characters[MISSION_LENGTH:-1], characters[-1:]
    return "-".join([mission, *re.findall(".{1,5}", signs), check])


def is_valid(reference: str) -> bool:
    """Whether it is as long as one of ours and its check character fits: a slip is told from an unknown reference.

    Of words and of parts of a reference one in 29 would pass by the check character alone.
    """
    if len(reference.replace("-", "")) not in _WHOLE:
        return False
    mission, *groups = reference.split("-")
    signs, check = "".join(groups[:-1]), "".join(groups[-1:])
    well_formed = (
        bool(re.fullmatch("[A-Z]{3}", mission, re.ASCII)) and signs != "" and set(signs + check) <= set(_VALUE)
    )
    return well_formed and len(check) == 1 and _check(mission, signs) == check


def is_application(reference: str) -> bool:
    """Whether it is a valid reference of an application, which is shorter than all codes."""
    return is_valid(reference) and len(plain(reference)) == MISSION_LENGTH + APPLICATION_LENGTH + 1


def mission_of(reference: str) -> str:
    """The mission's code a reference starts with."""
    return reference[:3]


def mark_of(reference: str) -> str:
    """The first sign after the mission: for documents the service that issued them."""
    return reference[4:5]
