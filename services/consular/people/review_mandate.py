"""Deeds that let somebody act for another: submitted by the agent, checked by an officer of the mission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.people import rules
from services.consular.people.grant_mandate import change_mandate, check_terms, store_mandate
from services.consular.people.mandates import find
from services.consular.people.model import Mandate
from services.consular.people.rules import (
    ABSENCES,
    ACCEPTED,
    CAPACITY_OF,
    DEAD,
    GRANTED,
    GUARDIANSHIP,
    KIN_GUARDIANSHIP,
    POWER,
    REFUSED,
    TO_CHECK,
    AttestedPerson,
)
from shared.catalogue.model import GUARDIAN
from shared.catalogue.reasons import DEED_REFUSE_REASONS
from shared.database import audit
from shared.errors import Invalid, NotFound, Refusal
from shared.identity.actor import Actor
from shared.reasons import check_choice, optional_text

NOTE_LENGTH = 500
# Deeds of the list, first those that wait and then those decided last; and those of its file.
LIST_ROWS, EXPORT_ROWS = (100, 20), (1_000, 1_000)


@dataclass(frozen=True)
class Deed:
    """A deed as the agent describes it: principal, dates of issue and end, scope; and the type of its stored scan."""

    kind: str
    principal_number: str
    principal_given: str
    issued_on: date
    until: date | None
    scope: Sequence[str]
    scan_type: str
    absence: str | None = None


def submit_deed(
    session: Session, actor: Actor, agent: AttestedPerson, mission: str, deed: Deed, today: date
) -> Mandate:
    """Submits a power of attorney or a guardianship certificate to the officers of a mission.

    Raises Invalid by field, Conflict while a deed of the same agent for the same person waits.
    """
    until = _until(deed, today, missions.find(session, mission).country)
    if deed.principal_number == agent.number:
        raise Invalid("mandate_to_self", field="principal_number")
    row = {
        "kind": deed.kind,
        "state": TO_CHECK,
        "principal_number": deed.principal_number,
        "principal_given": deed.principal_given,
        "agent": agent.person,
        "agent_name": agent.name,
        "scope": list(deed.scope) if deed.kind == POWER else [],
        "issued_on": deed.issued_on,
        "absence": deed.absence if deed.kind == KIN_GUARDIANSHIP else None,
        "until": until,
        "scan_type": deed.scan_type,
    }
    return store_mandate(session, actor, mission, row, "mandate_waiting")


def _until(deed: Deed, today: date, country: str) -> date:
    """The last day of a deed: a court's certificate ends by rule, a power of attorney on its own date."""
    if deed.issued_on > today:
        raise Invalid("paper_not_yet_issued", field="issued_on")
    if deed.kind == GUARDIANSHIP:
        until = rules.deed_valid_until(deed.issued_on)
        if until < today:
            raise Invalid("guardian_paper_too_old", field="issued_on")
        return until
    if deed.kind == KIN_GUARDIANSHIP:
        if deed.absence not in ABSENCES:
            raise Invalid("unknown_choice" if deed.absence else "required", field="absence")
        return rules.kin_deed_valid_until(today)
    if deed.until is None:
        raise Invalid("required", field="until")
    check_terms(deed.scope, deed.until, today, POWER, country)
    return deed.until


def list_deeds(session: Session, actor: Actor, rows: tuple[int, int] = LIST_ROWS) -> Sequence[Mandate]:
    """Deeds of the session's mission: the open ones first, oldest first; then the latest decided ones.

    `rows` is how many of each at most.
    """
    waiting, decided = rows
    audit.record(session, actor, "mandate.queue", actor.mission or "")
    deeds = select(Mandate).where(Mandate.kind != GRANTED)
    open_deeds = deeds.where(Mandate.state == TO_CHECK).order_by(Mandate.made_at)
    decided_deeds = deeds.where(Mandate.state != TO_CHECK).order_by(Mandate.changed_at.desc())
    return [*session.scalars(open_deeds.limit(waiting)), *session.scalars(decided_deeds.limit(decided))]


def note_scan_read(session: Session, actor: Actor, reference: str) -> None:
    """Records that somebody reads the scan of a deed. Raises NotFound for a mandate without one."""
    if find(session, reference).scan_type is None:
        raise NotFound("mandate_unknown")
    audit.record(session, actor, "mandate.scan_read", reference)


def accept(session: Session, actor: Actor, reference: str, principal: AttestedPerson, today: date) -> Mandate:
    """Accepts a deed for the principal whom the officer found in the register.

    Raises Refusal (principal_differs, principal_dead, ward_of_age, guardian_paper_too_old, mandate_to_self,
    not_uncle_or_brother, father_is_alive), Conflict when another officer was faster.
    """
    mandate = find(session, reference)
    same_name = rules.is_called(principal.given_name, mandate.principal_given or "")
    if principal.number != mandate.principal_number or not same_name:
        raise Refusal("principal_differs")
    if not principal.alive:
        raise Refusal("principal_dead")
    if principal.person == mandate.agent:
        raise Refusal("mandate_to_self")
    is_guardians = CAPACITY_OF[mandate.kind] == GUARDIAN
    if is_guardians and not rules.is_minor(principal.born, today):
        raise Refusal("ward_of_age")
    if mandate.until < today:
        raise Refusal("guardian_paper_too_old" if is_guardians else "mandate_ends_in_the_past")
    values: dict[str, object] = {"state": ACCEPTED, "principal": principal.person, "principal_name": principal.name}
    if mandate.kind == KIN_GUARDIANSHIP:
        values["kinship"] = _checked_kinship(mandate, principal)
    return change_mandate(session, actor, reference, ACCEPTED, values, Mandate.state == TO_CHECK)


def _checked_kinship(mandate: Mandate, child: AttestedPerson) -> str:
    """The agent's kinship to the child by the register, which also has to know a death that the deed claims."""
    attested = child.agent
    if attested is None or attested.person != mandate.agent or attested.kinship is None:
        raise Refusal("not_uncle_or_brother")
    if mandate.absence == DEAD and attested.father_alive:
        raise Refusal("father_is_alive")
    return attested.kinship


def refuse(session: Session, actor: Actor, reference: str, reason: str, note: str) -> Mandate:
    """Refuses a deed for a reason of the list. Raises Invalid, Conflict."""
    check_choice(reason, DEED_REFUSE_REASONS, "reason")
    note_text = optional_text(note, NOTE_LENGTH, "note")
    values: dict[str, object] = {"state": REFUSED, "reason": reason, "note": note_text}
    return change_mandate(session, actor, reference, REFUSED, values, Mandate.state == TO_CHECK)
