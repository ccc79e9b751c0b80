"""The stand-in ministries on both buses: each letter is answered with one and the same message, whatever happens."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.sandbox.ministries import Ministries, NeverMind, NotNow
from shared.identity.actor import MINISTRIES
from shared.identity.crypto import Keys
from shared.messaging.bus import HeldDelivery, OutgoingMessage
from shared.messaging.messages import decode, encode
from tests.contract.conftest import Bus, nothing_comes, take
from tests.contract.message_samples import BODIES, envelope, sample_keys

SENT = BODIES["letter.sent", 1]
MOST_TURNS = 100


@dataclass
class Mission:
    """The partner interface as its samples say, with the troubles a test asks for."""

    troubles: list[Exception] = field(default_factory=list)
    deposits: list[dict[str, Any]] = field(default_factory=list)

    def fetch(self, code: str) -> dict[str, Any]:
        if self.troubles:
            raise self.troubles.pop(0)
        assert code == SENT["letter"]
        person = {"national_number": "01020304051", "born": "1990-01-15"}
        letter = {"number": "RUH-CS-2026-0001", "ask": "record", "round": 1, "sent_on": "2026-03-01"}
        return {**letter, "person": person, "answers": []}

    def deposit(self, code: str, told: Mapping[str, Any]) -> None:
        assert code == SENT["letter"]
        self.deposits.append(dict(told))


@pytest.fixture
def keys(tmp_path: Path) -> Callable[[str], Keys]:
    return lambda name: sample_keys(tmp_path, name)


def say(bus: Bus, keys: Keys, kind: str = "letter.sent", **body: Any) -> None:
    """The mission says something about the sample's application."""
    said = envelope(kind, 1, {**BODIES[kind, 1], **body}, sender="consular")
    publisher = bus.publisher("consular")
    assert publisher.publish([OutgoingMessage(said.id, said.type, encode(said, keys))]) == {}
    publisher.close()


def run_until(standing_in: Ministries, done: Callable[[], bool]) -> None:
    for _ in range(MOST_TURNS):
        if done():
            return
        standing_in.run_once(0.1)
    raise AssertionError("it never came to that")


def stand_in(bus: Bus, keys: Keys, mission: Mission) -> Ministries:
    return Ministries(keys, mission, bus.consumer(MINISTRIES), bus.publisher(MINISTRIES), after=0.0)


def close(standing_in: Ministries) -> None:
    standing_in.consumer.close()
    standing_in.publisher.close()


def test_a_letter_is_answered_by_ids_and_codes_alone(bus: Bus, keys: Callable[[str], Keys]) -> None:
    mission, hearing = Mission(), bus.consumer("consular")
    standing_in = stand_in(bus, keys(MINISTRIES), mission)
    say(bus, keys("consular"))
    run_until(standing_in, lambda: bool(mission.deposits))
    heard = take(hearing)
    said = decode(heard.delivery, keys("consular"))
    hearing.done(heard)
    assert (said.type, said.sender, said.sequence, said.about) == (
        "letter.answered",
        MINISTRIES,
        1,
        "RUH-7K3MQ-9XFPA-D",
    )
    assert said.body == {**{name: SENT[name] for name in ("application", "letter", "authority")}, "finding": "clear"}
    assert "01020304051" not in json.dumps(heard.delivery.raw.decode())
    hearing.close()
    close(standing_in)


def test_killed_before_it_was_done_it_says_the_very_same_again(bus: Bus, keys: Callable[[str], Keys]) -> None:
    hearing, mission = bus.consumer("consular"), Mission()
    first = stand_in(bus, keys(MINISTRIES), mission)
    first.consumer = Forgetful(first.consumer)
    say(bus, keys("consular"))
    run_until(first, lambda: len(mission.deposits) == 1)
    close(first)
    second = stand_in(bus, keys(MINISTRIES), mission)
    run_until(second, lambda: len(mission.deposits) == 2)
    ids = []
    for _ in range(2):
        heard = take(hearing)
        ids.append(decode(heard.delivery, keys("consular")).id)
        hearing.done(heard)
    assert len(set(ids)) == 1 and mission.deposits[0] == mission.deposits[1]
    hearing.close()
    close(second)


@dataclass
class Forgetful:
    """A consumer that is killed before it says that it is done."""

    consumer: Any

    def next(self, seconds: float) -> HeldDelivery | None:
        held: HeldDelivery | None = self.consumer.next(seconds)
        return held

    def next_batch(self, seconds: float) -> Sequence[HeldDelivery]:
        batch: Sequence[HeldDelivery] = self.consumer.next_batch(seconds)
        return batch

    def done(self, *held: HeldDelivery) -> None:
        """Never comes to it."""

    def heartbeat(self) -> None:
        self.consumer.heartbeat()

    def close(self) -> None:
        self.consumer.close()


def test_what_is_not_for_it_is_let_go_and_what_fails_for_good_too(bus: Bus, keys: Callable[[str], Keys]) -> None:
    hearing = bus.consumer("consular")
    mission = Mission(troubles=[NeverMind()])
    standing_in = stand_in(bus, keys(MINISTRIES), mission)
    say(bus, keys("consular"), "fee.settled")
    say(bus, keys("consular"), authority="traffic", ask="licence")
    say(bus, keys("consular"))
    run_until(standing_in, lambda: not mission.troubles)
    assert nothing_comes(standing_in.consumer) and not standing_in.waiting
    assert nothing_comes(hearing) and mission.deposits == []
    hearing.close()
    close(standing_in)


def test_while_the_mission_is_away_the_letter_stays_with_the_bus(
    bus: Bus, keys: Callable[[str], Keys], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.demo.sandbox.ministries.AGAIN_SECONDS", 0.0)
    mission = Mission(troubles=[NotNow(), NotNow()])
    standing_in = stand_in(bus, keys(MINISTRIES), mission)
    say(bus, keys("consular"))
    run_until(standing_in, lambda: bool(mission.deposits))
    assert not standing_in.waiting and len(mission.deposits) == 1
    close(standing_in)
