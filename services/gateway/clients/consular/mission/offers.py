"""Missions and what each offers on a day: status, speed, price and rules of every transaction."""

import time
from collections.abc import Callable
from typing import Any, TypedDict, TypeVar, cast
from urllib.parse import quote

from services.gateway.clients.consular.appointments.appointments import Openings
from services.gateway.clients.consular.money.payments import Amount, AppliedRate, Fee
from services.gateway.clients.http import Client
from services.gateway.clients.names import PrintedName
from shared.errors import NotFound
from shared.identity.actor import ANONYMOUS, Actor

T = TypeVar("T")
# Missions and tariffs change by the day: pages may be half a minute behind, a quote never is.
CACHE_SECONDS = 30.0


class DayHours(TypedDict):
    """From when to when people are received on a weekday, by the mission's clock; Monday is 0."""

    weekday: int
    opens: str
    closes: str


class Office(TypedDict):
    """Where and when a mission receives people; `assumed` hours are published by nobody. Of an office inside Syria the
    currencies it takes; `demo` marks a row that exists for demonstrations alone."""

    address: PrintedName
    hours: list[DayHours]
    assumed: bool
    takes: list[str]
    demo: bool


class Mission(TypedDict):
    """An embassy or consulate."""

    code: str
    name_ar: str
    name_en: str
    country: str
    zone: str
    currency: str
    status: str
    office: Office


class TierOffer(TypedDict):
    """One speed of a transaction with its own price."""

    tier: str
    working_days: int
    fees: list[Fee]
    total: Amount | None
    cash_total: int | None
    price_lacks: str | None


class Historical(TypedDict):
    """The row by which a transaction has ended at all missions."""

    since: str
    source: str
    certainty: str


class Photos(TypedDict):
    """The printed photos that a mission asks for."""

    count: int
    width_mm: int | None
    height_mm: int | None
    since: str
    source: str
    certainty: str


class Offer(TypedDict):
    """A transaction as one mission offers it on one day."""

    slug: str
    priced: str
    price_lacks: str | None
    status: str
    status_source: str | None
    status_since: str | None
    historical: Historical | None
    photos: Photos | None
    registration: Fee | None
    working_days: int
    fees: list[Fee]
    total: Amount | None
    cash_total: int | None
    tiers: list[TierOffer]


class DatedRate(AppliedRate):
    """A rate as the desk sees it: the last day it may be used, None for a peg, and whether that is not over."""

    until: str | None
    usable: bool


class RateRow(DatedRate):
    """A stored rate, with what was printed of its source; `own` is one that the mission declared for itself."""

    own: bool
    published: str
    certainty: str
    approver: str
    stored_at: str


class Rates(TypedDict):
    """What a mission goes by today, and the newest row of each pair. A rate that nobody has published has no value."""

    currency: str
    applied: list[DatedRate]
    rows: list[RateRow]


class DoubtfulPromise(TypedDict):
    """Promised working days whose legal text was not found; `tier` is the speed they are of."""

    transaction: str
    tier: str | None
    scope: str | None
    working_days: int
    needs_lawyer: bool
    since: str
    source: str
    certainty: str


class UnverifiedTariff(TypedDict):
    """A fee whose source is weak."""

    transaction: str
    line: str
    scope: str | None
    tariff: Amount
    since: str
    source: str
    certainty: str


class DeclaredTariff(UnverifiedTariff):
    """A tariff row with its scope and who approved it."""

    approver: str


class TariffLine(TypedDict):
    """A charged line of a transaction; without a row its authority assesses it, or nobody has set it."""

    transaction: str
    line: str
    beneficiary: str
    row: DeclaredTariff | None


class Tariffs(TypedDict):
    """What applied at a mission on a day, what begins later, and the currencies in which tariffs are set there."""

    on: str
    today: str
    currencies: list[str]
    rows: list[TariffLine]
    coming: list[TariffLine]


class Parameters(TypedDict):
    """What administrators have to have verified."""

    promises: list[DoubtfulPromise]
    tariffs: list[UnverifiedTariff]


class Offers:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._cache: dict[str, tuple[float, object]] = {}

    def _recent(self, key: str, ask: Callable[[], T]) -> T:
        asked_at, answer = self._cache.get(key, (0.0, None))
        if answer is None or time.monotonic() - asked_at > CACHE_SECONDS:
            answer = ask()
            self._cache[key] = (time.monotonic(), answer)
        return cast(T, answer)

    def forget(self) -> None:
        """Empties the cache."""
        self._cache.clear()

    def missions(self) -> list[Mission]:
        """Every mission that receives applications."""
        return self._recent("missions", lambda: cast(list[Mission], self.client.get("/missions", ANONYMOUS)))

    def list_offers(self, mission: str, on: str) -> list[Offer]:
        """All transactions with status, days and price at a mission on a day (YYYY-MM-DD)."""
        return self._recent(
            f"offers {mission} {on}",
            lambda: cast(list[Offer], self.client.get("/transactions", ANONYMOUS, mission=mission, on=on)),
        )

    def next_free_day(self, mission: str, service: str) -> str | None:
        """The next day (YYYY-MM-DD) with a seat for a service; None where the days shown have none, or it has none."""
        return self._recent(f"seats {mission} {service}", lambda: self._first_free(mission, service))["day"]

    def _first_free(self, mission: str, service: str) -> dict[str, str | None]:
        try:
            openings = cast(Openings, self.client.get("/openings", ANONYMOUS, mission=mission, service=service))
        except NotFound:
            return {"day": None}
        return {"day": next((day["day"] for day in openings["days"] if day["remaining"]), None)}

    def parameters(self, actor: Actor) -> Parameters:
        """What administrators have to have verified at their mission."""
        return cast(Parameters, self.client.get("/desk/parameters", actor))

    def tariffs(self, actor: Actor, on: str) -> Tariffs:
        """What applied at the actor's mission on a day, line by line."""
        return cast(Tariffs, self.client.get("/desk/tariffs", actor, on=on))

    def rates(self, actor: Actor) -> Rates:
        """The exchange rates of the actor's mission today."""
        return cast(Rates, self.client.get("/desk/rates", actor))

    def rules(self, slug: str, mission: str, on: str) -> dict[str, Any]:
        """What applied to a transaction at a mission on a day, and what changed when."""
        return cast(dict[str, Any], self.client.get(f"/rules/{quote(slug)}", ANONYMOUS, mission=mission, on=on))
