"""The mission's stock of blank booklets, and the passports printed into them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.consular.passports import mrz, rules, terms
from services.consular.passports.model import Booklet, Passport
from services.consular.passports.rules import State
from services.consular.people import search_keys
from shared.catalogue.reasons import SPOIL_REASONS
from shared.database import audit
from shared.database.db import now
from shared.database.rows import change_row, lock_row
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor
from shared.values.person import passport_number

# The state of a passport whose booklet was spoiled.
SPOILED = "spoiled"
IS_PRINTED = Passport.booklet.is_not(None), Passport.state != SPOILED
LATEST = Passport.issued_on.desc().nulls_last(), Passport.number
T = TypeVar("T")
# Booklet and passport of an application are collected together.
_COLLECT = text("""
    WITH collected AS (
        UPDATE booklet SET state = 'collected', changed_at = :changed_at, reason = NULL
        WHERE application = :application AND state = 'assigned'
        RETURNING serial
    ), marked AS (
        UPDATE passport SET state = 'collected' FROM collected WHERE passport.booklet = collected.serial
    )
    SELECT serial FROM collected
""")
# A passport that was reported lost stays lost.
_CANCEL = text("""
    INSERT INTO passport (mission, number, application, person, state, cancelled_at, cancelled_for)
    SELECT :mission, CAST(:number AS text), :application, :person,
        CASE WHEN EXISTS (SELECT FROM lost_passport WHERE number = :number) THEN 'lost' ELSE 'cancelled' END,
        CAST(:at AS timestamptz), :application
    ON CONFLICT (mission, number) DO UPDATE SET
        state = excluded.state, cancelled_at = excluded.cancelled_at, cancelled_for = excluded.cancelled_for
    RETURNING state
""")


@dataclass(frozen=True)
class PrintedData:
    """The holder's data in a passport: Latin names by part (given, father, family, mother), birth, sex, number."""

    names: Mapping[str, str]
    born: date
    born_precision: str
    sex: str
    national_number: str


def receive(session: Session, actor: Actor, mission: str, serials: Iterable[str]) -> int:
    """Adds blank booklets to the stock; returns how many were new. Raises Invalid (serial_malformed)."""
    try:
        numbers = sorted({passport_number(serial) for serial in serials})
    except ValueError as error:
        raise Invalid("serial_malformed", field="serials") from error
    if not numbers:
        return 0
    rows = [{"serial": number, "mission": mission, "state": State.IN_STOCK} for number in numbers]
    received = session.scalars(insert(Booklet).values(rows).on_conflict_do_nothing().returning(Booklet.serial)).all()
    audit.record(session, actor, "booklets.received", mission, count=len(received))
    return len(received)


def counts(session: Session) -> dict[str, int]:
    """The number of booklets of the session's mission by state."""
    rows = session.execute(select(Booklet.state, func.count()).group_by(Booklet.state))
    count_by_state = {state: int(count) for state, count in rows}
    return {state.value: count_by_state.get(state, 0) for state in State}


def assign(session: Session, actor: Actor, application: str) -> Booklet | None:
    """Assigns the next booklet of the stock to an application; returns its present one first, None without stock.

    Rows locked by others are skipped, so that two officers never wait for, or get, the same serial number.
    """
    assigned = session.scalar(
        select(Booklet).where(Booklet.application == application, Booklet.state == State.ASSIGNED)
    )
    if assigned is not None:
        return assigned
    query = select(Booklet).where(Booklet.state == State.IN_STOCK).order_by(Booklet.serial).limit(1)
    booklet = session.scalar(query.with_for_update(skip_locked=True))
    if booklet is None:
        return None
    _change(session, actor, booklet.serial, State.ASSIGNED, application=application)
    search_keys.store_numbers(session, application, booklet.mission, search_keys.BOOKLET, [booklet.serial])
    return booklet


def spoil(session: Session, actor: Actor, serial: str, reason: str) -> None:
    """Writes a booklet off, with the reason. Raises Invalid for an unknown reason, Conflict once it is collected."""
    if reason not in SPOIL_REASONS:
        raise Invalid("unknown_choice", field="reason")
    _change(session, actor, serial, State.SPOILED, reason=reason)


def spoil_blank(session: Session, actor: Actor, serial: str, reason: str) -> None:
    """As `spoil`, for a booklet in stock. Raises NotFound for an unknown one, Conflict once it is assigned."""
    booklet = lock_row(session, Booklet, serial)
    if booklet.state != State.IN_STOCK:
        raise Conflict("booklet_not_available", serial=serial)
    spoil(session, actor, serial, reason)


