"""What we keep of the daily comparison: what does not fit, since when, and who has it."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Discrepancy(Base):
    """Something the journal, the provider and the bank do not say alike. It ends when they do; its row stays.

    `about` is the payment, the statement line, the refund or the account that does not fit; the amount is signed as in
    the ledger.
    """

    __tablename__ = "discrepancy"

    mission: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    owner: Mapped[str | None]
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Reconciliation(Base):
    """One run of the comparison at a mission, with its counts. Never changed."""

    __tablename__ = "reconciliation"

    mission: Mapped[str] = mapped_column(primary_key=True)
    run_at: Mapped[datetime] = mapped_column(primary_key=True)
    compared: Mapped[int]
    open: Mapped[int]
    overdue: Mapped[int]
