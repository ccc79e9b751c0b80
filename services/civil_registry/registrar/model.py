"""A registrar's decision: one row for each settled request, never changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.civil_registry.model import Base

CORRECTED, NO_CONTRADICTION = "corrected", "no_contradiction"


class Settlement(Base):
    """The settlement of a contradiction: a judgment corrected the entry, or two spellings mean one name."""

    __tablename__ = "settlement"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    request: Mapped[int] = mapped_column(ForeignKey("request.id"), unique=True)
    mission: Mapped[str]
    application: Mapped[str]
    transaction: Mapped[str]
    person: Mapped[UUID]
    findings: Mapped[list[str]] = mapped_column(JSONB)
    sides: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Both sides of each finding, as the registrar saw them."""
    outcome: Mapped[str]
    court: Mapped[str | None]
    judgment_number: Mapped[str | None]
    judged_on: Mapped[date | None]
    reason: Mapped[str | None]
    key: Mapped[str]
    actor: Mapped[str]
    settled_at: Mapped[datetime] = mapped_column(server_default=func.now())
