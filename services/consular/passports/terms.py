"""How long a passport is good for: dated rows with their source, so that a new instruction is a new row."""

from datetime import date

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.consular.missions import reference_data
from services.consular.model import ReferenceData
from shared.errors import Refusal
from shared.values.dates import add_years


class Term(ReferenceData):
    """From a date on passports are issued for so many years."""

    __tablename__ = "passport_term"

    id: Mapped[str] = mapped_column(primary_key=True)
    years: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[date]
    source: Mapped[str]
    certainty: Mapped[str]
    approver: Mapped[str]


def expires_on(session: Session, issued_on: date) -> date:
    """The last day of a passport issued on a day. Raises Refusal when no row says how long it is good for."""
    terms = [row for row in reference_data.rows(session, Term) if row.valid_from <= issued_on]
    if not terms:
        raise Refusal("term_missing")
    # Among rows of one day the first by its id, as `rows` gives them.
    return add_years(issued_on, max(terms, key=lambda row: row.valid_from).years)
