"""A mission's own bulletin: one rate to its currency, checked against the last one that is known."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.payments.rates.model import RateRow
from services.consular.payments.rates.rules import MISSION_TABLE, Rate, cross, is_outside_band, jump
from services.consular.payments.rates.table import rates_on
from shared.values.money import plain_number

# What the column has: twelve digits before the point and twelve after it.
MAX_RATE, PLACES = Decimal(10) ** 9, 12
PERCENT = Decimal("0.1")


@dataclass(frozen=True)
class Bulletin:
    """Units of the mission's currency, `quote`, for one unit of `base`; the day it is for, and its printed source."""

    base: str
    quote: str
    rate: Decimal
    on: date
    max_age_days: int
    published: str


def read_rate(text: str) -> Decimal:
    """A rate as an officer types it. Raises ValueError for anything but a positive number that the column can hold."""
    rate = Decimal(plain_number(text))
    if not 0 < rate < MAX_RATE or rate != round(rate, PLACES):
        raise ValueError("not a rate")
    return rate


def last_rate(session: Session, mission: str, base: str, quote: str, on: date) -> Rate | None:
    """What the mission would go by on a day without the bulletin, however old."""
    return cross(rates_on(session, mission, on), base, quote, on)


def comparison(last: Rate | None, new: Decimal) -> dict[str, Any]:
    """The last rate beside the new one: how many per cent they differ, and whether that is outside the band."""
    if last is None:
        return {"last": None, "percent": None, "outside": False}
    percent = (jump(last.rate, new) * 100).quantize(PERCENT)
    value = {"value": f"{last.rate.normalize():f}", "source": last.source, "on": last.on.isoformat()}
    return {"last": value, "percent": str(percent), "outside": is_outside_band(last.rate, new)}


def declare(session: Session, mission: str, bulletin: Bulletin, approver: str, proposal: str) -> None:
    """Adds the rate for the mission alone. The signed proposal identifies the row."""
    session.add(
        RateRow(
            id=f"{bulletin.base}-{bulletin.quote}/{mission}/{proposal}",
            base=bulletin.base,
            quote=bulletin.quote,
            rate=bulletin.rate,
            valid_from=bulletin.on,
            source=MISSION_TABLE,
            published=bulletin.published,
            certainty="M",
            approver=approver,
            scope=mission,
            max_age_days=bulletin.max_age_days,
            stored_at=func.clock_timestamp(),
        )
    )
    session.flush()
    reference_data.reread(session)
