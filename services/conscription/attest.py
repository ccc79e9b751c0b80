"""Signs statements about service status, for the conditions that must hold before applying."""

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
# Issuers of proofs: consular proves mandates, the civil registry proves kin and guardians.
PROOF_ISSUERS = ("consular", "civil_registry")


def attest(
    session: Session, actor: Actor, keys: Keys, purpose: str, proof: str | None
) -> tuple[str, dict[str, str | bool | None]]:
    """A signed statement and its facts, about the actor's own person or about the principal of the proof.

    Raises NotAllowed for a proof that is forged, expired, another person's or for another transaction.
    """
    person = str(actor.person)
    representation = Representation(person, person, HOLDER, purpose)
    if proof:
        representation = verify_representation(keys, proof, actor, purpose, PROOF_ISSUERS)
        audit.act_for(session, representation.person, representation.capacity)
    attested_facts = facts(session, UUID(representation.person))
    audit.record(session, actor, "statement.ask", representation.person, reason=purpose)
    claims = {
        "purpose": purpose,
        "person": representation.person,
        "asked_by": representation.acting,
        "capacity": representation.capacity,
        "mandate": representation.mandate,
        "facts": attested_facts,
    }
    return keys.sign("statement", READER, STATEMENT_SECONDS, claims), attested_facts


def facts(session: Session, person: UUID) -> dict[str, str | bool | None]:
    """The facts of a service record, None without one. `deferred_until` is the end of the last residence deferral."""
    record = session.get(ServiceRecord, person)
    if record is None:
        return {"person": str(person), "service_status": None, "born_abroad": None, "deferred_until": None}
    deferred_until = session.scalar(select(func.max(Deferral.until_on)).where(Deferral.person == person))
    return {
        "person": str(person),
        "service_status": record.status,
        "born_abroad": record.born_abroad,
        "deferred_until": deferred_until.isoformat() if deferred_until else None,
    }
