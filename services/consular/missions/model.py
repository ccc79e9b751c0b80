"""Missions, their offices, and their calendar in dated rows."""

from datetime import date, datetime, time

from sqlalchemy import ARRAY, BigInteger, SmallInteger, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.missions.rules import HolidayRule, Hours
from services.consular.model import Dated, ReferenceData, Sourced

SYRIAN_HOLIDAY, HOST_HOLIDAY = "syrian_holiday", "host_holiday"


class Mission(ReferenceData):
    """An embassy or consulate. `cash_step` is its smallest coin in minor units."""

    __tablename__ = "mission"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_ar: Mapped[str]
    name_en: Mapped[str]
    country: Mapped[str]
    zone: Mapped[str]
    currency: Mapped[str]
    cash_step: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]

    def serialise(self) -> dict[str, object]:
        """As the interface shows it."""
        return {
            "code": self.code,
            "name_ar": self.name_ar,
            "name_en": self.name_en,
            "country": self.country,
            "zone": self.zone,
            "currency": self.currency,
            "status": self.status,
        }


class Office(Dated, ReferenceData):
    """Where people are received from a day on: by a mission, or by an office inside Syria, which is kept as a mission
    of that country. A mission without a row has published no address.

    `takes` are the currencies in which an office inside Syria takes money, never pounds. `days`, `opens` and `closes`
    are its hours; those of a mission are its openings.
    """

    __tablename__ = "office"

    id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
    kind: Mapped[str]
    takes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    address_ar: Mapped[str]
    address_en: Mapped[str]


class Weekend(Dated, ReferenceData):
    """The weekend of a country from a date on, or of one mission that rests on other days than its country.

    Weekdays are numbers, Monday is 0; a half day is a working day.
    """

    __tablename__ = "weekend"

    id: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(index=True)
    scope: Mapped[str | None]
    days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    half_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))

    def serialise(self) -> dict[str, object]:
        """As the desk shows it."""
        return {
            "days": list(self.days),
            "half_days": list(self.half_days),
            "own": self.scope is not None,
            "since": self.valid_from.isoformat(),
            "source": self.source,
            "certainty": self.certainty,
        }


class Opening(Dated, ReferenceData):
    """When a mission receives people for one service, by its own wall clock. Weekdays are numbers, Monday is 0."""

    __tablename__ = "opening"

    id: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    service: Mapped[str]
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[time]
    closes: Mapped[time]
    slot_minutes: Mapped[int] = mapped_column(SmallInteger)
    seats: Mapped[int] = mapped_column(SmallInteger)
    window: Mapped[str]

    @property
    def hours(self) -> Hours:
        """As the rules read it."""
        return Hours(
            self.weekday,
            self.opens,
            self.closes,
            self.slot_minutes,
            self.seats,
            self.window,
            self.valid_from,
            self.valid_to,
        )


class Closure(Sourced, ReferenceData):
    """Days on which nobody is received, or no money taken: of one mission, of a host country, or of all missions."""

    __tablename__ = "closure"

    id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str | None]
    country: Mapped[str | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    kind: Mapped[str]
    seats_closed: Mapped[bool]
    payments_closed: Mapped[bool]
    title_ar: Mapped[str]
    title_en: Mapped[str]
    estimated: Mapped[bool] = mapped_column(server_default=false())
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]

    @property
    def may_reopen(self) -> bool:
        """Whether the mission may remove it: its own, its host country's, and days that an announcement may move."""
        return self.scope is not None or self.kind == HOST_HOLIDAY or bool(self.estimated)

    def serialise(self) -> dict[str, object]:
        """As the interface shows it."""
        return {
            "id": self.id,
            "scope": self.scope,
            "country": self.country,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "kind": self.kind,
            "seats_closed": self.seats_closed,
            "payments_closed": self.payments_closed,
            "title_ar": self.title_ar,
            "title_en": self.title_en,
            "source": self.source,
            "certainty": self.certainty,
            "estimated": bool(self.estimated),
            "may_reopen": self.may_reopen,
        }


class HolidayRow(Dated, ReferenceData):
    """A holiday of all missions, as a rule from which its day of every year is computed."""

    __tablename__ = "holiday_rule"

    id: Mapped[str] = mapped_column(primary_key=True)
    calendar: Mapped[str]
    month: Mapped[int | None] = mapped_column(SmallInteger)
    day: Mapped[int | None] = mapped_column(SmallInteger)
    days: Mapped[int] = mapped_column(SmallInteger)
    title_ar: Mapped[str]
    title_en: Mapped[str]

    @property
    def rule(self) -> HolidayRule:
        """As the rules read it."""
        return HolidayRule(self.id, self.calendar, self.month, self.day, self.days, self.title_ar, self.title_en)


class HostCalendar(Dated, ReferenceData):
    """The country, and the region in it, whose public holidays a mission keeps."""

    __tablename__ = "host_calendar"

    id: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    country: Mapped[str]
    region: Mapped[str]


class AppointmentRule(Sourced, ReferenceData):
    """How a mission gives appointments for a service. Without a scope the rule holds at every mission, without a
    service for all services."""

    __tablename__ = "turn_rule"

    id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str | None]
    service: Mapped[str | None]
    horizon_days: Mapped[int]
    hold_minutes: Mapped[int]
    per_month: Mapped[int]
    daily_quota: Mapped[int]
    urgent_quota: Mapped[int] = mapped_column(server_default="0")
    free_hours: Mapped[int]
    arrive_minutes: Mapped[int]
    valid_from: Mapped[date]

    def serialise(self) -> dict[str, int]:
        """The figures an applicant needs."""
        names = ("horizon_days", "hold_minutes", "per_month", "daily_quota", "urgent_quota", "free_hours")
        return {name: getattr(self, name) for name in (*names, "arrive_minutes")}


class PhotoRule(Dated, ReferenceData):
    """How many printed photos a mission asks for, and their size; without a scope or a transaction the row is
    general."""

    __tablename__ = "photo_rule"

    id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str | None]
    transaction: Mapped[str | None]
    count: Mapped[int] = mapped_column(SmallInteger)
    width_mm: Mapped[int | None] = mapped_column(SmallInteger)
    height_mm: Mapped[int | None] = mapped_column(SmallInteger)

    def serialise(self) -> dict[str, object]:
        """As the interface shows it."""
        names = ("count", "width_mm", "height_mm", "source", "certainty")
        return {name: getattr(self, name) for name in names} | {"since": self.valid_from.isoformat()}


class PromiseRule(Dated, ReferenceData):
    """The working days promised for a transaction, where they are a dated row and not the catalogue's.

    `tier` is the speed that the promise is of; None for a transaction that is sold at one speed.
    """

    __tablename__ = "promise_rule"

    id: Mapped[str] = mapped_column(primary_key=True)
    transaction: Mapped[str]
    tier: Mapped[str | None]
    scope: Mapped[str | None]
    working_days: Mapped[int] = mapped_column(SmallInteger)
    needs_lawyer: Mapped[bool]

    def serialise(self) -> dict[str, object]:
        """As the desk shows it."""
        names = ("transaction", "tier", "scope", "working_days", "needs_lawyer", "source", "certainty")
        return {name: getattr(self, name) for name in names} | {"since": self.valid_from.isoformat()}
