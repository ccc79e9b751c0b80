"""Offers somebody the relatives for whom they may ask, each with what they are to them."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry.attest import names
from services.civil_registry.kinship.principals import refusal_of
from services.civil_registry.kinship.relatives import kinship_of, near_relatives
from services.civil_registry.model import Person
from shared.catalogue.model import RELATIVE
from shared.database import audit
from shared.identity.actor import Actor


def relatives_of(session: Session, actor: Actor, capacity: str) -> list[dict[str, object]]:
    """The actor's near relatives for whom they may ask in this capacity, each with what they are to the actor.

    The dead are among those of whom one asks as a relative: some papers may be asked for after a death.
    """
    applicant = session.get(Person, UUID(str(actor.person)))
    if applicant is None:
        return []
    near = [one for one in near_relatives(session, applicant) if capacity == RELATIVE or one.died_on is None]
    found = [one for one in near if not refusal_of(session, applicant, one, capacity)]
    audit.record(session, actor, "relatives.listed", str(applicant.id), reason=capacity, count=len(found))
    return [
        {
            "person": str(one.id),
            "national_number": one.national_number,
            "name": names(one),
            "sex": one.sex,
            "alive": one.died_on is None,
            "kinship": kinship_of(session, one, applicant),
        }
        for one in found
    ]
