"""Tariffs, rates and the status of a transaction on a date, each from dated rows with their source."""

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
HISTORICAL = "historical"
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
    ranked = sorted(rows, key=lambda row: (*_precedence(row, mission), row.valid_from, row.id))
    return {row.line: row for row in ranked}


def _precedence(row: Tariff, mission: Mission) -> tuple[bool, bool]:
    return row.scope is not None and row.currency == mission.currency, row.scope is not None


def history(session: Session, transaction: str) -> list[Tariff]:
    """Every tariff row of a transaction, oldest first."""
    return list(
        session.scalars(select(Tariff).where(Tariff.transaction == transaction).order_by(Tariff.valid_from, Tariff.id))
    )


def began_on(rows: Iterable[Tariff], line: PricedLine, on: date) -> str | None:
    """The first day of the tariff row behind a line that was quoted on a day; None for an authority's assessment.

    The line identifies its row: rows are never changed, and a row added later differs.
    """
    line_key = (line.line, line.tariff, line.source)
    same = [row.valid_from for row in rows if (row.line, row.money, row.source) == line_key]
    return max((day.isoformat() for day in same if day <= on), default=None)


def rates(session: Session, on: date) -> dict[tuple[str, str], Rate]:
    """The latest rate of each pair published up to a day: a Sunday uses Friday's rate, under Friday's date."""
    rows = session.scalars(
        select(RateRow)
        .where(RateRow.valid_from <= on)
        .ext(distinct_on(RateRow.base, RateRow.quote))
        .order_by(RateRow.base, RateRow.quote, RateRow.valid_from.desc())
    )
    return {(row.base, row.quote): _rate_on(row, on) for row in rows}


def _rate_on(row: RateRow, on: date) -> Rate:
    """A peg is dated by the day of the query, any other rate by its publication."""
    return Rate(row.base, row.quote, row.rate, on if row.source == PEG else row.valid_from, row.source)


def status_on(session: Session, transaction: str, mission: Mission, on: date) -> TransactionStatus | None:
    """The status in force at a mission: its own row before the general one, then the latest."""
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


def general_status_on(session: Session, transaction: str, on: date) -> TransactionStatus | None:
    """The status for all missions on a day, whatever a mission has declared for itself."""
    return session.scalar(
        select(TransactionStatus)
        .where(
            TransactionStatus.transaction == transaction,
            TransactionStatus.valid_from <= on,
            TransactionStatus.scope.is_(None),
        )
        .order_by(TransactionStatus.valid_from.desc(), TransactionStatus.id.desc())
        .limit(1)
    )


def begins_on(session: Session, transaction: str, mission: str, day: date) -> bool:
    """Whether a status of the mission's own begins on that day: two of one day would contradict each other."""
    query = select(TransactionStatus.id).where(
        TransactionStatus.transaction == transaction,
        TransactionStatus.scope == mission,
        TransactionStatus.valid_from == day,
    )
    return session.scalar(query.limit(1)) is not None


def check_active(session: Session, transaction: str, mission: str) -> None:
    """Raises Refusal (transaction_not_active) with status and legal source: no money is taken for it."""
    mission_row = missions.find(session, mission)
    status_row = status_on(session, transaction, mission_row, missions.today(session, mission_row.code))
    if status_row is None or status_row.status != ACTIVE:
        status, source = (status_row.status, status_row.source) if status_row else (UNKNOWN, "")
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
    """Adds a dated status, for all missions or for one (`scope`). Repeating it changes nothing.

    A legacy transaction is activated, or an active one suspended, in this way.
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


def unverified_at(session: Session, mission: Mission, on: date) -> list[Tariff]:
    """The rows in force at a mission whose source is weak, for administrators."""
    rows = session.scalars(
        select(Tariff).where(
            Tariff.certainty == "L",
            Tariff.valid_from <= on,
            or_(Tariff.valid_to.is_(None), Tariff.valid_to > on),
            or_(Tariff.scope.is_(None), Tariff.scope == mission.code),
        )
    )
    return sorted(rows, key=lambda row: (row.transaction, row.line, row.valid_from))
