"""Overrides of a rule for one case: an officer asks, another person signs, and only then it happens.

Priority at the mission, a flag that comes off, a case that goes from one officer to another, an absence that is
excused, and a passport that is printed again.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import load_for_update
from services.consular.appointments.attendance import priorities
from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.passports import reprint
from services.consular.workflow import assign
from services.consular.workflow.attendance import absences
from services.consular.workflow.money import exceptions
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor

PRIORITY, FLAG, TAKEOVER, ABSENCE, REPRINT = "priority", "flag", "takeover", "excused_absence", "reprint"
KINDS = (PRIORITY, FLAG, TAKEOVER, ABSENCE, REPRINT)
CASE, REASON = "case_reference", "override_reason"


def ask_priority(session: Session, actor: Actor, reference: str, kind: str, reason: str) -> Application:
    """Asks for priority. Raises what `priorities.check` raises, Conflict (already_proposed)."""
    application = load_for_update(session, actor, "desk.priority", reference)
    text = priorities.check(session, reference, kind, reason)
    return _propose(session, actor, application, PRIORITY, {"priority_kind": kind, REASON: text})


def ask_flag(session: Session, actor: Actor, reference: str, reason: str) -> Application:
    """Asks that the flag comes off. Raises what `exceptions.check_flag` raises, Conflict (already_proposed)."""
    application, text = exceptions.check_flag(session, actor, reference, reason)
    return _propose(session, actor, application, FLAG, {"flag": application.exception, REASON: text})


def ask_takeover(session: Session, actor: Actor, reference: str) -> Application:
    """Asks for a case of another officer; one that is free is the actor's at once. Raises what `assign.take` raises,
    Conflict (already_proposed)."""
    application = load_for_update(session, actor, assign.ACTION, reference)
    if application.assigned_to in (None, actor.id):
        return assign.take(session, actor, reference)
    assign.check_in_review(application)
    names = {"officer_ar": assign.name_of(actor)["ar"], "officer_en": assign.name_of(actor)["en"]}
    return _propose(session, actor, application, TAKEOVER, {"from_officer": application.assigned_to, **names})


def ask_excuse(session: Session, actor: Actor, reference: str, answer: str) -> Application:
    """Asks that an explained absence is excused. Raises what `absences.check` raises, Conflict (already_proposed)."""
    application, text = absences.check(session, actor, reference, answer)
    return _propose(session, actor, application, ABSENCE, {REASON: text})


def ask_reprint(session: Session, actor: Actor, reference: str, reason: str) -> Application:
    """Asks that a spoiled booklet is replaced. Raises what `reprint.check` raises, Conflict (already_proposed)."""
    application = reprint.check(session, actor, reference, reason)
    return _propose(session, actor, application, REPRINT, {"spoil_reason": reason})


def read(_session: Session, _terms: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Invalid: an override is asked for on its case, by who may decide it."""
    raise Invalid("unknown_choice", field="kind")


def preview(_session: Session, _params: Mapping[str, Any]) -> dict[str, Any]:
    """It touches its case."""
    return {"applications": 1}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Does it in the transaction of the second signature. Raises NotAllowed for a signer who may not decide cases,
    and what the act itself raises where the case has changed since."""
    params = proposal.params
    reference = params[CASE]
    if proposal.kind == PRIORITY:
        absences.grant_priority(session, actor, reference, params["priority_kind"], params[REASON])
    elif proposal.kind == FLAG:
        exceptions.clear_flag(session, actor, reference, params[REASON], params["flag"])
    elif proposal.kind == ABSENCE:
        absences.decide(session, actor, reference, accept=True, answer=params[REASON])
    elif proposal.kind == REPRINT:
        reprint.reprint(session, actor, reference, params["spoil_reason"])
    else:
        names = {"ar": params["officer_ar"], "en": params["officer_en"]}
        assign.hand_over(session, actor, reference, params["from_officer"], proposal.proposer, names)
    sign.finish(session, actor, proposal, {"applications": 1})


def _propose(
    session: Session, actor: Actor, application: Application, kind: str, params: Mapping[str, Any]
) -> Application:
    """One at a time of each kind for a case, whose row is locked."""
    waits = Proposal.state == sign.WAITING, Proposal.kind == kind
    same = select(Proposal.reference).where(*waits, Proposal.params[CASE].astext == application.reference)
    if session.scalar(same.limit(1)) is not None:
        raise Conflict("already_proposed")
    terms = {CASE: application.reference, **params}
    sign.propose(session, actor, kind, terms, {"applications": 1}, "proposal.override")
    return application
