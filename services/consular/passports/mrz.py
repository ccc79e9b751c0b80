"""The machine-readable zone of a passport: two lines of 44 characters, by ICAO Doc 9303-4 (TD3)."""

import re
from datetime import date
from itertools import cycle

from shared.values.dates import DAY, partial_iso
from shared.values.latin import zone_letters

LINE, NAMES, NUMBER, OPTIONAL = 44, 39, 9, 14
STATE, TYPE, FILLER = "SYR", "P", "<"
_WEIGHTS = (7, 3, 1)
_BETWEEN = re.compile(r"[^A-Z]+")


def check_digit(field: str) -> str:
    """The check digit of a field: weights 7, 3, 1; digits count as themselves, A to Z as 10 to 35, a filler as 0.

    Raises ValueError for any other sign.
    """
    return str(sum(_value(sign) * weight for sign, weight in zip(field, cycle(_WEIGHTS), strict=False)) % 10)


def _value(sign: str) -> int:
    if sign == FILLER:
        return 0
    if sign.isascii() and (sign.isdigit() or ("A" <= sign <= "Z")):
        return int(sign, 36)
    raise ValueError("not_in_a_zone")


def letters(name: str) -> str:
    """A Latin name in the zone's letters: no accents, no apostrophes, one filler for each gap and hyphen."""
    return _BETWEEN.sub(FILLER, zone_letters(name)).strip(FILLER)


def name_field(family_name: str, given_name: str) -> str:
    """Primary and secondary identifier in 39 places.

    A name that is too long loses its end: a letter in the last place means that something may be missing. The given
    name keeps at least its first letter.
    """
    primary, secondary = letters(family_name), letters(given_name)
    if not secondary:
        return _truncate(primary, NAMES).ljust(NAMES, FILLER)
    if not primary:
        primary, secondary = secondary, ""
        return _truncate(primary, NAMES).ljust(NAMES, FILLER)
    primary = _truncate(primary, NAMES - 3) if len(primary) > NAMES - 3 else primary
    return f"{primary}{FILLER * 2}{_truncate(secondary, NAMES - 2 - len(primary))}".ljust(NAMES, FILLER)


def _truncate(name: str, length: int) -> str:
    """The name cut to a length; a filler in the last place is replaced by the next letter."""
    if len(name) <= length:
        return name
    head = name[:length]
    if head[-1] != FILLER:
        return head
    return head[: length - 2] + FILLER + name[length] if length > 2 else head.rstrip(FILLER)


def document_number(number: str) -> str:
    """A passport's number in the zone: the nine digits without the leading letter."""
    return number[-NUMBER:].ljust(NUMBER, FILLER)


def birth_field(born: date, precision: str) -> str:
    """The date of birth in six places; fillers stand for a month and a day that are not known."""
    known = partial_iso(born, precision)[2:].replace("-", "")
    return known.ljust(6, FILLER)


def lines(
    *,
    number: str,
    family_name: str,
    given_name: str,
    born: date,
    sex: str,
    expires_on: date,
    optional: str = "",
    born_precision: str = DAY,
) -> tuple[str, str]:
    """Both lines. `sex` is M, F or anything else for unspecified; `optional` at most 14 digits or letters."""
    first = f"{TYPE}{FILLER}{STATE}{name_field(family_name, given_name)}"
    code, birth, expiry = document_number(number), birth_field(born, born_precision), f"{expires_on:%y%m%d}"
    personal = optional[:OPTIONAL].ljust(OPTIONAL, FILLER)
    number_field, born_field, expiry_field = (field + check_digit(field) for field in (code, birth, expiry))
    personal_field = personal + (check_digit(personal) if optional else FILLER)
    composite = check_digit(number_field + born_field + expiry_field + personal_field)
    sex_sign = sex if sex in ("M", "F") else FILLER
    return first, f"{number_field}{STATE}{born_field}{sex_sign}{expiry_field}{personal_field}{composite}"
