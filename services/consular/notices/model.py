"""Notices to a person: a kind whose words are translations, and the identifiers that go into them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Notice(Base):
    """One notice to one person. `once` prevents a second one of its kind; `params` are references, days, counts."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    mission: Mapped[str]
    person: Mapped[str]
    kind: Mapped[str]
    about: Mapped[str]
    once: Mapped[str | None]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
