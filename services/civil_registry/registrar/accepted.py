"""What a registrar has found to be no contradiction: an extract may then be drawn as the register stands."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry.model import Person
from services.civil_registry.registrar.model import NO_CONTRADICTION, Settlement
from services.civil_registry.registrar.sides import sides


def unsettled(session: Session, holder: Person, transaction: str, found: Iterable[str]) -> list[str]:
    """The findings that a registrar still has to look at. What was settled holds for the two sides that were seen, and
    for this paper at this mission: written otherwise since, it is a contradiction again."""
    codes = list(found)
    if not codes:
        return codes
    wanted = select(Settlement.sides).where(
        Settlement.person == holder.id,
        Settlement.transaction == transaction,
        Settlement.outcome == NO_CONTRADICTION,
    )
    seen = [row for rows in session.scalars(wanted) for row in rows]
    if not seen:
        return codes
    standing = {str(row["code"]) for row in sides(session, holder, transaction, codes) if row not in seen}
    return [code for code in codes if code in standing]
