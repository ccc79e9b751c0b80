"""What we keep of exchange rates: dated rows that are only ever added to."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Numeric, SmallInteger, func
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import ReferenceData


class RateRow(ReferenceData):
    """Units of `quote` for one unit of `base`, published for a day.

    `source` is peg, ecb, central_bank, mission_table or specimen. `scope` is the mission that declared the rate for
    itself, or None. The row may be used until `max_age_days` after its day; a peg has none and holds until it is moved.
    """

    __tablename__ = "rate"

    id: Mapped[str] = mapped_column(primary_key=True)
    base: Mapped[str]
    quote: Mapped[str]
    rate: Mapped[Decimal] = mapped_column(Numeric(24, 12))
    valid_from: Mapped[date]
    source: Mapped[str]
    published: Mapped[str]
    certainty: Mapped[str]
    approver: Mapped[str]
    scope: Mapped[str | None]
    max_age_days: Mapped[int | None] = mapped_column(SmallInteger)
    stored_at: Mapped[datetime] = mapped_column(server_default=func.now())
