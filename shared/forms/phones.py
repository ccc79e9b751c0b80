"""Telephone numbers as people write them, checked by the numbering plan of their country."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from shared.values.person import plain_signs

SAUDI_ARABIA = "SA"
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# What may stand between digits. Letters are no digits here, although some telephones have them on their keys.
_WRITTEN = re.compile(r"(?:TEL:)?(\+?[0-9 \-()./]{5,40})")
# Dialled abroad instead of the plus, in most countries.
_PREFIX = "00"


def read_phone(text: str, country: str) -> str:
    """A number with + and the country's code, from its international form or the national one of `country`.

    Raises ValueError (phone) for a number that no plan has.
    """
    return phonenumbers.format_number(_number(text, country, "phone"), PhoneNumberFormat.E164)


def read_saudi_mobile(text: str) -> str:
    """A Saudi mobile number with +966. Raises ValueError (saudi_mobile)."""
    number = _number(text, SAUDI_ARABIA, "saudi_mobile")
    is_saudi = phonenumbers.region_code_for_number(number) == SAUDI_ARABIA
    if not is_saudi or phonenumbers.number_type(number) not in _MOBILE:
        raise ValueError("saudi_mobile")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _number(text: str, country: str, code: str) -> phonenumbers.PhoneNumber:
    written = _WRITTEN.fullmatch(plain_signs(text))
    if not written:
        raise ValueError(code)
    digits = written[1].lstrip()
    if digits.startswith(_PREFIX):
        digits = f"+{digits[len(_PREFIX) :]}"
    try:
        number = phonenumbers.parse(digits, country or None)
    except NumberParseException as error:
        raise ValueError(code) from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError(code)
    return number
