"""Joins applications and ministries: letters for an accepted application, and the effect of their replies."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import load_for_update
from services.consular.ministries import escalate, letters, outcomes, replies
from services.consular.ministries.letters import LetterDates, LetterSubject
from services.consular.ministries.model import Letter
from services.consular.ministries.rules import reminder_schedule
from services.consular.ministries.rules.matters import Matter, matter
from services.consular.ministries.rules.reply_parser import Expected, Reply
from services.consular.missions import today
from services.consular.missions.due_dates import due_on
from services.consular.people import origin, snapshot
from services.consular.people.model import Applicant
from services.consular.workflow import resolve
from shared.catalogue.model import Ask
from shared.errors import Conflict, NotFound, Refusal
from shared.identity.actor import Actor
from shared.messaging.outbox import emit
from shared.values.dates import partial_iso


def write(session: Session, actor: Actor, application: Application, ask: Ask) -> Letter:
    """Writes the letter of a question to a ministry and emits `letter.sent`; days are the mission's working days."""
    question = matter(ask.authority, ask.ask)
    schedule = reminder_schedule.working_days(question.reply_days)
    steps = {step: _due_on(session, application, n) for step, n in schedule.items()}
    days = LetterDates(_due_on(session, application, question.reply_days), steps)
    letter = letters.write(session, actor, question, letter_subject(session, application), days)
    body = {
        "application": application.reference,
        "transaction": application.transaction,
        "letter": letter.code,
        "authority": ask.authority,
        "ask": ask.ask,
        "place": letter.place,
    }
    emit(session, actor, "letter.sent", application.reference, body)
    return letter


def _due_on(session: Session, application: Application, working_days: int) -> Any:
    return due_on(session, application.mission, working_days)


def letter_subject(session: Session, application: Application) -> LetterSubject:
    """The data of application and person for letters and documents. Raises Refusal without a snapshot."""
    applicant = snapshot.applicant_of(session, application.reference)
    if applicant is None:
        raise Refusal("statement_incomplete", authority="civil_registry")
    return LetterSubject(
        application=application.reference,
        transaction=application.transaction,
        mission=application.mission,
        round=application.round,
        person=applicant.person,
        holder=snapshot.printed_name(applicant),
        identity=_identity(applicant, application.facts.get("civil_registry") or {}),
        answers=application.answers,
    )


def _identity(applicant: Applicant, facts: Mapping[str, Any]) -> dict[str, Any]:
    parts = {
        part: {"ar": str(applicant.name.get(part) or ""), "en": str(applicant.latin.get(part) or "")}
        for part in ("father", "mother")
    }
    return {
        "name": snapshot.printed_name(applicant),
        **parts,
        "born": partial_iso(applicant.born, applicant.born_precision),
        "birth_place": origin.attested_birth_place(facts),
        "entry": origin.entry(facts),
        "national_number": applicant.national_number,
    }


def answer(session: Session, actor: Actor, code: str, body: Mapping[str, Any]) -> Letter:
    """Records the reply an officer has received, and applies it.

    Raises Conflict (letter_answered, letter_closed), Invalid with a code per field, reply_of_another among them.
    """
    application, letter = _load_for_update(session, actor, "letter.answer", code)
    reply = replies.check_reply(body, expected_reply(session, letter))
    _check_open(application, letter)
    replies.close(session, actor, letter, reply.finding.code)
    replies.store(session, actor, letter, reply)
    _apply(session, actor, application, letter, reply)
    return letter


def deposit(session: Session, actor: Actor, code: str, body: Mapping[str, Any]) -> bool:
    """Stores a partner's reply; it is applied when its message arrives over the bus."""
    letter = letters.find(session, code)
    return replies.deposit(session, actor, letter, replies.check_reply(body, expected_reply(session, letter)))


def apply_answer(session: Session, actor: Actor, body: Mapping[str, Any]) -> None:
    """Applies `letter.answered`. After an officer's answer, or once the file has moved on, the reply is marked late.

    Raises Conflict while the reply is not deposited, Refusal when the message contradicts it or concerns another file.
    """
    application, letter = _load_for_update(session, actor, "message.letter.answered", str(body["letter"]))
    if application.reference != body["application"] or letter.authority != body["authority"]:
        raise Refusal("about_another")
    reply = replies.find_deposit(session, letter.code)
    if reply is None:
        raise Conflict("reply_not_deposited")
    if reply.finding != body["finding"]:
        raise Refusal("reply_contradicts")
    if reply.state != replies.DEPOSITED:
        return
    if letter.answered_at is not None or not _is_open(application, letter):
        replies.mark(session, actor, letter, replies.LATE)
        return
    finding = matter(letter.authority, letter.ask).finding(reply.finding)
    assert finding is not None
    replies.close(session, actor, letter, reply.finding)
    replies.mark(session, actor, letter, replies.APPLIED)
    _apply(session, actor, application, letter, Reply(finding, **reply.content))


def _load_for_update(session: Session, actor: Actor, action: str, code: str) -> tuple[Application, Letter]:
    """Locks the application first, in the order of all verbs, then its letter. Raises NotFound."""
    letter = letters.find(session, code)
    application = load_for_update(session, actor, action, letter.application)
    session.refresh(letter, with_for_update=True)
    return application, letter


def expected_reply(session: Session, letter: Letter) -> Expected:
    """What a reply to a letter is checked against. Raises NotFound."""
    applicant = snapshot.applicant_of(session, letter.application)
    if applicant is None:
        raise NotFound()
    question: Matter = matter(letter.authority, letter.ask)
    day = today(session, letter.mission)
    return Expected(question, applicant.national_number, applicant.born, letter.sent_on, day)


def _is_open(application: Application, letter: Letter) -> bool:
    return application.status == Status.WITH_AUTHORITY and application.round == letter.round


def _check_open(application: Application, letter: Letter) -> None:
    if letter.answered_at is not None:
        raise Conflict("letter_answered", number=letter.number)
    if not _is_open(application, letter):
        raise Conflict("letter_closed", number=letter.number, status=application.status)


def _apply(session: Session, actor: Actor, application: Application, letter: Letter, reply: Reply) -> None:
    if application.exception == escalate.OVERDUE:
        escalate.flag(session, application, None)
    document = outcomes.issue(session, actor, letter, reply, letter_subject(session, application))
    decision = {
        "application": application.reference,
        "ask": letter.ask,
        "outcome": reply.finding.outcome,
        "reason": reply.finding.reason,
        "document": document,
    }
    resolve.decide(session, actor, decision, authority=letter.authority)
