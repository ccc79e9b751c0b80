"""An inquiry as its person and as the desk sees it: what was said, who has it, by when, what comes next."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.inquiries import rules
from services.consular.inquiries.answer import find
from services.consular.inquiries.ask import find_of_person
from services.consular.inquiries.files import list_of
from services.consular.inquiries.model import Inquiry, InquiryEntry, InquiryFile
from services.consular.missions.due_dates import working_days_left
from shared.database import audit
from shared.errors import Invalid
from shared.identity.actor import Actor

View = dict[str, Any]
OPEN = (rules.WAITING, rules.APPEALED)
LIST_LENGTH, PAGE_ROWS, EXPORT_ROWS = 100, 50, 1_000
QUEUES = ("open", "appealed", "overdue", "answered")


def read(session: Session, actor: Actor, reference: str) -> View:
    """The person's own inquiry. The read is recorded. Raises NotFound."""
    inquiry = find_of_person(session, actor, reference)
    audit.record(session, actor, "inquiry.read", reference)
    return _view_of(session, inquiry)


def _view_of(session: Session, inquiry: Inquiry) -> View:
    entries = _entries(session, inquiry.reference)
    return {**_whole(session, inquiry, entries), "entries": [_entry(entry) for entry in entries]}


def list_own(session: Session, actor: Actor, about: str | None = None) -> list[View]:
    """The person's inquiries of all missions, whose rows must be visible, the latest first."""
    query = select(Inquiry).where(Inquiry.person == actor.person)
    if about:
        query = query.where(Inquiry.about == about)
    rows = session.scalars(query.order_by(Inquiry.made_at.desc()).limit(LIST_LENGTH)).all()
    audit.record(session, actor, "inquiry.listed", str(actor.person), count=len(rows))
    return [head(row) for row in rows]


def head(inquiry: Inquiry) -> View:
    """An inquiry without its words."""
    return {
        "reference": inquiry.reference,
        "mission": inquiry.mission,
        "type": inquiry.type,
        "channel": inquiry.channel,
        "about": inquiry.about,
        "state": inquiry.state,
        "round": inquiry.round,
        "made_at": inquiry.made_at.isoformat(),
        "due_on": inquiry.due_on.isoformat() if inquiry.due_on else None,
        "held_by": inquiry.held_by,
        "answered_at": inquiry.answered_at.isoformat() if inquiry.answered_at else None,
    }


def _whole(session: Session, inquiry: Inquiry, entries: Sequence[InquiryEntry]) -> View:
    return {
        **head(inquiry),
        "number": inquiry.number,
        "text": inquiry.text,
        "rating": inquiry.rating,
        "escalated": inquiry.escalated_at is not None,
        "allowed": allowed(session, inquiry),
        "next_step": next((entry.next_step for entry in reversed(entries) if entry.next_step), None),
        "follow_up_until": _contestable_until(session, inquiry),
        "files": [_file(row) for row in list_of(session, inquiry.reference)],
    }


def _contestable_until(session: Session, inquiry: Inquiry) -> str | None:
    if inquiry.answered_at is None or inquiry.state not in rules.ANSWERED:
        return None
    return rules.contestable_until(missions.day_of(session, inquiry.mission, inquiry.answered_at)).isoformat()


def allowed(session: Session, inquiry: Inquiry) -> list[str]:
    """The verbs that the person may use now."""
    until = _contestable_until(session, inquiry)
    if until is None:
        return []
    is_open = missions.today(session, inquiry.mission).isoformat() <= until
    may = {
        "rate": True,
        "reopen": is_open and inquiry.round <= rules.MOST_REOPENED,
        "appeal": is_open and inquiry.state == rules.REFUSED and inquiry.appealed_at is None,
    }
    return [verb for verb, is_possible in may.items() if is_possible]


def _entries(session: Session, reference: str) -> Sequence[InquiryEntry]:
    return session.scalars(
        select(InquiryEntry).where(InquiryEntry.inquiry == reference).order_by(InquiryEntry.id)
    ).all()


def _entry(entry: InquiryEntry) -> View:
    """Of an officer the person learns the role alone."""
    return {
        "kind": entry.kind,
        "at": entry.at.isoformat(),
        "round": entry.round,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "next_step": entry.next_step,
        "canned": entry.canned,
        "text": entry.text,
    }


def _file(file: InquiryFile) -> View:
    return {"number": file.number, "filename": file.filename, "type": file.type, "bytes": file.size}


def at_desk(session: Session, actor: Actor, reference: str) -> View:
    """An inquiry with everything, for the mission. The read is recorded. Raises NotFound."""
    inquiry = find(session, actor, "inquiry.read", reference)
    audit.record(session, actor, "inquiry.read", reference)
    entries = _entries(session, reference)
    return {
        **_whole(session, inquiry, entries),
        **_clock(session, inquiry),
        "account": inquiry.account,
        "contact": inquiry.contact,
        "owner": inquiry.owner,
        "answered_by": inquiry.answered_by,
        "entries": [{**_entry(entry), "actor": entry.actor} for entry in entries],
    }


def queue(session: Session, actor: Actor, wanted: str = "open", page: int = 1, page_rows: int = PAGE_ROWS) -> View:
    """A page of the mission's inquiries, the one that is due first at the top, and how many there are by queue.

    Raises Invalid for an unknown queue.
    """
    if wanted not in QUEUES:
        raise Invalid("unknown_choice", field="queue")
    today = missions.today(session, actor.mission)
    order = (Inquiry.answered_at.desc(),) if wanted == "answered" else (Inquiry.due_on, Inquiry.confirmed_at)
    query = select(Inquiry).where(Inquiry.mission == actor.mission, _condition(wanted, today)).order_by(*order)
    rows = session.scalars(query.limit(page_rows + 1).offset((page - 1) * page_rows)).all()
    audit.record(session, actor, "inquiry.queue", str(actor.mission), count=len(rows[:page_rows]))
    shown = [{**head(row), **_clock(session, row), "owner": row.owner} for row in rows[:page_rows]]
    return {"rows": shown, "more": len(rows) > page_rows, "page": page, "counts": _counts(session, actor, today)}


def _condition(wanted: str, today: date) -> Any:
    is_open = Inquiry.state.in_(OPEN)
    return {
        "open": is_open,
        "appealed": Inquiry.state == rules.APPEALED,
        "overdue": is_open & (Inquiry.due_on < today),
        "answered": Inquiry.state.in_(rules.ANSWERED),
    }[wanted]


def _counts(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """How many wait; of those answered nobody counts all."""
    waiting = [wanted for wanted in QUEUES if wanted != "answered"]
    counted = [func.count(case((_condition(wanted, today), 1))) for wanted in waiting]
    query = select(*counted).where(Inquiry.mission == actor.mission, Inquiry.state.in_(OPEN))
    return dict(zip(waiting, session.execute(query).one(), strict=True))


def _clock(session: Session, inquiry: Inquiry) -> View:
    """The colour of an open inquiry and the working days left of it; neither once it is answered."""
    if inquiry.state not in OPEN or inquiry.due_on is None:
        return {"colour": None, "days_left": None}
    today = missions.today(session, inquiry.mission)
    left = working_days_left(session, inquiry.mission, inquiry.due_on)
    return {"colour": rules.colour(inquiry.due_on, today, left), "days_left": left}
