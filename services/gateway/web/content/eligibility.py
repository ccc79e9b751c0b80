"""Asks the registers what an entry needs to know of the visitor, so that they learn at once whether they may apply."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.gateway.clients.consular.applications.applications import Application
from services.gateway.web.current import civil_registry, conscription, consular, visitor
from services.gateway.web.days import today, zone_of
from services.gateway.web.presentation import moment_of
from shared.catalogue import conditions as only_if
from shared.catalogue import kin
from shared.catalogue.model import HOLDER, Eligibility, Facts, Transaction
from shared.errors import Unavailable
from shared.identity.actor import Actor
from shared.values.dates import local_date


@dataclass(frozen=True)
class Attested:
    """Statements signed for consular, and what they say."""

    statements: list[str]
    facts: Facts
    person: Mapping[str, Any]
    """What the civil register says of whom it is about."""
    mission: str
    """Where it may be filed: a mandate is good at one mission."""
    by_mandate: bool = False


@dataclass(frozen=True)
class Behalf:
    """For whom the visitor acts: a relative or ward by number and given name, or the principal of a mandate."""

    capacity: str
    national_number: str = ""
    given_name: str = ""
    mandate: str | None = None

    def asked(self, proof: str | None) -> dict[str, str | None]:
        """As the civil register is asked."""
        named = {"national_number": self.national_number, "given_name": self.given_name} if proof is None else {}
        return {"capacity": self.capacity, "proof": proof, **named}


def behalf_of(application: Application) -> Behalf | None:
    """The person for whom the visitor edits an application; None where it is the visitor's own."""
    representation = application["behalf"]
    if representation is None or representation["yours"]:
        return None
    number_and_name = str(representation["national_number"] or ""), str(representation["given_name"] or "")
    return Behalf(str(representation["capacity"]), *number_and_name, mandate=representation["mandate"])


def attested(entry: Transaction, answers: Mapping[str, Any] | None = None, behalf: Behalf | None = None) -> Attested:
    """Fresh statements of every register the entry names, about the visitor or whom they act for, and about whom the
    answers name where there are any.

    Raises Unavailable when one does not answer, Refusal when the register knows no such relative or no mandate stands.
    """
    actor, holder = visitor().actor, kin.holder_answers(entry, answers) if answers is not None else None
    proven = consular().mandates.prove(actor, behalf.mandate, entry.slug) if behalf and behalf.mandate else None
    proofs = dict(proven["proofs"]) if proven else {}
    asked = behalf.asked(proofs.get("civil_registry")) if behalf else None
    civil = civil_registry().state(actor, entry.slug, holder, asked)
    proofs |= civil.get("proofs") or {}
    statements = {"civil_registry": civil}
    if "conscription" in entry.authorities:
        statements["conscription"] = conscription().state(
            actor, entry.slug, proofs.get("conscription") if behalf else None
        )
    facts = {name: statement["facts"] for name, statement in statements.items()}
    mission = (proven["mandate"]["mission"] if proven else None) or visitor().mission
    about = _facts(facts, today(mission), behalf.capacity if behalf else HOLDER)
    if behalf is None and only_if.may_visit_again in [condition.holds for condition in entry.eligible]:
        about = replace(about, last_granted_on=_last_granted_on(actor, entry.slug))
    return Attested(
        [statement["statement"] for statement in statements.values()],
        about,
        civil["facts"],
        mission,
        proven is not None,
    )


def _facts(facts: Mapping[str, Mapping[str, Any]], day: date, capacity: str) -> Facts:
    try:
        return Facts.from_statements(facts, day, capacity)
    except (KeyError, ValueError) as incomplete:
        raise Unavailable("service_down", service="civil_registry") from incomplete


def _last_granted_on(actor: Actor, slug: str) -> date | None:
    """The day on which this transaction was last granted to the visitor, among the applications they can see."""
    applications = consular().applications.list_own(actor)
    own = [each for each in applications if not each["behalf"] or each["behalf"]["yours"]]
    granted = [
        local_date(moment_of(application["changed_at"]), zone_of(application["mission"]))
        for application in own
        if application["transaction"] == slug and application["status"] == "ready"
    ]
    return max(granted, default=None)


def judged(entry: Transaction, facts: Facts) -> list[tuple[Eligibility, bool]]:
    """The conditions with whether they hold; one that is expected of everybody is named only where it does not."""
    verdicts = [(condition, condition.holds(facts)) for condition in entry.eligible]
    return [(condition, holds) for condition, holds in verdicts if not (holds and condition.expected)]
