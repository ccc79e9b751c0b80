"""What a mission owes back and has not paid yet, for everybody to see: counts, sums and ages, and nobody's name."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import ENDED

View = dict[str, Any]
# Ages in days: up to the first number, up to the second, and older.
AGES = (7, 30)


def unpaid_refunds(session: Session) -> View:
    """By currency: how many, how much in minor units, how many of each age, and the oldest in days."""
    mission = session.info["mission"]
    today = missions.today(session, mission)
    rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
    unpaid = select(Refund.currency, Refund.amount, Refund.marked_at).where(
        Refund.state.not_in([state.value for state in ENDED])
    )
    for currency, amount, marked_at in session.execute(unpaid):
        rows[currency].append((amount, (today - missions.day_of(session, mission, marked_at)).days))
    return {
        "mission": mission,
        "day": today.isoformat(),
        "owed": [_sum(currency, owed) for currency, owed in sorted(rows.items())],
    }


def _sum(currency: str, owed: list[tuple[int, int]]) -> View:
    ages = [sum(age > limit for limit in AGES) for _, age in owed]
    return {
        "currency": currency,
        "count": len(owed),
        "amount": sum(amount for amount, _ in owed),
        "ages": [ages.count(place) for place in range(len(AGES) + 1)],
        "oldest": max(age for _, age in owed),
    }
