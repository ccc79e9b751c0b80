"""What applied on a date: tariffs, rates and the standing of a transaction, each from dated rows with their source."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions.model import Mission
from services.consular.payments.model import RateRow, Tariff, TransactionStatus
from services.consular.payments.rules import PEG, PricedLine, Rate
from shared.errors import Refusal

ACTIVE = "active"
UNKNOWN = "unknown"


def applicable(session: Session, transaction: str, mission: Mission, on: date) -> dict[str, Tariff]:
    """By line, the tariff in force: the mission's own row in its own currency first, then its own in any, then the
    general one; among equals the latest."""
    rows = session.scalars(
        select(Tariff).where(
            Tariff.transaction == transaction,
            Tariff.valid_from <= on,
            or_(Tariff.valid_to.is_(None), Tariff.valid_to > on),
            or_(Tariff.scope.is_(None), Tariff.scope == mission.code),
        )
    )
    ranked = sorted(rows, key=lambda row: (*_own_tariffs(row, mission), row.valid_from, row.id))
    return {row.line: row for row in ranked}


def _own_tariffs(row: Tariff, mission: Mission) -> tuple[bool, bool]:
    return row.scope is not None and row.currency == mission.currency, row.scope is not None


def history(session: Session, transaction: str) -> list[Tariff]:
    """Every tariff row of a transaction, oldest first: what the law said and when."""
    return list(
        session.scalars(select(Tariff).where(Tariff.transaction == transaction).order_by(Tariff.valid_from, Tariff.id))
    )


def began(rows: Iterable[Tariff], line: PricedLine, on: date) -> str | None:
    """From when the row behind a line frozen on a day had been in force; None for what an authority assessed.

    The line itself says which row it was: rows are never changed, and one added later says something else.
    """
    told = (line.line, line.tariff, line.source)
    same = [row.valid_from for row in rows if (row.line, row.money, row.source) == told]
    return max((day.isoformat() for day in same if day <= on), default=None)


def rates(session: Session, on: date) -> dict[tuple[str, str], Rate]:
    """The latest rate of each pair published up to a day: a Sunday's work uses Friday's rate and says so."""
    rows = session.scalars(
        select(RateRow)
        .where(RateRow.valid_from <= on)
        .ext(distinct_on(RateRow.base, RateRow.quote))
        .order_by(RateRow.base, RateRow.quote, RateRow.valid_from.desc())
    )
    return {(row.base, row.quote): _rate_on(row, on) for row in rows}


def _rate_on(row: RateRow, on: date) -> Rate:
    """A peg holds on the day it is asked for; any other rate is as old as its publication."""
    return Rate(row.base, row.quote, row.rate, on if row.source == PEG else row.valid_from, row.source)


def status_on(session: Session, transaction: str, mission: Mission, on: date) -> TransactionStatus | None:
    """The standing in force at a mission: its own row before the general one, then the latest."""
    return session.scalar(
        select(TransactionStatus)
        .where(
            TransactionStatus.transaction == transaction,
            TransactionStatus.valid_from <= on,
            or_(TransactionStatus.scope.is_(None), TransactionStatus.scope == mission.code),
        )
        .order_by(
            TransactionStatus.scope.is_not(None).desc(),
            TransactionStatus.valid_from.desc(),
            TransactionStatus.id.desc(),
        )
        .limit(1)
    )


def begins_on(session: Session, transaction: str, mission: str, day: date) -> bool:
    """Whether a standing of the mission's own begins on that very day: two of one day would contradict each other."""
    found = select(TransactionStatus.id).where(
        TransactionStatus.transaction == transaction,
        TransactionStatus.scope == mission,
        TransactionStatus.valid_from == day,
    )
    return session.scalar(found.limit(1)) is not None


def check_active(session: Session, transaction: str, mission: str) -> None:
    """Raises Refusal (transaction_not_active) with status and legal source: no money is taken for it."""
    place = missions.find(session, mission)
    found = status_on(session, transaction, place, missions.today(session, place.code))
    if found is None or found.status != ACTIVE:
        status, source = (found.status, found.source) if found else (UNKNOWN, "")
        raise Refusal("transaction_not_active", status=status, source=source)


def declare_status(
    session: Session,
    transaction: str,
    status: str,
    valid_from: date,
    source: str,
    approver: str,
    certainty: str = "M",
    scope: str | None = None,
) -> None:
    """Adds a dated standing, for all missions or for one (`scope`): how a legacy transaction is activated, or an
    active one suspended.

    Repeating it changes nothing.
    """
    row = {
        "id": f"{transaction}/{scope or 'all'}/{valid_from.isoformat()}/{status}",
        "transaction": transaction,
        "status": status,
        "scope": scope,
        "valid_from": valid_from,
        "source": source,
        "certainty": certainty,
        "approver": approver,
    }
    session.execute(insert(TransactionStatus).values(row).on_conflict_do_nothing())


def unverified(rows: Iterable[Tariff]) -> list[Tariff]:
    """Those whose source is weak, for administrators to see."""
    return [row for row in rows if row.certainty == "L"]
