"""Identifiers shown to people: unguessable, free of look-alikes, with a check character and the mission in front."""

import re
import secrets

from shared.values.digits import ascii_digits

# 29 signs, a prime, so that the check character catches every single wrong sign and every swap of neighbours.
ALPHABET = "23456789ABCDEFGHJKMNPQRTUVWXY"
_VALUE = {sign: place for place, sign in enumerate(ALPHABET)}
APPLICATION_LENGTH = 10
CODE_LENGTH = 18  # 18 * log2(29) = 87 random bits


def _check(mission: str, signs: str) -> str:
    weights = [*(ord(sign) for sign in mission), *(_VALUE[sign] for sign in signs)]
    return ALPHABET[sum(index * weight for index, weight in enumerate(weights, start=2)) % len(ALPHABET)]


def new(mission: str, length: int, mark: str = "") -> str:
    """A new reference such as RUH-7K3MQ-9XFPA-D; `mark` leads the random signs and names the kind of thing."""
    signs = mark + "".join(secrets.choice(ALPHABET) for _ in range(length - len(mark)))
    groups = re.findall(".{1,5}", signs)
    return "-".join([mission, *groups, _check(mission, signs)])


def clean(text: str) -> str:
    """As people retype it: spaces, case and Arabic digits put right; dashes restored from the plain run of signs."""
    characters = re.sub(r"[^0-9A-Z]", "", ascii_digits(text).upper())
    mission, signs, check = characters[:3], characters[3:-1], characters[-1:]
    return "-".join([mission, *re.findall(".{1,5}", signs), check])


def is_valid(reference: str) -> bool:
    """Whether the check character fits, so that a typing slip is told from an unknown reference."""
    mission, *groups = reference.split("-")
    signs, check = "".join(groups[:-1]), "".join(groups[-1:])
    well_formed = (
        bool(re.fullmatch("[A-Z]{3}", mission, re.ASCII)) and signs != "" and set(signs + check) <= set(_VALUE)
    )
    return well_formed and len(check) == 1 and _check(mission, signs) == check


def mission_of(reference: str) -> str:
    """The mission's code a reference starts with."""
    return reference[:3]


def mark_of(reference: str) -> str:
    """The first sign after the mission: for documents the service that issued them."""
    return reference[4:5]
