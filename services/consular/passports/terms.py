"""How long a passport is good for: dated rows with their source, so that a new instruction is a new row."""

from datetime import date

from sqlalchemy import SmallInteger, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.consular.model import Base
from shared.errors import Refusal
from shared.values.dates import add_years


class Term(Base):
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
    years = session.scalar(
        select(Term.years).where(Term.valid_from <= issued_on).order_by(Term.valid_from.desc(), Term.id).limit(1)
    )
    if years is None:
        raise Refusal("term_missing")
    return add_years(issued_on, years)
