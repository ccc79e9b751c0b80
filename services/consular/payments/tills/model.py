"""What we keep of tills and of deposits at the bank. Amounts are positive, in minor units; a variance has a sign."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base

# How many of each coin or note, by its value in minor units.
Pieces = dict[str, int]


class Till(Base):
    """An officer's cash in one currency, from its float to its count. Of each at most one is open.

    `variance` is what was counted less what was booked: negative where money lacks.
    """

    __tablename__ = "till"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    officer: Mapped[str]
    currency: Mapped[str]
    state: Mapped[str]
    opened_at: Mapped[datetime]
    float_amount: Mapped[int] = mapped_column(BigInteger)
    float_pieces: Mapped[Pieces] = mapped_column(JSONB)
    closed_at: Mapped[datetime | None]
    counted_amount: Mapped[int | None] = mapped_column(BigInteger)
    counted_pieces: Mapped[Pieces | None] = mapped_column(JSONB)
    expected_amount: Mapped[int | None] = mapped_column(BigInteger)
    variance: Mapped[int | None] = mapped_column(BigInteger)


class Deposit(Base):
    """Cash taken from the safe to the bank; `reference` stands on the slip and comes back on the bank's statement."""

    __tablename__ = "deposit"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    pieces: Mapped[Pieces] = mapped_column(JSONB)
    slip: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
