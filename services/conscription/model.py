"""Tables of conscription: service records, stays abroad, amounts by law, assessments, deferrals and discharges."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, false, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database.db import metadata


class Base(DeclarativeBase):
    """Tables of the schema `conscription`."""

    metadata = metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class RecruitmentBranch(Base):
    """An office that keeps service records."""

    __tablename__ = "recruitment_branch"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_ar: Mapped[str]
    name_en: Mapped[str]


class ServiceRecord(Base):
    """One man's record. Status: liable, deferred, served, exempt, only_son, reserve, evader.

    `born_precision` is day, month or year; of what is not known `born` has the first day.
    """

    __tablename__ = "service_record"

    person: Mapped[UUID] = mapped_column(primary_key=True)
    national_number: Mapped[str] = mapped_column(unique=True)
    given_name: Mapped[str]
    father_name: Mapped[str]
    family_name: Mapped[str]
    mother_name: Mapped[str]
    latin_given: Mapped[str]
    latin_father: Mapped[str]
    latin_mother: Mapped[str] = mapped_column(server_default="")
    birthplace: Mapped[str] = mapped_column(server_default="")
    latin_birthplace: Mapped[str] = mapped_column(server_default="")
    latin_family: Mapped[str]
    born: Mapped[date]
    branch: Mapped[str] = mapped_column(ForeignKey("recruitment_branch.code"))
    record_number: Mapped[str]
    class_year: Mapped[int]
    status: Mapped[str]
    born_abroad: Mapped[bool]
    recorded_on: Mapped[date]
    # Whole months served in the reserve; grade of a disability (partial) as the medical board left it.
    reserve_months: Mapped[int] = mapped_column(server_default="0")
    disability: Mapped[str | None]
    born_precision: Mapped[str] = mapped_column(server_default="day")


class ResidenceAbroad(Base):
    """A stay outside Syria by the movement record: the day of exit, and the day of return where there was one."""

    __tablename__ = "residence_abroad"

    person: Mapped[UUID] = mapped_column(ForeignKey("service_record.person"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date | None]
    country: Mapped[str]


class StayExtension(Base):
    """A calendar year for which a man has paid for further days in Syria."""

    __tablename__ = "stay_extension"

    person: Mapped[UUID] = mapped_column(ForeignKey("service_record.person"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    receipt: Mapped[str]


class AllowanceTariff(Base):
    """The amount of a tier by law from a day on, in minor units; `from_age` where the law names an age."""

    __tablename__ = "allowance_tariff"

    tier: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_until: Mapped[date | None]
    amount: Mapped[int]
    currency: Mapped[str]
    law: Mapped[str]
    certainty: Mapped[str]
    from_age: Mapped[int | None]


class LawParameter(Base):
    """A number that a law sets from a day on. It has no value while no text with the number was found."""

    __tablename__ = "law_parameter"

    name: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_until: Mapped[date | None]
    value: Mapped[int | None]
    law: Mapped[str]
    certainty: Mapped[str]
    needs_lawyer: Mapped[bool] = mapped_column(server_default=false())


class Deferral(Base):
    """A period in which a man living abroad is not called up. It is national, like the service record.

    Each period names the end of the previous one. With the table's constraints no two periods can overlap.
    """

    __tablename__ = "deferral"

    application: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("service_record.person"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    previous_until_on: Mapped[date | None]
    law: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Assessment(Base):
    """The finding for one application, with its working: an amount, a period, or the reason of a refusal."""

    __tablename__ = "assessment"

    application: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    person: Mapped[UUID]
    transaction: Mapped[str]
    tier: Mapped[str | None]
    amount: Mapped[int | None]
    currency: Mapped[str | None]
    law: Mapped[str | None]
    reason: Mapped[str | None]
    working: Mapped[list[dict[str, Any]]]
    assessed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Discharge(Base):
    """A discharge after a paid allowance: one for each application, at most one for each man."""

    __tablename__ = "discharge"

    application: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    person: Mapped[UUID] = mapped_column(unique=True)
    payment: Mapped[str]
    document: Mapped[str]
    discharged_at: Mapped[datetime] = mapped_column(server_default=func.now())
