"""Proposals that one person makes and another signs: bulk actions with the figures both of them saw."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Proposal(Base):
    """A bulk action with two signatures. `preview` has the figures of the proposal, `result` those of the action.

    A constraint of the database requires two different persons.
    """

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
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
