"""Views of letters to ministries: for the desk with reminders and replies, for the partner with the question alone."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.ministries import letters, replies
from services.consular.ministries.model import Letter, Reminder, Reply
from services.consular.ministries.rules.matters import Finding, matter
from services.consular.ministries.rules.reply_parser import FIELDS
from services.consular.missions import today
from services.consular.people import search_keys, snapshot
from services.consular.people.model import Applicant
from shared import documents
from shared.database import audit
from shared.documents.model import AUTHORITIES
from shared.errors import Invalid
from shared.identity.access import ACCESS, check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.person import plain_signs

PAGE_ROWS, EXPORT_ROWS = 50, 1_000
STATES = ("open", "overdue", "answered")
# A state is counted up to one more than this: the answered letters grow with every year.
COUNT_LIMIT = 1_000
_COUNTS = text(
    """
    SELECT
      (SELECT count(*) FROM (SELECT FROM letter WHERE answered_at IS NULL LIMIT :most) AS first_rows) AS open,
      (SELECT count(*) FROM (
        SELECT FROM letter WHERE answered_at IS NULL AND reply_by < :day LIMIT :most
      ) AS first_rows) AS overdue,
      (SELECT count(*) FROM (SELECT FROM letter WHERE answered_at IS NOT NULL LIMIT :most) AS first_rows) AS answered
    """
)
View = dict[str, Any]


@dataclass(frozen=True)
class Filters:
    """Which letters are listed, and which page of how many rows.

    `search` is a letter's number as a reply quotes it, or what finds an application in the queue.
    """

    state: str = ""
    authority: str = ""
    search: str = ""
    page: int = 1
    page_rows: int = PAGE_ROWS


def list_letters(session: Session, actor: Actor, filters: Filters) -> View:
    """A page of letters, the longest waiting first, with the counts of open, overdue and answered ones.

    Raises Invalid for an unknown state or authority.
    """
    page, page_rows = filters.page, filters.page_rows
    day = today(session, actor.mission or "")
    rows = session.execute(
        select(Letter, Applicant)
        .outerjoin(Applicant, Applicant.application == Letter.application)
        .where(*_conditions(filters, day))
        .order_by(Letter.answered_at.desc().nulls_first(), Letter.reply_by, Letter.number)
        .limit(page_rows + 1)
        .offset((page - 1) * page_rows)
    ).all()
    audit.record(session, actor, "letter.list", actor.mission or "", state=filters.state, rows=len(rows))
    views = [{**summary(letter, day), "name": _name(applicant)} for letter, applicant in rows[:page_rows]]
    counts = session.execute(_COUNTS, {"day": day, "most": COUNT_LIMIT + 1}).one()._asdict()
    return {
        "rows": views,
        "more": len(rows) > page_rows,
        "page": page,
        "counts": counts,
        "count_limit": COUNT_LIMIT,
    }


def _conditions(filters: Filters, day: date) -> list[ColumnElement[bool]]:
    if filters.state not in ("", *STATES):
        raise Invalid("unknown_choice", field="state")
    if filters.authority not in ("", *AUTHORITIES):
        raise Invalid("unknown_choice", field="authority")
    conditions = [_in_state(filters.state, day)]
    if filters.authority:
        conditions.append(Letter.authority == filters.authority)
    if filters.search:
        number = plain_signs(filters.search).replace(" ", "")
        found = search_keys.search_condition(Letter.application, filters.search)
        matches = [Letter.number == number, Letter.application == references.clean(filters.search)]
        conditions.append(or_(*matches, *([] if found is None else [found])))
    return conditions


def _in_state(state: str, day: date) -> ColumnElement[bool]:
    if state == "answered":
        return Letter.answered_at.is_not(None)
    if state == "overdue":
        return Letter.answered_at.is_(None) & (Letter.reply_by < day)
    return Letter.answered_at.is_(None) if state == "open" else Letter.code.is_not(None)


def _name(applicant: Applicant | None) -> dict[str, str] | None:
    return snapshot.printed_name(applicant) if applicant else None


def summary(letter: Letter, day: date) -> View:
    """A letter as lists and its application's pages show it."""
    return {
        "code": letter.code,
        "number": letter.number,
        "authority": letter.authority,
        "ask": letter.ask,
        "application": letter.application,
        "round": letter.round,
        "sent_on": letter.sent_on.isoformat(),
        "reply_by": letter.reply_by.isoformat(),
        "overdue": letter.answered_at is None and letter.reply_by < day,
        "answered_at": letter.answered_at.isoformat() if letter.answered_at else None,
        "finding": letter.finding,
    }


def detail(session: Session, actor: Actor, code: str) -> View:
    """One letter with all details. The read is recorded."""
    letter = letters.find(session, code)
    check_access(actor, "letter.read", mission=letter.mission)
    audit.record(session, actor, "letter.read", letter.application, letter=letter.number)
    question = matter(letter.authority, letter.ask)
    data = documents.find(session, code).data
    return {
        **summary(letter, today(session, letter.mission)),
        "mission": letter.mission,
        "transaction": data["transaction"],
        "holder": data["holder"],
        "person": data["person"],
        "answers": data["answers"],
        "ladder": [_step(step) for step in letters.reminders_of(session, code)],
        "replies": [_reply(reply) for reply in replies.of_letter(session, code)],
        "answerable": _answerable(session, actor, letter),
        "findings": [_finding(finding) for finding in question.findings],
    }


def _answerable(session: Session, actor: Actor, letter: Letter) -> bool:
    application = session.get(Application, letter.application)
    is_waiting = application is not None and application.status == Status.WITH_AUTHORITY
    is_current_round = application is not None and application.round == letter.round
    return is_waiting and is_current_round and letter.answered_at is None and actor.role in ACCESS["letter.answer"]


def _step(step: Reminder) -> View:
    done = step.done_at.isoformat() if step.done_at else None
    return {"step": step.step, "due_on": step.due_on.isoformat(), "done_at": done, "document": step.document}


def _reply(reply: Reply) -> View:
    return {
        "source": reply.source,
        "state": reply.state,
        "finding": reply.finding,
        "received_at": reply.received_at.isoformat(),
        **reply.content,
    }


def _finding(finding: Finding) -> View:
    """One possible finding, and the fields of its reply."""
    fields = list(FIELDS.get(finding.entries or "", ()))
    return {
        "code": finding.code,
        "outcome": finding.outcome,
        "details": list(finding.details),
        "entries": finding.entries,
        "entry_fields": fields,
    }


def content(session: Session, actor: Actor, code: str) -> View:
    """The question of a letter, as its document states it. The partner's fetch is recorded."""
    letter = letters.find(session, code)
    audit.record(session, actor, "letter.fetched", letter.application, letter=letter.number)
    data = documents.find(session, code).data
    names = ("authority", "ask", "application", "person", "answers", "reply_by")
    snapshot_fields = {name: data[name] for name in names}
    letter_fields = {"code": letter.code, "number": letter.number, "sent_on": letter.sent_on.isoformat()}
    return snapshot_fields | letter_fields | {"round": letter.round, "place": letter.place}
