"""Writes an inquiry down after its five checks; it reaches the mission when its code has come back."""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.inquiries import rules
from services.consular.inquiries.model import Inquiry, InquiryFile
from services.consular.inquiries.rules import Content
from services.consular.missions.due_dates import due_on
from services.consular.people.model import Applicant
from shared.catalogue.inquiries import WRITTEN_IN
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.person import strip_controls

REFERENCE_LENGTH, MARK = 10, "K"


@dataclass(frozen=True)
class Question:
    """What was typed, and the application it is about, if any."""

    type: str
    number: str
    text: str
    about: str | None


def content_of(question: Question) -> Content:
    """As the rules read it."""
    return Content(question.type, rules.clean_number(question.number), strip_controls(question.text))


def write(session: Session, actor: Actor, mission: str, question: Question, reference: str = "") -> Inquiry:
    """A new unconfirmed inquiry, or `reference` of the actor's own written anew. Raises Invalid with every failed check
    by field, NotFound for another's, Conflict once it is confirmed."""
    content = content_of(question)
    if faults := rules.intake_faults(content, _numbers_of(session, actor), _is_own_case(session, actor, question)):
        raise Invalid("invalid", errors=faults, longest=rules.TEXT_LENGTH)
    values = {"type": content.type, "number": content.number, "text": content.text, "about": question.about or None}
    if reference:
        find_of_person(session, actor, reference)
        own = Inquiry.reference == reference, Inquiry.state == rules.UNCONFIRMED
        rewritten = change_row(session, Inquiry, *own, **values)
        if rewritten is None:
            raise Conflict("inquiry_sent")
        return rewritten
    inquiry = Inquiry(
        reference=references.new(mission, REFERENCE_LENGTH, MARK),
        mission=mission,
        person=actor.person,
        account=actor.id,
        channel=rules.PAGE,
        state=rules.UNCONFIRMED,
        round=1,
        made_at=db.now(session),
        held_by=rules.OFFICER,
        **values,
    )
    session.add(inquiry)
    session.flush()
    audit.record(session, actor, "inquiry.written", inquiry.reference)
    return inquiry


def _numbers_of(session: Session, actor: Actor) -> frozenset[str]:
    """The national numbers of whose applications at this mission are the actor's, or are filed by them."""
    query = (
        select(Applicant.national_number)
        .join(Application, Application.reference == Applicant.application)
        .where(or_(Application.person == actor.person, Application.acting == actor.person))
    )
    return frozenset(session.scalars(query.distinct()))


def _is_own_case(session: Session, actor: Actor, question: Question) -> bool:
    if not question.about:
        return True
    parties = select(Application.person, Application.acting).where(Application.reference == question.about)
    found = session.execute(parties).one_or_none()
    return found is not None and actor.person in tuple(found)


def find_of_person(session: Session, actor: Actor, reference: str, action: str = "inquiry.ask") -> Inquiry:
    """The actor's own inquiry. Raises NotFound."""
    inquiry = session.get(Inquiry, reference)
    if inquiry is None:
        raise NotFound()
    check_access(actor, action, owner=inquiry.person, mission=inquiry.mission)
    return inquiry


def digest(session: Session, inquiry: Inquiry) -> str:
    """What the code is bound to: any other word or file gives another digest."""
    files = select(InquiryFile.sha256).where(InquiryFile.inquiry == inquiry.reference).order_by(InquiryFile.number)
    content = [inquiry.reference, inquiry.type, inquiry.number, inquiry.about, inquiry.text]
    sealed = json.dumps([*content, *session.scalars(files)], ensure_ascii=False)
    return hashlib.sha256(sealed.encode()).hexdigest()


def whole_digest(session: Session, actor: Actor, reference: str) -> str:
    """The digest of a whole inquiry. Raises Invalid while a needed file is missing, Conflict once it is sent."""
    inquiry = find_of_person(session, actor, reference)
    if inquiry.state != rules.UNCONFIRMED:
        raise Conflict("inquiry_sent")
    files = session.scalar(select(func.count()).where(InquiryFile.inquiry == reference)) or 0
    if rules.lacks_uploads(inquiry.type, files):
        raise Invalid("inquiry_papers", field="file")
    return digest(session, inquiry)


def confirm(session: Session, actor: Actor, reference: str, sealed: str) -> Inquiry:
    """Sends it to the mission; the clock starts. Raises Conflict when it is sent, or was changed meanwhile."""
    if whole_digest(session, actor, reference) != sealed:
        raise Conflict("inquiry_changed")
    confirmed = change_row(
        session,
        Inquiry,
        Inquiry.reference == reference,
        Inquiry.state.in_(rules.FROM["confirm"]),
        state=rules.WAITING,
        confirmed_at=db.now(session),
        due_on=due_on(session, session.info["mission"], rules.ANSWER_DAYS),
    )
    if confirmed is None:
        raise Conflict("inquiry_sent")
    audit.record(session, actor, "inquiry.confirmed", reference)
    return confirmed


def write_in(session: Session, actor: Actor, question: Question, channel: str, contact: str) -> Inquiry:
    """An officer writes in what came by telephone, letter or fax; it waits in the same queue under the same clock.

    About an application, its person sees it in their account. Raises Invalid with every failed check by field.
    """
    content, mission = content_of(question), str(actor.mission)
    application = session.get(Application, question.about) if question.about else None
    faults = rules.intake_faults(content, frozenset(), is_own_case=not question.about or application is not None)
    faults = {name: "inquiry_case_unknown" if name == "about" else code for name, code in faults.items()}
    if channel not in WRITTEN_IN:
        faults["channel"] = "choose"
    if not strip_controls(contact):
        faults["contact"] = "required"
    if faults:
        raise Invalid("invalid", errors=faults, longest=rules.TEXT_LENGTH)
    now = db.now(session)
    inquiry = Inquiry(
        reference=references.new(mission, REFERENCE_LENGTH, MARK),
        mission=mission,
        person=application.person if application else None,
        contact=strip_controls(contact),
        channel=channel,
        type=content.type,
        number=content.number,
        text=content.text,
        about=question.about or None,
        state=rules.WAITING,
        round=1,
        made_at=now,
        confirmed_at=now,
        due_on=due_on(session, mission, rules.ANSWER_DAYS),
        held_by=rules.OFFICER,
    )
    session.add(inquiry)
    session.flush()
    audit.record(session, actor, "inquiry.written_in", inquiry.reference, channel=channel)
    return inquiry
