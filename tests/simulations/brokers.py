"""Brokers against applicants: the real verbs decide who gets a seat, an event queue in simulated time who asks when."""

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.appointments.booking import book, release
from services.consular.appointments.booking.hold import hold
from services.consular.appointments.lottery.announce import DrawRequest, announce
from services.consular.appointments.lottery.close import close
from services.consular.appointments.lottery.enter import Wish, enter, find_draw
from services.consular.appointments.lottery.model import Draw
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.rules import AppointmentState
from services.consular.appointments.seats import openings
from services.consular.appointments.waiting_list.join import join
from services.consular.appointments.waiting_list.model import WaitingEntry
from services.consular.workflow.seats.draws import conduct_draw
from services.consular.workflow.seats.offers import hold_offered, to_hold
from services.consular.workflow.seats.waiting import serve_list
from shared.database import db
from shared.errors import Refusal
from shared.identity.actor import Actor, service
from shared.values.dates import local_date
from tests.simulations.market import DRAW, Assumptions, Outcome
from tests.simulations.world import MISSION, SERVICE, Person, World

WORKER = service("consular", MISSION)
OFFICER = Actor("officer", "simulation", "officer", MISSION)
ZONE = "Asia/Riyadh"


@dataclass
class Broker:
    """Somebody with many accounts, and the seats they took in their names."""

    unused: list[Person]
    held: list[tuple[Person, datetime]] = field(default_factory=list)
    sold: int = 0


@dataclass
class Market:
    """One run: the world, the assumptions, who is who, and the queue of what happens when."""

    world: World
    assumptions: Assumptions
    mode: str
    chance: random.Random
    applicants: list[Person]
    brokers: list[Broker]
    events: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    count: int = 0

    def at(self, moment: float, act: Callable[[float], None]) -> None:
        """Has something happen at a moment."""
        self.count += 1
        heapq.heappush(self.events, (moment, self.count, act))

    def run(self) -> None:
        """Lets everything happen in its order."""
        while self.events:
            moment, _, act = heapq.heappop(self.events)
            act(moment)


def simulate(world: World, assumptions: Assumptions, mode: str, seed: int = 1) -> Outcome:
    """One market under one way of giving seats."""
    accounts = assumptions.brokers * assumptions.accounts
    people = world.begin(mode, assumptions.seats, assumptions.applicants + accounts)
    applicants, straw = people[: assumptions.applicants], people[assumptions.applicants :]
    size = assumptions.accounts
    brokers = [Broker(straw[place * size : (place + 1) * size]) for place in range(assumptions.brokers)]
    market = Market(world, assumptions, mode, random.Random(seed), applicants, brokers)  # noqa: S311 (repeatable)
    seats = _draw(market) if mode == DRAW else _rush(market)
    grabbed = sum(len(broker.held) for broker in brokers)
    _resell(market)
    served = _count_booked(market)
    return Outcome(mode, assumptions, seats, grabbed, sum(broker.sold for broker in brokers), served)


def _rush(market: Market) -> int:
    """Seats are released at second 0. Programs ask at once, people once they have read the page."""
    with market.world.database.scope(MISSION) as session:
        first, last = market.world.days(session)
        days = openings.availability(session, MISSION, SERVICE).days
    times = {
        time.slot.starts_at: time.remaining for day in days if first <= day.day <= last for time in day.times if day
    }
    total, interval = sum(times.values()), 1 / market.assumptions.tries
    for broker in market.brokers:
        market.at(market.chance.uniform(0, interval), _trying(market, broker, times, interval))
    for person in market.applicants:
        moment = market.chance.lognormvariate(0, 0.6) * market.assumptions.reaction
        market.at(moment, _asking(market, person, times))
    market.run()
    return total


def _trying(market: Market, broker: Broker, times: dict[datetime, int], interval: float) -> Callable[[float], None]:
    """A try with the next account, and the next try an interval later, while there is a seat and an account."""

    def act(moment: float) -> None:
        at = _choose(market, times)
        if at is None or not broker.unused:
            return
        if _take(market, broker.unused[0], at, times):
            broker.held.append((broker.unused.pop(0), at))
        market.at(moment + interval, act)

    return act


def _asking(market: Market, person: Person, times: dict[datetime, int]) -> Callable[[float], None]:
    def act(_: float) -> None:
        at = _choose(market, times)
        if at is not None:
            _take(market, person, at, times)

    return act


def _choose(market: Market, times: dict[datetime, int]) -> datetime | None:
    free = [at for at, remaining in times.items() if remaining > 0]
    return market.chance.choice(free) if free else None


def _take(market: Market, person: Person, at: datetime, times: dict[datetime, int]) -> bool:
    """Holds and books by the verbs; what is left is learned from the answer, as by whoever reads the page again."""
    taken = _book(market, person, at)
    times[at] = times[at] - 1 if taken else 0
    return taken


def _book(market: Market, person: Person, at: datetime) -> bool:
    try:
        with market.world.database.scope(MISSION) as session:
            hold(session, person.actor, person.booker, at)
            book.confirm(session, person.actor, person.booker)
    except Refusal:
        return False
    return True


