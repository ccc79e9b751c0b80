"""Telephone numbers as people write them, checked by the numbering plan of their country."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NoReturn

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from shared.values.person import plain_signs

SAUDI_ARABIA = "SA"
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# What may stand between digits. Letters are no digits here, although some telephones have them on their keys. The plus
# comes last where marks of direction have turned a number round.
_WRITTEN = re.compile(r"(?:\+[+( ]*)?[0-9](?:[ \-()./·•_]*[0-9]){4,19}\+?")
# A link that opens a chat has the country's code without a plus.
_CHAT_LINK = re.compile(r"(?<=WA\.ME/)(?=[0-9])|(?<=[?&]PHONE=)(?=[0-9])")
_DIGIT = re.compile("[0-9]")
_NOT_DIALLED = re.compile("[^0-9+]")
# Dialled abroad instead of the plus, in most countries.
_PREFIX = "00"
_SYRIA = str(phonenumbers.country_code_for_region("SY"))
LONGEST = 300
# No plan has more digits (ITU-T E.164).
LONGEST_NUMBER = 15


def read_phone(text: str, country: str) -> str:
    """A number with + and the country's code, from its international form or the national one of `country`.

    Raises ValueError (phone, or phone_unknown where the text names a country) for a number that no plan has, and
    (one_phone) for two numbers or an extension.
    """
    return phonenumbers.format_number(_number(text, country, "phone"), PhoneNumberFormat.E164)


def read_saudi_mobile(text: str) -> str:
    """A Saudi mobile number with +966. Raises ValueError (saudi_mobile, one_phone)."""
    number = _number(text, SAUDI_ARABIA, "saudi_mobile")
    is_saudi = phonenumbers.region_code_for_number(number) == SAUDI_ARABIA
    if not is_saudi or phonenumbers.number_type(number) not in _MOBILE:
        raise ValueError("saudi_mobile")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _number(text: str, country: str, code: str) -> phonenumbers.PhoneNumber:
    """The number in a text, which may stand there twice but beside no other one and no extension."""
    plain = _CHAT_LINK.sub("+", plain_signs(text[:LONGEST]).replace("﹢", "+"))
    numbers = [_parsed(written, country) for written in _WRITTEN.findall(plain)]
    first = next(filter(None, numbers), None)
    if first is None:
        _refuse(plain, code)
    if any(number != first for number in numbers) or _DIGIT.search(_WRITTEN.sub("", plain)):
        raise ValueError("one_phone")
    return first


def _refuse(plain: str, code: str) -> NoReturn:
    """Says what is wrong with a text without a number: two in one row, none of the country it names, none at all."""
    digits = "".join(_DIGIT.findall(plain))
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("one_phone")
    if code == "phone" and digits and ("+" in plain or digits.startswith(_PREFIX)):
        raise ValueError("phone_unknown")
    raise ValueError(code)


def _parsed(written: str, country: str) -> phonenumbers.PhoneNumber | None:
    """The number of a plan that is written so; None where no plan has it, or two have."""
    numbers = [number for one in _readings(_NOT_DIALLED.sub("", written)) if (number := _valid(one, country))]
    return numbers[0] if numbers and all(number == numbers[0] for number in numbers) else None


def _valid(reading: str, country: str) -> phonenumbers.PhoneNumber | None:
    with suppress(NumberParseException):
        number = phonenumbers.parse(reading, country or None)
        return number if phonenumbers.is_valid_number(number) else None
    return None


def _readings(signs: str) -> Iterator[str]:
    """How the signs may be dialled: in the country, and abroad where they say so.

    Where 00 is no prefix, as in Australia with 0011, only one of the two is a number. A Syrian number without its plus
    is one in some countries too.
    """
    digits = signs.replace("+", "")
    if "+" not in signs:
        yield digits
    if "+" in signs or digits.startswith((_PREFIX, _SYRIA)):
        yield f"+{digits.removeprefix(_PREFIX)}"
