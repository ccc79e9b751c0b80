"""Hands a new passport to its holder, or the guardian of a minor, and to nobody else; cancels the old one.

A passport that was reported lost stays lost.
"""

from sqlalchemy.orm import Session

from services.consular.applications.behalf import may_act
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_status, find, load_for_update, transition
from services.consular.passports import booklets
from services.consular.people import snapshot
from services.consular.people.refusals import WrongPerson
from shared import forms
from shared.catalogue.model import BOOKLET, GUARDIAN
from shared.database import audit
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor
from shared.values.person import national_number

ACTION = "desk.collect"


def collect(session: Session, actor: Actor, reference: str, number: str) -> Application:
    """Hands the passport over. `number` is the national number of the person at the counter, from their identity card.

    Raises Invalid for a malformed number, WrongPerson for another person's, Conflict when nothing is ready.
    """
    application = load_for_update(session, actor, ACTION, reference)
    check_status(application, "collect")
    if forms.transaction(application.transaction).outcome != BOOKLET:
        raise Conflict("nothing_to_collect")
    try:
        counter_number = national_number(number)
    except ValueError as error:
        raise Invalid("national_number" if number.strip() else "required", field="national_number") from error
    if counter_number not in _allowed_numbers(session, application):
        raise WrongPerson()
    serial = booklets.record_collection(session, actor, reference)
    for old_number in _old_passports(application):
        booklets.cancel(session, actor, application.mission, old_number, reference, application.person)
    transition(session, actor, application, Status.COLLECTED, detail={"booklet": serial})
    return application


def _allowed_numbers(session: Session, application: Application) -> set[str]:
    """The national numbers of those who may collect the booklet: its holder, and the guardian of a minor."""
    holder, acting = snapshot.people_of(session, application.reference)
    if holder is None:
        return set()
    guardian = acting is not None and application.capacity == GUARDIAN and may_act(session, application)
    return {holder.national_number} | ({acting.national_number} if acting and guardian else set())


def _old_passports(application: Application) -> list[str]:
    """The passport numbers among the answers."""
    questions = [
        question.name
        for question in forms.transaction(application.transaction).questions
        if question.kind == "passport_number"
    ]
    return [str(application.answers[name]) for name in questions if application.answers.get(name)]


def record_wrong_person(session: Session, actor: Actor, reference: str) -> None:
    """Records another person's attempt, in a separate transaction: the failed one is rolled back."""
    application = find(session, actor, ACTION, reference)
    audit.record(session, actor, "collection.wrong_person", application.reference, reason="wrong_person")
