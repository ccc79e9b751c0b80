"""What a mission offers on a day: each transaction with its standing, its legal source and its price."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from services.consular.missions.model import Mission
from services.consular.payments import tariffs
from services.consular.payments.quote import price
from shared.catalogue.model import TIER, Transaction
from shared.errors import Refusal
from shared.values.money import total


def offer(session: Session, transaction: Transaction, mission: Mission, on: date) -> dict[str, object]:
    """A transaction as a mission offers it on a day: its standing with the legal source, and its price.

    Where there are tiers each has a price of its own, and the price that is the same for all is left empty.
    """
    standing = tariffs.status_on(session, transaction.slug, mission, on)
    tiers = [
        {"tier": tier.name, "working_days": tier.working_days}
        | _priced(session, transaction, mission, on, {TIER: tier.name})
        for tier in transaction.tiers
    ]
    nothing: dict[str, object] = {"fees": [], "total": None, "price_lacks": None}
    return {
        "slug": transaction.slug,
        "status": standing.status if standing else tariffs.UNKNOWN,
        "status_source": standing.source if standing else None,
        "status_since": standing.valid_from.isoformat() if standing else None,
        "working_days": transaction.working_days,
        "priced": transaction.priced,
        **(nothing if tiers else _priced(session, transaction, mission, on, {})),
        "tiers": tiers,
    }


def _priced(
    session: Session, transaction: Transaction, mission: Mission, on: date, answers: Mapping[str, object]
) -> dict[str, object]:
    try:
        lines, lacking = price(session, transaction, mission, on, answers=answers), None
    except Refusal as refusal:
        lines, lacking = [], refusal.code
    sum_ = total([line.collected for line in lines]) if lines else None
    return {
        "fees": [line.serialise() for line in lines],
        "total": {"amount": sum_.amount, "currency": sum_.currency} if sum_ else None,
        "price_lacks": lacking,
    }
