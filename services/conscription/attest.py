"""What conscription attests about a person, for the conditions that must hold before applying."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.conscription.model import Deferral, ServiceRecord
from shared.catalogue.model import HOLDER
from shared.database import audit
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from shared.identity.representation import Representation, verify_representation

STATEMENT_SECONDS = 300
READER = "consular"
# Who knows that one may act for another: consular its mandates, the civil registry kin and guardians.
KNOWING = ("consular", "civil_registry")


def attest(
    session: Session, actor: Actor, keys: Keys, purpose: str, proof: str | None
) -> tuple[str, dict[str, str | bool | None]]:
    """A statement and the facts in it: about the actor's own person, or about the one a proof lets them act for.

    Raises NotAllowed for a proof that is forged, stale, another's or for another transaction.
    """
    person = str(actor.person)
    standing = Representation(person, person, HOLDER, purpose)
    if proof:
        standing = verify_representation(keys, proof, actor, purpose, KNOWING)
        audit.act_for(session, standing.person, standing.capacity)
    attested = facts(session, UUID(standing.person))
    audit.record(session, actor, "statement.ask", standing.person, reason=purpose)
    claims = {
        "purpose": purpose,
        "person": standing.person,
        "asked_by": standing.acting,
        "capacity": standing.capacity,
        "mandate": standing.mandate,
        "facts": attested,
    }
    return keys.sign("statement", READER, STATEMENT_SECONDS, claims), attested


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
