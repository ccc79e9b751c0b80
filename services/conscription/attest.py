"""What conscription attests about a person, for the conditions that must hold before applying."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.conscription.model import Deferral, ServiceRecord


def facts(session: Session, person: UUID) -> dict[str, str | bool | None]:
    """To have no service record is a fact as well. `deferred_until` is the last day of the last residence deferral."""
    record = session.get(ServiceRecord, person)
    if record is None:
        return {"person": str(person), "service_status": None, "born_abroad": None, "deferred_until": None}
    until = session.scalar(select(func.max(Deferral.until_on)).where(Deferral.person == person))
    return {
        "person": str(person),
        "service_status": record.status,
        "born_abroad": record.born_abroad,
        "deferred_until": until.isoformat() if until else None,
    }
