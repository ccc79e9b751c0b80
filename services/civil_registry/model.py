"""Tables of the civil registry: offices, entries, persons, civil events, annotations and requests of missions."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, ForeignKeyConstraint, Identity, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database.db import metadata


class Base(DeclarativeBase):
    """Tables of the schema `civil_registry`."""

    metadata = metadata()
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB}


class RegistryOffice(Base):
    """A registry office (amana) and its signing registrar."""

    __tablename__ = "registry_office"

    code: Mapped[str] = mapped_column(primary_key=True)
    governorate: Mapped[str]
    name_ar: Mapped[str]
    name_en: Mapped[str]
    governorate_ar: Mapped[str]
    governorate_en: Mapped[str]
    registrar_ar: Mapped[str]
    registrar_en: Mapped[str]


class FamilyEntry(Base):
    """A family entry (khana). Offices number their entries separately, so the key is office and number."""

    __tablename__ = "family_entry"

    office: Mapped[str] = mapped_column(ForeignKey("registry_office.code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place_ar: Mapped[str]
    place_en: Mapped[str]
    head: Mapped[UUID | None] = mapped_column(
        ForeignKey("person.id", deferrable=True, initially="DEFERRED", use_alter=True)
    )
    opened_on: Mapped[date]


class Person(Base):
    """A registered person, with their present entry. Religion has no column.

    A name that the register lacks is empty. `born_precision` is day, month or year; of what is not known `born` has
    the first day.
    """

    __tablename__ = "person"
    __table_args__ = (ForeignKeyConstraint(["office", "entry"], ["family_entry.office", "family_entry.number"]),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    national_number: Mapped[str] = mapped_column(unique=True)
    sex: Mapped[str]
    given_name: Mapped[str]
    father_name: Mapped[str]
    family_name: Mapped[str]
    mother_name: Mapped[str]
    mother_family: Mapped[str]
    latin_given: Mapped[str]
    latin_father: Mapped[str]
    latin_family: Mapped[str]
    latin_mother: Mapped[str]
    latin_mother_family: Mapped[str]
    born: Mapped[date]
    born_precision: Mapped[str] = mapped_column(server_default="day")
    birthplace: Mapped[str]
    latin_birthplace: Mapped[str]
    father: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    mother: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    office: Mapped[str]
    entry: Mapped[int]
    marital: Mapped[str]
    died_on: Mapped[date | None]


class RegisterEvent(Base):
    """A civil event: birth, marriage, divorce or death. `person` is the husband where there are two."""

    __tablename__ = "register_event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("registry_office.code"))
    kind: Mapped[str]
    number: Mapped[str]
    happened_on: Mapped[date]
    registered_on: Mapped[date]
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    spouse: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    place_ar: Mapped[str]
    place_en: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class Annotation(Base):
    """A registrar's annotation on a person's entry. Extracts print its text. Rows are never changed."""

    __tablename__ = "annotation"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    happened_on: Mapped[date]
    number: Mapped[str | None]
    text_ar: Mapped[str]
    text_en: Mapped[str]
    noted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Request(Base):
    """A mission's request about a person for an application, with the decision.

    With `state` mismatch it waits for a registrar. `findings` are then the codes of the register's contradictions.
    """

    __tablename__ = "request"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mission: Mapped[str]
    application: Mapped[str] = mapped_column(index=True)
    transaction: Mapped[str]
    ask: Mapped[str]
    person: Mapped[UUID]
    outcome: Mapped[str]
    reason: Mapped[str | None]
    document: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="answered")
    findings: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    answered_at: Mapped[datetime] = mapped_column(server_default=func.now())
