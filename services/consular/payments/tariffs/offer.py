"""The offer of a mission on a day: each transaction with its status, its legal source and its price."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.missions.dated_rules import photos, promised_days
from services.consular.missions.model import Mission
from services.consular.payments.tariffs import transaction_status
from services.consular.payments.tariffs.price import cash_price, price
from shared.catalogue import registration
from shared.catalogue.model import TIER, Transaction
from shared.errors import Refusal
from shared.values.money import total


def offer(session: Session, transaction: Transaction, mission: Mission, on: date) -> dict[str, object]:
    """A transaction as a mission offers it on a day: its status with the legal source, and its price.

    Where there are tiers, each has a price of its own, and the common price is empty. `historical` is the row by which
    the transaction has ended everywhere; a mission's own row may have activated it again.
    """
    key = offer, transaction.slug, mission.code, on
    return reference_data.value(session, key, lambda: _offer(session, transaction, mission, on))


def _offer(session: Session, transaction: Transaction, mission: Mission, on: date) -> dict[str, object]:
    status_row = transaction_status.status_on(session, transaction.slug, mission, on)
    tiers = [
        {"tier": tier.name, "working_days": promised_days(session, transaction, mission.code, on, {TIER: tier.name})}
        | _priced(session, transaction, mission, on, {TIER: tier.name})
        for tier in transaction.tiers
    ]
    no_price: dict[str, object] = {"fees": [], "total": None, "cash_total": None, "price_lacks": None}
    return {
        "slug": transaction.slug,
        "status": status_row.status if status_row else transaction_status.UNKNOWN,
        "status_source": status_row.source if status_row else None,
        "status_since": status_row.valid_from.isoformat() if status_row else None,
        "historical": _historical(session, transaction, on),
        "working_days": promised_days(session, transaction, mission.code, on, {}),
        "photos": _photos(session, transaction, mission, on),
        "priced": transaction.priced,
        "registration": _registration(session, transaction, mission, on),
        **(no_price if tiers else _priced(session, transaction, mission, on, {})),
        "tiers": tiers,
    }


def _historical(session: Session, transaction: Transaction, on: date) -> dict[str, object] | None:
    row = transaction_status.general_status_on(session, transaction.slug, on)
    if row is None or row.status != transaction_status.HISTORICAL:
        return None
    return {"since": row.valid_from.isoformat(), "source": row.source, "certainty": row.certainty}


def _photos(session: Session, transaction: Transaction, mission: Mission, on: date) -> dict[str, object] | None:
    if not transaction.photo_rules:
        return None
    row = photos(session, transaction.slug, mission.code, on)
    return row.serialise() if row else None


def _registration(session: Session, transaction: Transaction, mission: Mission, on: date) -> dict[str, object] | None:
    """What consular registration costs on top, once, for who is not registered; None where it is not asked."""
    if registration.FEE not in transaction.fees:
        return None
    only_registration = replace(transaction, fees=(registration.FEE,))
    answers = {registration.NAME: registration.NOT_REGISTERED}
    priced = _priced(session, only_registration, mission, on, answers)["fees"]
    return next(iter(priced), None) if isinstance(priced, list) else None


def _priced(
    session: Session, transaction: Transaction, mission: Mission, on: date, answers: Mapping[str, object]
) -> dict[str, object]:
    try:
        lines, lacking = price(session, transaction, mission, on, answers=answers), None
    except Refusal as refusal:
        lines, lacking = [], refusal.code
    amount = total([line.collected for line in lines]) if lines else None
    return {
        "fees": [line.serialise() for line in lines],
        "total": {"amount": amount.amount, "currency": amount.currency} if amount else None,
        "cash_total": cash_price(lines, mission).amount if lines else None,
        "price_lacks": lacking,
    }
