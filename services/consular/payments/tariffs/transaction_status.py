"""The status of a transaction on a date: active, suspended or historical, by a legal source."""

from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import reference_data
from services.consular.missions.model import Mission
from services.consular.payments.tariffs.model import TransactionStatus
from shared.errors import Refusal

ACTIVE = "active"
HISTORICAL = "historical"
UNKNOWN = "unknown"


def status_on(session: Session, transaction: str, mission: Mission, on: date) -> TransactionStatus | None:
    """The status in force at a mission: its own row before the general one, then the latest."""
    rows = [row for row in _of(session, transaction) if row.valid_from <= on and row.scope in (None, mission.code)]
    return max(rows, key=lambda row: (row.scope is not None, row.valid_from, row.id), default=None)


def general_status_on(session: Session, transaction: str, on: date) -> TransactionStatus | None:
    """The status for all missions on a day, whatever a mission has declared for itself."""
    rows = [row for row in _of(session, transaction) if row.valid_from <= on and row.scope is None]
    return max(rows, key=lambda row: (row.valid_from, row.id), default=None)


def _of(session: Session, transaction: str) -> list[TransactionStatus]:
    return [row for row in reference_data.rows(session, TransactionStatus) if row.transaction == transaction]


def begins_on(session: Session, transaction: str, mission: str, day: date) -> bool:
    """Whether a status of the mission's own begins on that day: two of one day would contradict each other."""
    return any(row.scope == mission and row.valid_from == day for row in _of(session, transaction))


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
    reference_data.reread(session)
