"""Hands a new passport to its holder or the guardian of a minor, and inside Syria to the relative or agent who may
act for them, and to nobody else; cancels the old one.

A passport that was reported lost stays lost.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from services.consular.applications.behalf import may_act
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_status, find, load_for_update, transition
from services.consular.missions import offices, today
from services.consular.passports import booklets
from services.consular.people import mandates, snapshot
from services.consular.people.refusals import WrongPerson
from shared import forms
from shared.catalogue.model import AGENT, BOOKLET, GUARDIAN, HOLDER, RELATIVE
from shared.database import audit
from shared.errors import Conflict, Invalid, Refusal
from shared.identity.actor import Actor
from shared.values.person import national_number

ACTION = "desk.collect"
KeyOf = Callable[[str], str]


def collect(session: Session, actor: Actor, reference: str, number: str, key_of: KeyOf) -> Application:
    """Hands the passport over. `number` is the national number of the person at the counter, from their identity card,
    and `key_of` gives the keyed hash of a number, by which a mandate names its agent.

    Raises Invalid for a malformed number, WrongPerson for another person's, Conflict when nothing is ready, Refusal
    (office_closed; mandate_ended_here for an agent whose mandate has ended).
    """
    application = load_for_update(session, actor, ACTION, reference)
    check_status(application, "collect")
    if forms.transaction(application.transaction).outcome != BOOKLET:
        raise Conflict("nothing_to_collect")
    try:
        counter_number = national_number(number)
    except ValueError as error:
        raise Invalid("national_number" if number.strip() else "required", field="national_number") from error
    offices.check_open(session, application.office)
    receiver = _capacity_of(session, application, counter_number, key_of)
    serial = booklets.record_collection(session, actor, reference)
    for old_number in _old_passports(application):
        booklets.cancel(session, actor, application.mission, old_number, reference, application.person)
    transition(session, actor, application, Status.COLLECTED, detail={"booklet": serial, "capacity": receiver})
    return application


def _capacity_of(session: Session, application: Application, number: str, key_of: KeyOf) -> str:
    """As what the person with this national number may have the booklet. Raises as `collect`."""
    holder, acting = snapshot.people_of(session, application.reference)
    if holder is not None and holder.national_number == number:
        return HOLDER
    if acting is not None and acting.national_number == number and application.capacity in _receivers(application):
        if may_act(session, application):
            return application.capacity
        if application.mandate is not None:
            raise Refusal("mandate_ended_here")
    elif application.office and _has_mandate(session, application, key_of(number)):
        return AGENT
    raise WrongPerson()


def _receivers(application: Application) -> frozenset[str]:
    """The capacities of acting persons who may have the booklet: abroad the guardian of a minor alone."""
    return frozenset({GUARDIAN, RELATIVE, AGENT}) if application.office else frozenset({GUARDIAN})


def _has_mandate(session: Session, application: Application, agent_key: str) -> bool:
    """Whether the holder, who applied alone, has given the person with this key a mandate for it at this office."""
    entry, day = forms.transaction(application.transaction), today(session, application.mission)
    named = mandates.of_agent(session, application.person, agent_key)
    return any(mandates.is_in_force(one, day) and mandates.allows(one, entry) for one in named)


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