def record_collection(session: Session, actor: Actor, application: str) -> str:
    """Marks booklet and passport as collected; returns the serial number. Raises Conflict when none is assigned."""
    serial = session.scalar(_COLLECT, {"application": application, "changed_at": now(session)})
    if serial is None:
        raise Conflict("booklet_not_assigned")
    audit.record(session, actor, f"booklet.{State.COLLECTED}", serial, application=None)
    return str(serial)


def spoil_assigned(session: Session, actor: Actor, application: str, reason: str) -> str:
    """Writes off the booklet of an application, spoiled before collection; returns its serial number."""
    serial = assigned_to(session, application)
    spoil(session, actor, serial, reason)
    _mark_passport(session, serial, SPOILED)
    return serial


def assigned_to(session: Session, application: str) -> str:
    """The serial number of the assigned booklet of an application. Raises Conflict (booklet_not_assigned)."""
    serial = session.scalar(
        select(Booklet.serial).where(Booklet.application == application, Booklet.state == State.ASSIGNED)
    )
    if serial is None:
        raise Conflict("booklet_not_assigned")
    return serial


def _mark_passport(session: Session, serial: str, state: str) -> None:
    session.execute(
        update(Passport)
        .where(Passport.booklet == serial)
        .values(state=state)
        .execution_options(synchronize_session="fetch")
    )


def _change(
    session: Session,
    actor: Actor,
    serial: str,
    state: State,
    application: str | None = None,
    reason: str | None = None,
) -> None:
    values: dict[str, object] = {"state": state, "changed_at": func.now(), "reason": reason}
    if application:
        values["application"] = application
    changeable = Booklet.serial == serial, Booklet.state.in_(rules.sources_of(state))
    if change_row(session, Booklet, *changeable, **values) is None:
        raise Conflict("booklet_not_available", serial=serial)
    audit.record(session, actor, f"booklet.{state}", serial, reason=reason, application=application)


def print_passport(
    session: Session, booklet: Booklet, application: str, person: str, today: date, printed: PrintedData
) -> Passport:
    """The passport in a booklet: its number is the serial, valid from the mission's calendar day."""
    expires_on = terms.expires_on(session, today)
    first, second = mrz.lines(
        number=booklet.serial,
        family_name=printed.names["family"],
        given_name=printed.names["given"],
        born=printed.born,
        born_precision=printed.born_precision,
        sex=printed.sex,
        expires_on=expires_on,
        optional=printed.national_number,
    )
    passport = Passport(
        mission=booklet.mission,
        number=booklet.serial,
        booklet=booklet.serial,
        application=application,
        person=person,
        state="issued",
        issued_on=today,
        expires_on=expires_on,
        mrz=f"{first}\n{second}",
        printed=dict(printed.names),
    )
    session.add(passport)
    session.flush()
    return passport


def cancel(session: Session, actor: Actor, mission: str, number: str, application: str, person: str) -> None:
    """Cancels an older passport of any issuer, when its replacement is collected; one reported lost stays lost."""
    row = {"mission": mission, "number": number, "application": application, "person": person, "at": now(session)}
    state = session.scalar(_CANCEL, row)
    audit.record(session, actor, f"passport.{state}", number, application=application)


def find_passport(session: Session, number: str) -> Passport | None:
    """A passport the session's mission issued or cancelled."""
    return session.scalar(select(Passport).where(Passport.number == number))


def last_passport(session: Session, person: str, except_application: str = "") -> Passport | None:
    """The last passport of a person known to this platform, other than the one of the excepted application.

    It searches the missions that are visible to the session.
    """
    return session.scalar(_last(select(Passport), person, except_application))


def last_printed(
    person: InstrumentedAttribute[str], except_application: InstrumentedAttribute[str]
) -> ScalarSelect[dict[str, Any] | None]:
    """The names in the `last_passport` of a person, for a statement about that person."""
    return _last(select(Passport.printed), person, except_application).scalar_subquery()


def _last(query: Select[T], person: Any, except_application: Any) -> Select[T]:
    return query.where(*earlier_of(person, except_application)).order_by(*LATEST).limit(1)


def earlier_of(person: Any, application: Any) -> list[ColumnElement[bool]]:
    """The conditions of a person's passports, other than the one of an application."""
    return [Passport.person == person, Passport.state != SPOILED, Passport.application != application]
