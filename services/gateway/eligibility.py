"""Asks the registers what an entry needs to know of the visitor, so that they learn at once whether they may apply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.gateway.current import civil_registry, register, visitor
from services.gateway.forms import today
from shared.catalogue import kin
from shared.catalogue.model import Eligibility, Facts, Transaction
from shared.errors import Unavailable


@dataclass(frozen=True)
class Attested:
    """Statements signed for consular, and what they say."""

    statements: list[str]
    facts: Facts


def attested(entry: Transaction, answers: Mapping[str, Any] | None = None) -> Attested:
    """Fresh statements of every register the entry names, about whom the answers name where there are any.

    Raises Unavailable when one does not answer, Refusal when the civil register knows no such relative.
    """
    holder = kin.named(entry, answers) if answers is not None else None
    told = {"civil_registry": civil_registry().state(visitor().actor, entry.slug, holder)}
    others = [name for name in entry.authorities if name not in told]
    told |= {name: register(name).state(visitor().actor, entry.slug) for name in others}
    return Attested(
        [one["statement"] for one in told.values()], _facts({name: one["facts"] for name, one in told.items()})
    )


def _facts(told: Mapping[str, Mapping[str, Any]]) -> Facts:
    try:
        return Facts.told(told, today())
    except (KeyError, ValueError) as incomplete:
        raise Unavailable("service_down", service="civil_registry") from incomplete


def judged(entry: Transaction, facts: Facts) -> list[tuple[Eligibility, bool]]:
    """Every condition and whether it holds."""
    return [(condition, condition.holds(facts)) for condition in entry.eligible]
