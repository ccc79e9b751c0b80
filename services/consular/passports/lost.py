"""Passports reported lost or stolen: their numbers are blocked, and a booklet that is found is surrendered."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.passports.model import LostPassport, Passport
from shared import documents
from shared.database import audit
from shared.database.rows import change_row
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor

LOST = "lost"
_LOOK_UP = select(
    select(Passport.person).where(Passport.number == bindparam("number")).limit(1).scalar_subquery(),
    select(LostPassport.application).where(LostPassport.number == bindparam("number")).scalar_subquery(),
)


def find(session: Session, number: str) -> LostPassport | None:
    """The report of a number, made at any mission; None without one."""
    return session.get(LostPassport, number, populate_existing=True)


def report(session: Session, actor: Actor, mission: str, number: str, application: str, today: date) -> None:
    """Reports a number for all missions; a passport of this mission becomes lost.

    Its specimen page is revoked, so that a verification shows it. An earlier report of this application under another
    number, corrected since, is deleted.
    """
    mistyped = LostPassport.application == application, LostPassport.number != number
    session.execute(delete(LostPassport).where(*mistyped, LostPassport.surrendered_on.is_(None)))
    row = {"number": number, "reported_at": mission, "application": application, "reported_on": today}
    session.execute(insert(LostPassport).values(row).on_conflict_do_nothing())
    pages = session.scalars(
        update(Passport)
        .where(Passport.number == number, Passport.mission == mission)
        .values(state=LOST)
        .returning(Passport.page)
        .execution_options(synchronize_session="fetch")
    ).all()
    for page in pages:
        if page:
            documents.revoke(session, actor, page, "passport_lost")
    audit.record(session, actor, "passport.reported_lost", application)


def surrender(session: Session, actor: Actor, mission: str, number: str, today: date) -> LostPassport:
    """Records the surrender of a lost booklet. Raises NotFound for a number without a report, Conflict when it was
    surrendered before."""
    not_surrendered = LostPassport.number == number, LostPassport.surrendered_on.is_(None)
    report = change_row(session, LostPassport, *not_surrendered, surrendered_at=mission, surrendered_on=today)
    if report is None:
        if find(session, number) is None:
            raise NotFound("passport_not_reported")
        raise Conflict("passport_surrendered_before")
    audit.record(session, actor, "passport.surrendered", report.application)
    return report


@dataclass(frozen=True)
class PassportNumber:
    """A passport number: its person, by the rows of the session's mission, and the application that
    reported it lost at any mission."""

    person: str | None
    reported_for: str | None


def look_up(session: Session, number: str) -> PassportNumber:
    """What is known of a number; both are None for an unknown one."""
    return PassportNumber(*session.execute(_LOOK_UP, {"number": number}).one())
