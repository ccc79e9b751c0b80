"""Findings that a registrar has settled. Extracts may be drawn in spite of them."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry.model import Person
from services.civil_registry.registrar.model import NO_CONTRADICTION, Settlement
from services.civil_registry.registrar.sides import both_sides


def unsettled_findings(session: Session, holder: Person, transaction: str, all_codes: Iterable[str]) -> list[str]:
    """The findings that no registrar has settled yet.

    A settlement holds for the same two sides, the same document and the session's mission. If an entry was changed
    since, its finding is open again.
    """
    codes = list(all_codes)
    if not codes:
        return codes
    query = select(Settlement.sides).where(
        Settlement.person == holder.id,
        Settlement.transaction == transaction,
        Settlement.outcome == NO_CONTRADICTION,
    )
    settled_sides = [row for rows in session.scalars(query) for row in rows]
    if not settled_sides:
        return codes
    open_codes = {
        str(row["code"]) for row in both_sides(session, holder, transaction, codes) if row not in settled_sides
    }
    return [code for code in codes if code in open_codes]
