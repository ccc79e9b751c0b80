"""Reads the euro reference rates of the European Central Bank: its daily or its 90-day file, as it publishes them."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from shared.errors import Refusal

MAX_BYTES = 2 * 1024 * 1024
EURO = "EUR"
_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_CURRENCY = re.compile("[A-Z]{3}", re.ASCII)
_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


@dataclass(frozen=True)
class ReferenceRate:
    """Units of a currency for one euro, published for a day."""

    on: date
    currency: str
    rate: Decimal


def read(content: bytes, today: date) -> list[ReferenceRate]:
    """Every rate of a file, oldest day first. One that cannot be true spoils the whole file: Refusal (rates_unreadable)
    with its `reason`, which is too_large, not_xml, no_rates, day, currency, rate or twice.

    The parser refuses entities and outside references before it resolves any.
    """
    if len(content) > MAX_BYTES:
        raise _unreadable("too_large")
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _unreadable("not_xml") from error
    rates = [rate for day in root.iter(_CUBE) if "time" in day.attrib for rate in _of_day(day, today)]
    if not rates:
        raise _unreadable("no_rates")
    if len({(rate.on, rate.currency) for rate in rates}) < len(rates):
        raise _unreadable("twice")
    return sorted(rates, key=lambda rate: (rate.on, rate.currency))


def _of_day(cube: Element, today: date) -> list[ReferenceRate]:
    on = _day(cube.attrib["time"])
    if on > today:
        raise _unreadable("day")
    return [_rate(on, child) for child in cube.iter(_CUBE) if child is not cube]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unreadable("day") from error


def _rate(on: date, cube: Element) -> ReferenceRate:
    currency, text = cube.attrib.get("currency", ""), cube.attrib.get("rate", "")
    if not _CURRENCY.fullmatch(currency) or currency == EURO:
        raise _unreadable("currency")
    if not _RATE.fullmatch(text) or not Decimal(text):
        raise _unreadable("rate")
    return ReferenceRate(on, currency, Decimal(text))


def _unreadable(reason: str) -> Refusal:
    return Refusal("rates_unreadable", reason=reason)
