"""What one person proposes and another signs: an act over many, with the figures both of them saw."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Proposal(Base):
    """`preview` is what it would touch when it was proposed, `result` what it did. The database knows two people."""

    __tablename__ = "proposal"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    kind: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    preview: Mapped[dict[str, Any]] = mapped_column(JSONB)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str]
    proposer: Mapped[str]
    proposed_at: Mapped[datetime]
    approver: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    done_at: Mapped[datetime | None]
