"""Who applies, as the civil registry attested it at that moment: a snapshot, never corrected here."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Applicant(Base):
    """The person an application is for. Names as registered; `latin` as in the last passport, where known."""

    __tablename__ = "applicant"

    application: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    mission: Mapped[str]
    person: Mapped[str]
    national_number: Mapped[str]
    name: Mapped[dict[str, Any]] = mapped_column(JSONB)
    latin: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sex: Mapped[str]
    born: Mapped[date]
    taken_at: Mapped[datetime]
