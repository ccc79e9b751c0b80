"""What was committed leaves once, in order per application, however the bus behaves; what was not never leaves."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from marshmallow import ValidationError
from sqlalchemy import func, select

from shared.database.db import Database
from shared.identity.crypto import Keys
from shared.messaging.bus import BusDown, OutgoingMessage
from shared.messaging.messages import Delivery, decode
from shared.messaging.outbox import RETENTION, count_unsent, delete_expired, emit, outbox, resend
from shared.messaging.relay import BATCH, Relay
from tests.factories.messages.messaging import (
    OFFICER,
    FakePublisher,
    Speaker,
    decision,
    fee,
    forget_everything,
    new_about,
    rows,
    say,
    shift_clock,
    until,
)


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Iterator[Database]:
    """The speaking service's database, its outbox empty."""
    speaking = database("consular")
    forget_everything(speaking)
    yield speaking
    forget_everything(speaking)


@pytest.fixture
def bus() -> FakePublisher:
    """A bus that does as it is told."""
    return FakePublisher()


@pytest.fixture
def relay(consular: Database, key_folder: Path, bus: FakePublisher) -> Iterator[Relay]:
    """A relay on that bus."""
    made = Relay(consular, Keys(key_folder, "consular"), lambda: bus)  # type: ignore[arg-type, return-value]
    yield made
    made.close()


def drain(relay: Relay) -> None:
    """Until nothing is due."""
    while relay.send_due():
        continue


def messages_sent(letters: list[OutgoingMessage]) -> dict[str, list[int]]:
    """Numbers by application, in the order in which they were taken."""
    found = defaultdict(list)
    for letter in letters:
        content = json.loads(letter.raw)
        found[content["about"]].append(content["sequence"])
    return dict(found)


def test_a_message_leaves_signed_and_complete_after_its_commit_only(
    consular: Database, relay: Relay, bus: FakePublisher, key_folder: Path
) -> None:
    about = new_about()
    with consular.scope("RUH") as session:
        message = emit(session, OFFICER, "fee.settled", about, fee(about))
        assert relay.send_due() == 0
    assert relay.send_due() == 1
    (letter,) = bus.taken
    read = decode(Delivery(letter.raw, "consular", letter.key), Keys(key_folder, "conscription"))
    assert (read.id, read.about, read.sequence, read.mission, read.sender) == (message, about, 1, "RUH", "consular")
    assert read.actor == {"kind": "officer", "id": OFFICER.id, "role": "officer"}
    assert relay.send_due() == 0
    assert unsent_in(consular) == 0


def unsent_in(database: Database) -> int:
    """How many wait."""
    with database.scope(None) as session:
        return count_unsent(session)


def test_a_change_that_is_rolled_back_says_nothing_and_leaves_no_gap(
    consular: Database, relay: Relay, bus: FakePublisher
) -> None:
    about = new_about()
    say(consular, about)
    with pytest.raises(ZeroDivisionError), consular.scope("RUH") as session:
        emit(session, OFFICER, "fee.settled", about, fee(about))
        raise ZeroDivisionError
    say(consular, about)
    drain(relay)
    assert messages_sent(bus.taken) == {about: [1, 2]}


def test_what_answers_a_message_carries_its_correlation_and_names_its_cause(
    consular: Database, relay: Relay, bus: FakePublisher, key_folder: Path
) -> None:
    cause = Speaker(Keys(key_folder, "civil_registry")).envelope(1, correlation="the-request", traceparent="00-a-b-01")
    with consular.scope("RUH") as session:
        emit(session, OFFICER, "fee.settled", cause.about, fee(cause.about), cause)
    drain(relay)
    content = json.loads(bus.taken[0].raw)
    assert (content["correlation"], content["causation"], content["traceparent"]) == (
        "the-request",
        cause.id,
        "00-a-b-01",
    )


def test_a_body_its_schema_refuses_or_one_with_a_file_in_it_cannot_be_said(consular: Database) -> None:
    about = new_about()
    with consular.scope("RUH") as session:
        with pytest.raises(ValidationError):
            emit(session, OFFICER, "decision.made", about, decision(about, outcome="perhaps"))
        with pytest.raises(ValueError, match="by reference"):
            emit(session, OFFICER, "fee.settled", about, fee(about) | {"scan": "x" * 20_000})
        with pytest.raises(KeyError):
            emit(session, OFFICER, "entry.forgotten", about, {})
    assert unsent_in(consular) == 0


def test_a_row_committed_later_than_its_neighbours_is_still_sent(
    consular: Database, relay: Relay, bus: FakePublisher
) -> None:
    slow, quick = new_about(), new_about()
    with consular.scope("RUH") as session:
        emit(session, OFFICER, "fee.settled", slow, fee(slow))
        say(consular, quick)
        drain(relay)
        assert messages_sent(bus.taken) == {quick: [1]}
    drain(relay)
    assert messages_sent(bus.taken) == {quick: [1], slow: [1]}