def _draw(market: Market) -> int:
    """Everybody takes part, the brokers with all of their accounts; nobody's speed plays a part."""
    database = market.world.database
    with database.scope(MISSION) as session:
        days, now = market.world.days(session), db.now(session)
        times = [now + timedelta(hours=hours) for hours in (1, 25, 26)]
        draw = announce(session, OFFICER, MISSION, DrawRequest(SERVICE, *days, *times), "/simulation/{epoch}")
        code, seats = draw.code, draw.seats
    _set_times(market, code, (-1, 1, 2))
    everybody = _everybody(market)
    with database.scope(MISSION) as session:
        opened = find_draw(session, code)
        for person in everybody:
            enter(session, person.actor, opened, [person.booker], Wish(*days, on_list=True))
    _set_times(market, code, (-3, -2, -1))
    with database.scope(MISSION) as session:
        close(session, WORKER, code)
        conduct_draw(session, WORKER, code, market.chance.randbytes(32))
        given = to_hold(session)
    _confirm_all(market, given, {person.reference: person for person in everybody})
    return seats


def _set_times(market: Market, code: str, hours: tuple[int, int, int]) -> None:
    with market.world.database.scope(MISSION) as session:
        names = ("opens_at", "closes_at", "draws_at")
        values = {name: db.now(session) + timedelta(hours=n) for name, n in zip(names, hours, strict=True)}
        announced = {"announced_at": values["opens_at"]}
        session.execute(update(Draw).where(Draw.code == code).values({**values, **announced}))


def _confirm_all(market: Market, given: list[str], people: dict[str, Person]) -> None:
    owners = {person.reference: broker for broker in market.brokers for person in broker.unused}
    for reference in given:
        person = people[reference]
        with market.world.database.scope(MISSION) as session:
            if hold_offered(session, WORKER, reference):
                at = book.confirm(session, person.actor, person.booker).starts_at
                if (broker := owners.get(reference)) is not None:
                    broker.unused.remove(person)
                    broker.held.append((person, at))


def _resell(market: Market) -> None:
    """Each seat is offered to a buyer: the account cancels, and the buyer asks for it a moment later.

    Rivals who still have accounts ask in between. Where the seat rests, the list gets it at the next release. A buyer
    to whom the list gives it by luck has the same luck without a broker, and pays nothing.
    """
    buyers = list(_buyers(market))
    for broker in market.brokers:
        for person, at in list(broker.held):
            if not buyers:
                return
            buyer = buyers.pop()
            _cancel(market, person)
            _rivals_ask(market, broker, at)
            if _book(market, buyer, at):
                broker.sold += 1
            else:
                _release_to_list(market, at)


def _buyers(market: Market) -> Iterator[Person]:
    """Those without a seat who would pay."""
    with market.world.database.scope(MISSION) as session:
        booked = set(
            session.scalars(select(Appointment.application).where(Appointment.state == AppointmentState.BOOKED))
        )
        empty = [person for person in market.applicants if person.reference not in booked]
        if market.mode != DRAW:
            _join_all(session, market, empty)
    market.chance.shuffle(empty)
    yield from empty[: round(len(empty) * market.assumptions.buyers)]


def _join_all(session: Session, market: Market, people: list[Person]) -> None:
    days = market.world.days(session)
    for person in people:
        join(session, person.actor, person.booker, days)


def _cancel(market: Market, person: Person) -> None:
    with market.world.database.scope(MISSION) as session:
        release.cancel(session, person.actor, person.reference)


def _rivals_ask(market: Market, seller: Broker, at: datetime) -> None:
    """A rival's next try falls into the gap with the probability of its rate."""
    reach = min(1.0, market.assumptions.tries * market.assumptions.gap)
    for rival in market.brokers:
        asks = rival is not seller and rival.unused and market.chance.random() < reach
        if asks and _book(market, rival.unused[0], at):
            rival.held.append((rival.unused.pop(0), at))
            return


def _release_to_list(market: Market, at: datetime) -> None:
    """The next release gives a seat that rests to whoever is first on the list."""
    past = timedelta(days=2)
    with market.world.database.scope(MISSION) as session:
        freed = ReservedSeat.application.is_(None), ReservedSeat.starts_at == at
        session.execute(update(ReservedSeat).where(*freed).values(rests_until=db.now(session) - past))
        session.execute(update(WaitingEntry).values(changed_at=func.now() - past))
        serve_list(session, WORKER, local_date(db.now(session), ZONE))
        given = to_hold(session)
    _confirm_all(market, given, {person.reference: person for person in _everybody(market)})


def _everybody(market: Market) -> list[Person]:
    """Applicants, and the accounts of brokers with and without a seat."""
    accounts = [[*broker.unused, *(person for person, _ in broker.held)] for broker in market.brokers]
    return [*market.applicants, *(person for group in accounts for person in group)]


def _count_booked(market: Market) -> int:
    """Applicants, not accounts of brokers, with a booked seat."""
    with market.world.database.scope(MISSION) as session:
        booked = set(
            session.scalars(select(Appointment.application).where(Appointment.state == AppointmentState.BOOKED))
        )
    return sum(person.reference in booked for person in market.applicants)
