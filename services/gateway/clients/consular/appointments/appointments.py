"""Appointments: free times, the appointment of an application, the desk's calendar and day sheet."""

from typing import TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from services.gateway.clients.names import PrintedName
from shared.catalogue.conditions import REGULAR
from shared.identity.actor import ANONYMOUS, Actor


class AppealOutcome(TypedDict):
    """What became of the appeal about a missed appointment."""

    state: str
    answer: str | None


class Appeal(TypedDict):
    """An absence that its applicant explained."""

    application: str
    reason: str
    made_at: str
    starts_at: str
    service: str


class Appointment(TypedDict):
    """The appointment of an application, how long it is held, and until when changing it is free."""

    service: str
    mission: str
    starts_at: str
    ends_at: str
    window: str
    state: str
    held_until: str | None
    slip: str | None
    late: bool
    begun: bool
    displaced: bool
    tier: str
    persons: int
    appeal: AppealOutcome | None
    may_appeal: bool
    free_hours: int
    arrive_minutes: int
    minutes_left: int


class Visit(TypedDict):
    """The visit an application needs: when the person came, and whether they may come without an appointment."""

    attended_at: str | None
    walk_in: bool


class BookingRule(TypedDict):
    """The limits of booking for a service."""

    horizon_days: int
    hold_minutes: int
    per_month: int
    daily_quota: int
    urgent_quota: int
    free_hours: int
    arrive_minutes: int


class ClosureTitle(TypedDict):
    """Why a day is closed, in words."""

    ar: str
    en: str
    estimated: bool


class FreeTime(TypedDict):
    """A time that can be booked: instants in UTC, and the wall clock of the mission."""

    starts_at: str
    ends_at: str
    local: str
    remaining: int
    window: str


class OpenDay(TypedDict):
    """A day of the calendar: its free times, or why it is closed."""

    day: str
    remaining: int
    closed: ClosureTitle | None
    times: list[FreeTime]


class Services(TypedDict):
    """The services that a mission gives appointments for."""

    mission: str
    services: list[str]


class Release(TypedDict):
    """The next day that opens for booking: when it does, and with how many seats."""

    at: str
    day: str
    seats: int


class Openings(Services):
    """The free times of a mission for a service, as the tier may take them."""

    service: str
    tier: str
    next_release: Release | None
    zone: str
    rule: BookingRule
    days: list[OpenDay]


class DaySheetRow(TypedDict):
    """An appointment of a day, as the desk reads it."""

    reference: str
    transaction: str
    service: str
    time: str
    starts_at: str
    window: str
    state: str
    begun: bool
    displaced: bool
    persons: int
    priority: str | None
    applicant: dict[str, PrintedName | None]


class DaySheet(TypedDict):
    """The appointments of a day; `booked` counts them before anything was searched for."""

    day: str
    rows: list[DaySheetRow]
    booked: int


class OpeningHours(TypedDict):
    """Hours of a window for a service on a weekday (Monday is 0)."""

    service: str
    weekday: int
    window: str
    opens: str
    closes: str
    slot_minutes: int
    seats: int
    source: str
    certainty: str
    valid_from: str
    valid_to: str | None


class Closure(TypedDict):
    """Days on which a mission is closed for appointments, for payments or for both."""

    id: str
    kind: str
    first_day: str
    last_day: str
    title_ar: str
    title_en: str
    country: str | None
    scope: str | None
    seats_closed: bool
    payments_closed: bool
    source: str
    certainty: str
    estimated: bool
    may_reopen: bool


class Weekend(TypedDict):
    """The weekend of the host country since a date, or of the mission itself.

    Weekdays are counted from Monday, 0; a half day is worked.
    """

    days: list[int]
    half_days: list[int]
    own: bool
    since: str
    source: str
    certainty: str


class Calendar(TypedDict):
    """Hours, limits by service, closures and weekends of a mission."""

    today: str
    zone: str
    displaced: int
    hours: list[OpeningHours]
    rules: dict[str, BookingRule]
    closures: list[Closure]
    weekends: list[Weekend]


class ReturnedTimes(TypedDict):
    """A file that took times and let them go again."""

    reference: str
    taken: int
    returned: int


class PassedOn(TypedDict):
    """Two files of two people: what the first let go, the second took soon after."""

    reference: str
    taker: str
    seats: int


class SharedBy(TypedDict):
    """Files of several people that share an identity document, or whoever acts for them."""

    references: list[str]
    persons: int


class Anomalies(TypedDict):
    """Signs of trade with seats since an instant."""

    since: str
    returned: list[ReturnedTimes]
    passed: list[PassedOn]
    documents: list[SharedBy]
    agents: list[SharedBy]


class Appointments:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def openings(self, mission: str, service: str, tier: str = REGULAR) -> Openings:
        """Free times of a mission for a service."""
        return cast(Openings, self.client.get("/openings", ANONYMOUS, mission=mission, service=service, tier=tier))

    def services(self, mission: str) -> Services:
        """Which services a mission gives appointments for."""
        return cast(Services, self.client.get("/openings", ANONYMOUS, mission=mission))

    def act(self, actor: Actor, reference: str, verb: str, key: str, **body: str) -> None:
        """Holds, confirms, moves, cancels or releases an appointment."""
        self.client.post(f"/applications/{quote(reference, safe='')}/turn/{verb}", actor, {"key": key, **body})

    def day_sheet(self, actor: Actor, day: str | None, sought: str | None) -> DaySheet:
        """The appointments of a day at the officer's mission."""
        return cast(DaySheet, self.client.get("/desk/turns", actor, day=day, q=sought))

    def calendar(self, actor: Actor) -> Calendar:
        """Hours, rules and closures of the officer's mission."""
        return cast(Calendar, self.client.get("/desk/calendar", actor))

    def anomalies(self, actor: Actor) -> Anomalies:
        """Signs of trade with seats at the officer's mission."""
        return cast(Anomalies, self.client.get("/desk/anomalies", actor))

    def appeals(self, actor: Actor) -> list[Appeal]:
        """The absences at the officer's mission that wait for a decision."""
        return cast(list[Appeal], self.client.get("/desk/appeals", actor))
