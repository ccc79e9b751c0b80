"""Applicants and acting persons as the civil registry attested them; mandates; possible duplicates of a person."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Applicant(Base):
    """The person an application is for. Names as registered; `latin` as in the last passport, where known.

    `born` is exact to `born_precision`: day, month or year.
    """

    __tablename__ = "applicant"

    application: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    mission: Mapped[str]
    person: Mapped[str]
    national_number: Mapped[str]
    name: Mapped[dict[str, Any]] = mapped_column(JSONB)
    latin: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sex: Mapped[str]
    born: Mapped[date]
    born_precision: Mapped[str]
    match_key: Mapped[str | None]
    taken_at: Mapped[datetime]


class SearchKey(Base):
    """One key by which an application is found at the desk; see `search_keys`."""

    __tablename__ = "search_key"

    application: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]


class ActingPerson(Base):
    """The person who acts on another's application, with both printed names; no row where people act for themselves."""

    __tablename__ = "acting_person"

    application: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    mission: Mapped[str]
    person: Mapped[str]
    capacity: Mapped[str]
    national_number: Mapped[str]
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
    beneficiary: Mapped[str]
    beneficiary_name: Mapped[dict[str, str]] = mapped_column(JSONB)
    kinship: Mapped[str | None]
    taken_at: Mapped[datetime]


class Mandate(Base):
    """Leave to act for another at one mission, granted in the account or by a deed that an officer checked.

    A mandate granted in the account names its agent by given name and a keyed hash of the number until it is accepted.
    A deed names the principal as typed until an officer has found the person in the register.
    """

    __tablename__ = "mandate"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    principal: Mapped[str | None]
    principal_name: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    principal_number: Mapped[str | None]
    principal_given: Mapped[str | None]
    agent: Mapped[str | None]
    agent_name: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    agent_key: Mapped[str | None]
    agent_given: Mapped[str | None]
    scope: Mapped[list[str]] = mapped_column(JSONB)
    issued_on: Mapped[date | None]
    absence: Mapped[str | None]
    kinship: Mapped[str | None]
    until: Mapped[date]
    scan: Mapped[bytes | None] = mapped_column(deferred=True)
    scan_type: Mapped[str | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    reason: Mapped[str | None]
    note: Mapped[str | None]


class Duplicate(Base):
    """Two files of a mission that may be one person's; applicants never learn of it. `kind`: number or account."""

    __tablename__ = "duplicate"

    application: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    other: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    mission: Mapped[str]
    kind: Mapped[str]
    person: Mapped[str]
    other_person: Mapped[str]
    state: Mapped[str]
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    reason: Mapped[str | None]
    note: Mapped[str | None]
