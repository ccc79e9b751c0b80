"""Asks the registers what an entry needs to know of the visitor, so that they learn at once whether they may apply."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.gateway.current import register, visitor
from services.gateway.forms import today
from shared.catalogue.model import Eligibility, Facts, Transaction
from shared.errors import Unavailable


@dataclass(frozen=True)
class Attested:
    """Statements signed for consular, and what they say."""

    statements: list[str]
    facts: Facts


def attested(entry: Transaction) -> Attested:
    """Fresh statements of every register the entry names. Raises Unavailable when one does not answer."""
    told = {name: register(name).state(visitor().actor, entry.slug) for name in entry.authorities}
    return Attested(
        [one["statement"] for one in told.values()], _facts({name: one["facts"] for name, one in told.items()})
    )


def _facts(told: Mapping[str, Mapping[str, Any]]) -> Facts:
    civil, service = told["civil_registry"], told.get("conscription", {})
    try:
        return Facts(
            person=str(civil["person"]),
            today=today(),
            sex=str(civil["sex"]),
            born=date.fromisoformat(str(civil["born"])),
            alive=civil["alive"] is True,
            registered=civil["registered"] is True,
            service_status=service.get("service_status"),
        )
    except (KeyError, ValueError) as incomplete:
        raise Unavailable("service_down", service="civil_registry") from incomplete


def judged(entry: Transaction, facts: Facts) -> list[tuple[Eligibility, bool]]:
    """Every condition and whether it holds."""
    return [(condition, condition.holds(facts)) for condition in entry.eligible]