def test_rival_commits_about_one_application_are_numbered_in_the_order_of_their_commits(
    consular: Database, relay: Relay, bus: FakePublisher
) -> None:
    about, amounts = new_about(), list(range(40))
    barrier = threading.Barrier(8, timeout=120)

    def speak(mine: list[int]) -> None:
        barrier.wait(10)
        for amount in mine:
            say(consular, about, amount)

    threads = [threading.Thread(target=speak, args=(amounts[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    drain(relay)
    assert messages_sent(bus.taken) == {about: list(range(1, 41))}
    created = rows(consular, outbox, "sequence", "content")
    assert {content["body"]["amount"] for _, content in created} == set(amounts)


def test_two_relays_at_once_send_everything_once_and_in_order(consular: Database, key_folder: Path) -> None:
    abouts = [new_about() for _ in range(20)]
    for _ in range(10):
        for about in abouts:
            say(consular, about)
    # One bus, so that the order across both relays is seen.
    bus, lock = FakePublisher(), threading.Lock()

    class Shared(FakePublisher):
        def publish(self, letters: list[OutgoingMessage]) -> dict[str, str]:
            with lock:
                return bus.publish(letters)

    def work() -> None:
        relay = Relay(consular, Keys(key_folder, "consular"), Shared)  # type: ignore[arg-type]
        give_up = time.monotonic() + 120
        while unsent_in(consular) and time.monotonic() < give_up:
            relay.send_due()
        relay.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert messages_sent(bus.taken) == {about: list(range(1, 11)) for about in abouts}
    assert len(bus.taken) == 200


def test_a_letter_in_trouble_waits_longer_each_time_and_holds_up_only_its_own_application(
    consular: Database, relay: Relay, bus: FakePublisher
) -> None:
    stuck, free = new_about(), new_about()
    first = say(consular, stuck)
    say(consular, stuck)
    say(consular, free)
    say(consular, free)
    bus.troubles = {first: "unroutable"}
    drain(relay)
    assert messages_sent(bus.taken) == {stuck: [1], free: [1, 2]}
    for attempt, seconds in enumerate((5, 30, 120, 600, 3600, 3600), start=1):
        with consular.engine.connect() as connection:
            wait, attempts, trouble = connection.execute(
                select(outbox.c.next_attempt - func.now(), outbox.c.attempts, outbox.c.trouble).where(
                    outbox.c.id == first
                )
            ).one()
        assert (attempts, trouble) == (attempt, "unroutable")
        assert timedelta(seconds=seconds * 0.8 - 2) < wait < timedelta(seconds=seconds * 1.2)
        shift_clock(consular)
        drain(relay)
    bus.troubles = {}
    shift_clock(consular)
    drain(relay)
    assert messages_sent(bus.taken)[stuck][-2:] == [1, 2]
    assert unsent_in(consular) == 0


def test_a_backlog_of_one_application_leaves_in_one_batch_and_others_first(
    consular: Database, relay: Relay, bus: FakePublisher
) -> None:
    busy, others = new_about(), [new_about() for _ in range(3)]
    for _ in range(BATCH + 10):
        say(consular, busy)
    for about in others:
        say(consular, about)
    assert relay.send_due() == BATCH
    assert messages_sent(bus.taken) == {busy: list(range(1, BATCH - 2)), **{about: [1] for about in others}}
    assert {json.loads(letter.raw)["about"] for letter in bus.taken[:4]} == {busy, *others}
    assert relay.send_due() == 13
    assert messages_sent(bus.taken)[busy] == list(range(1, BATCH + 11))


def test_a_bus_that_breaks_in_a_batch_leaves_the_later_ones_unsent_and_what_it_confirmed_sent(
    consular: Database, relay: Relay, bus: FakePublisher
) -> None:
    long, short = new_about(), new_about()
    for about in (long, short, long, long):
        say(consular, about)
    publish = bus.publish

    def publish_once(letters: list[OutgoingMessage]) -> dict[str, str]:
        if bus.taken:
            bus.broken = BusDown("confirm_timeout")
        return publish(letters)

    bus.publish = publish_once  # type: ignore[method-assign]
    with pytest.raises(BusDown):
        relay.send_due()
    assert messages_sent(bus.taken) == {long: [1, 2], short: [1]}
    waiting = rows(consular, outbox, "sequence", "attempts", "trouble", "sent")
    assert {row[:3] for row in waiting if row[3] is None} == {(2, 1, "confirm_timeout"), (3, 0, None)}
    bus.publish, bus.broken = publish, None  # type: ignore[method-assign]
    drain(relay)
    assert messages_sent(bus.taken) == {long: [1, 2], short: [1]}, "nothing overtakes the one that waits"
    shift_clock(consular)
    drain(relay)
    assert messages_sent(bus.taken) == {long: [1, 2, 2, 3], short: [1]}


def test_a_broken_bus_costs_its_connection_and_is_tried_with_one_letter_at_first(
    consular: Database, relay: Relay, bus: FakePublisher
) -> None:
    for _ in range(5):
        say(consular, new_about())
    bus.broken = BusDown("confirm_timeout")
    with pytest.raises(BusDown):
        relay.send_due()
    assert (bus.closed, len(bus.taken), unsent_in(consular)) == (1, 5, 5)
    assert rows(consular, outbox, "attempts", "trouble") == [(1, "confirm_timeout")] * 5
    bus.broken, bus.taken = None, []
    shift_clock(consular)
    assert relay.send_due() == 1
    assert relay.send_due() == 4


def test_a_bus_that_cannot_be_reached_or_takes_nothing_costs_no_letter_its_turn(
    consular: Database, key_folder: Path, bus: FakePublisher
) -> None:
    say(consular, new_about())
    paused = Relay(consular, Keys(key_folder, "consular"), lambda: bus)  # type: ignore[arg-type, return-value]
    bus.broken, bus.paused = BusDown("paused", paused=True), True
    for _ in range(3):
        with pytest.raises(BusDown):
            paused.send_due()
        paused.wait_until_taken(0.01)
    assert bus.closed == 0
    # Changes go on meanwhile.
    say(consular, new_about())
    bus.broken, bus.paused = None, False
    paused.wait_until_taken(0.01)
    assert bus.closed == 1

    def unreachable() -> FakePublisher:
        raise BusDown("ConnectionRefusedError")

    refused = Relay(consular, Keys(key_folder, "consular"), unreachable)  # type: ignore[arg-type]
    with pytest.raises(BusDown):
        refused.send_due()
    assert rows(consular, outbox, "attempts", "trouble") == [(0, None)] * 2
    drain(paused)
    assert unsent_in(consular) == 0
    paused.close()


def test_a_bus_that_lost_its_memory_is_told_again(consular: Database, relay: Relay, bus: FakePublisher) -> None:
    abouts = [new_about() for _ in range(3)]
    for about in abouts:
        say(consular, about)
    drain(relay)
    relay.drop()
    bus.taken, bus.unknown = [], True
    drain(relay)
    assert messages_sent(bus.taken) == {about: [1] for about in abouts}
    assert not bus.unknown


def test_a_relay_that_dies_before_it_noted_the_confirm_sends_again(
    consular: Database, relay: Relay, bus: FakePublisher
) -> None:
    say(consular, new_about())

    class Died(BaseException):
        """As kill -9 would: nothing catches it."""

    published = bus.publish

    def publish(letters: list[OutgoingMessage]) -> dict[str, str]:
        published(letters)
        raise Died

    bus.publish = publish  # type: ignore[method-assign]
    with pytest.raises(Died):
        relay.send_due()
    bus.publish = published  # type: ignore[method-assign]
    drain(relay)
    assert [letter.id for letter in bus.taken] == [bus.taken[0].id] * 2
    assert bus.taken[0] == bus.taken[1]


def test_the_outbox_rings_when_a_message_is_committed(consular: Database, relay: Relay) -> None:
    relay.listen(0.01)
    rung: list[float] = []

    def sleep() -> None:
        relay.listen(20)
        rung.append(time.monotonic())

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    spoke = time.monotonic()
    say(consular, new_about())
    sleeper.join(20)
    assert rung[0] - spoke < 2


def test_a_lost_bell_is_hung_again(consular: Database, relay: Relay, bus: FakePublisher) -> None:
    relay.listen(0.01)
    assert relay.wakeup is not None
    relay.wakeup.close()
    with pytest.raises(Exception, match="closed"):
        relay.listen(0.01)
    relay.listen(0.01)
    say(consular, new_about())
    until(relay.send_due)
    assert len(bus.taken) == 1


def test_rows_sent_long_ago_are_swept_and_never_numbers_given_twice(
    consular: Database, relay: Relay, bus: FakePublisher
) -> None:
    about = new_about()
    say(consular, about)
    drain(relay)
    with consular.engine.begin() as connection:
        connection.execute(outbox.update().values(sent=func.now() - RETENTION - timedelta(days=1)))
    with consular.scope(None) as session:
        assert resend(session) == 0
        delete_expired(session)
    assert rows(consular, outbox, "id") == []
    say(consular, about)
    drain(relay)
    assert messages_sent(bus.taken) == {about: [1, 2]}
