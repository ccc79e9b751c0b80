"""Stores the rates of a file as dated rows: each once, and none that jumped too far."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.payments.rates import ecb
from services.consular.payments.rates.ecb import EURO, ReferenceRate
from services.consular.payments.rates.fetch import fetch
from services.consular.payments.rates.model import RateRow
from services.consular.payments.rates.rules import ECB, ECB_MAX_AGE_DAYS, is_outside_band
from shared.database.db import Database, now
from shared.errors import Refusal
from shared.logs import log
from shared.values.dates import local_date
from shared.values.money import exponent

PUBLISHER_ZONE = "Europe/Berlin"
APPROVER = "consular"


def load(database: Database, source: str) -> int:
    """Fetches a file of euro reference rates and stores what is new; returns how many rows.

    A file that cannot be had or read changes nothing: it is logged, and asked for again in the next run. The rates that
    are stored then grow old, and past their age no price is quoted by them.
    """
    try:
        content = fetch(source)
        with database.scope(None) as session:
            return store(session, ecb.read(content, local_date(now(session), PUBLISHER_ZONE)))
    except Refusal as refusal:
        log().warning("rates not read", code=refusal.code, reason=str(refusal.params.get("reason", "")))
        return 0


def store(session: Session, rates: Sequence[ReferenceRate]) -> int:
    """Adds the rates of known currencies that are not stored yet, oldest first; returns how many.

    One that is outside the band around the last stored one is left out and logged: a mission then declares the rate by
    a bulletin, which two people sign. Without a last one that could still be used there is no band.
    """
    known = _stored(session)
    added = 0
    for rate in rates:
        if not _is_known(rate.currency) or (rate.currency, rate.on) in known:
            continue
        last = max((key for key in known if key[0] == rate.currency and key[1] < rate.on), default=None)
        if last and (rate.on - last[1]).days <= ECB_MAX_AGE_DAYS and is_outside_band(known[last], rate.rate):
            log().warning("rate outside the band", currency=rate.currency, day=rate.on.isoformat())
            continue
        known[rate.currency, rate.on] = rate.rate
        added += _insert(session, rate)
    if added:
        reference_data.reread(session)
    return added


def _stored(session: Session) -> dict[tuple[str, date], Decimal]:
    query = select(RateRow.quote, RateRow.valid_from, RateRow.rate).where(RateRow.source == ECB, RateRow.base == EURO)
    return {(quote, day): rate for quote, day, rate in session.execute(query)}


def _insert(session: Session, rate: ReferenceRate) -> int:
    day = rate.on.isoformat()
    row = {
        "id": f"{EURO}-{rate.currency}/{day}",
        "base": EURO,
        "quote": rate.currency,
        "rate": rate.rate,
        "valid_from": rate.on,
        "source": ECB,
        "published": f"ECB euro reference rates of {day}",
        "certainty": "H",
        "approver": APPROVER,
        "max_age_days": ECB_MAX_AGE_DAYS,
        "stored_at": func.now(),
    }
    inserted = session.execute(insert(RateRow).values(row).on_conflict_do_nothing().returning(RateRow.id))
    return 1 if inserted.first() else 0


def _is_known(currency: str) -> bool:
    try:
        exponent(currency)
    except ValueError:
        return False
    return True
