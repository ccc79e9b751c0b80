"""Whatever arrives, however often and in whatever order: each message has its effect once, in order, or is parked."""

import multiprocessing
import os
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database.db import Database
from shared.errors import Conflict, NotFound, Refusal, Unavailable
from shared.identity.crypto import Keys
from shared.messaging import inbox
from shared.messaging.listener import MAX_ATTEMPTS
from shared.messaging.messages import Delivery, Envelope
from shared.messaging.retries import RETRY_DELAYS
from tests.factories.messages.messaging import (
    OFFICER,
    Hearing,
    Speaker,
    decide,
    effects,
    parked_reasons,
    record_effect,
    rows,
    seeded,
    shift_clock,
    states,
)
from tests.factories.refusals import refuses


def test_a_message_delivered_twice_has_its_effect_once(consular: Hearing, registry: Speaker) -> None:
    listener, said = consular.listener(), registry.says(1)
    listener.take(said)
    listener.take(said)
    assert effects(consular.database, registry.about) == [1]
    assert states(consular) == [(1, "applied")]


def test_a_message_delivered_to_eight_threads_at_once_has_its_effect_once(consular: Hearing, registry: Speaker) -> None:
    listener, said, barrier = (
        consular.listener(),
        [registry.says(1), registry.says(2)],
        threading.Barrier(8, timeout=120),
    )

    def take() -> None:
        barrier.wait(10)
        for one in said:
            listener.take(one)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    shift_clock(consular.database)
    listener.apply_due()
    assert effects(consular.database, registry.about) == [1, 2]


@pytest.mark.parametrize("order", [(3, 1, 2), (2, 3, 1), (3, 2, 1), (2, 1, 3)])
def test_what_comes_too_early_waits_for_what_is_missing(
    consular: Hearing, registry: Speaker, order: tuple[int, ...]
) -> None:
    listener = consular.listener()
    for sequence in order:
        listener.take(registry.says(sequence))
    assert effects(consular.database, registry.about) == [1, 2, 3]


def test_any_order_and_repetition_of_forty_messages_comes_out_in_order(consular: Hearing, registry: Speaker) -> None:
    said = [registry.says(sequence) for sequence in range(1, 41)] * 2
    seeded().shuffle(said)
    listener = consular.listener()
    for one in said:
        listener.take(one)
    assert effects(consular.database, registry.about) == list(range(1, 41))
    assert inbox_count(consular, "open") == 0


def inbox_count(consular: Hearing, state: str) -> int:
    """Messages in a state."""
    return sum(1 for _, found in states(consular) if found == state)


def test_old_ones_are_ignored(consular: Hearing, registry: Speaker) -> None:
    listener = consular.listener()
    for sequence in (1, 2, 1):
        listener.take(registry.says(sequence))
    assert effects(consular.database, registry.about) == [1, 2]
    assert states(consular) == [(1, "applied"), (1, "ignored"), (2, "applied")]


def test_what_is_not_for_us_counts_as_heard(consular: Hearing, registry: Speaker) -> None:
    deaf, listener = consular.listener({"something.else": record_effect}), consular.listener()
    deaf.take(registry.says(1))
    listener.take(registry.says(2))
    assert effects(consular.database, registry.about) == [2]


def failing(with_what: Exception) -> Callable[[Session, Envelope], None]:
    """A handler that leaves its effect and then fails."""

    def handler(session: Session, envelope: Envelope) -> None:
        record_effect(session, envelope)
        raise with_what

    return handler


@pytest.mark.parametrize("failure", [ValueError("secret name"), Unavailable("service_down"), Conflict("lost_race")])
def test_a_passing_failure_leaves_no_effect_and_is_tried_again_later_and_later(
    consular: Hearing, registry: Speaker, failure: Exception
) -> None:
    listener = consular.listener({"decision.made": failing(failure)})
    listener.take(registry.says(1))
    for attempt, seconds in enumerate(RETRY_DELAYS, start=1):
        with consular.database.engine.connect() as connection:
            wait, attempts, trouble = connection.execute(
                select(inbox.inbox.c.next_attempt - func.now(), inbox.inbox.c.attempts, inbox.inbox.c.trouble)
            ).one()
        assert attempts == attempt
        assert trouble == getattr(failure, "code", "ValueError")
        assert timedelta(seconds=seconds * 0.8 - 2) < wait < timedelta(seconds=seconds * 1.2)
        assert listener.apply_due() == 0
        shift_clock(consular.database)
        assert listener.apply_due() == 1
    assert len(RETRY_DELAYS) + 1 == MAX_ATTEMPTS
    assert effects(consular.database, registry.about) == []
    assert parked_reasons(consular) == ["attempts"]
    assert "secret" not in str(rows(consular.database, inbox.parked, "reason", "detail"))
    shift_clock(consular.database)
    assert listener.apply_due() == 0


def test_a_failure_that_passes_is_made_good(consular: Hearing, registry: Speaker) -> None:
    consular.listener({"decision.made": failing(ValueError())}).take(registry.says(1))
    consular.listener().take(registry.says(2))
    assert effects(consular.database, registry.about) == []
    shift_clock(consular.database)
    assert consular.listener().apply_due() == 1
    assert effects(consular.database, registry.about) == [1, 2]


def test_a_refusal_is_final_and_what_follows_waits_until_people_decide(consular: Hearing, registry: Speaker) -> None:
    consular.listener({"decision.made": failing(Refusal("not_yours"))}).take(registry.says(1))
    listener = consular.listener()
    listener.take(registry.says(2))
    assert parked_reasons(consular) == ["refused"]
    assert effects(consular.database, registry.about) == []
    decide(consular, inbox.discard)
    listener.apply_due()
    assert effects(consular.database, registry.about) == [2]
    assert states(consular) == [(1, "discarded"), (2, "applied")]


def test_a_replayed_message_has_its_effect_and_its_verdict_stays_on_record(
    consular: Hearing, registry: Speaker
) -> None:
    consular.listener({"decision.made": failing(Refusal("not_yet"))}).take(registry.says(1))
    listener = consular.listener()
    listener.take(registry.says(2))
    decide(consular, inbox.replay)
    assert listener.apply_due() >= 1
    assert effects(consular.database, registry.about) == [1, 2]
    assert rows(consular.database, inbox.parked, "verdict", "verdict_by", "verdict_reason") == [
        ("replay", OFFICER.id, "tested")
    ]
    assert listener.apply_due() == 0
    with refuses("not_found", NotFound):
        decide(consular, inbox.discard)


def test_a_replayed_message_that_still_cannot_be_read_is_parked_again(consular: Hearing, registry: Speaker) -> None:
    listener = consular.listener()
    listener.take(registry.says(1, version=7))
    listener.take(Delivery(b"{", "civil_registry", "x"))
    decide(consular, inbox.replay)
    listener.apply_due()
    assert parked_reasons(consular) == ["undecodable", "unknown_version"]


def test_a_signed_message_nobody_can_read_keeps_its_place(consular: Hearing, registry: Speaker) -> None:
    listener = consular.listener()
    for unreadable in (registry.says(1, version=7), registry.says(2, body={})):
        listener.take(unreadable)
        listener.take(unreadable)
    listener.take(registry.says(3))
    assert parked_reasons(consular) == ["malformed_body", "unknown_version"]
    assert effects(consular.database, registry.about) == []
    decide(consular, inbox.discard)
    listener.apply_due()
    assert effects(consular.database, registry.about) == [3]


def test_a_forged_message_holds_up_nobody(consular: Hearing, registry: Speaker, key_folder: Path) -> None:
    listener, forger = consular.listener(), Speaker(Keys(key_folder, "conscription"), registry.about)
    forged = forger.says(1, sender="civil_registry")
    listener.take(Delivery(forged.raw, "civil_registry", "decision.made"))
    listener.take(registry.says(1))
    assert parked_reasons(consular) == ["forged"]
    assert effects(consular.database, registry.about) == [1]


def test_three_hundred_broken_messages_are_all_parked_with_a_reason_and_good_ones_pass(
    consular: Hearing, registry: Speaker
) -> None:
    dice, listener = seeded(), consular.listener()
    good = registry.says(1).raw
    broken = [broken_message(dice, good) for _ in range(300)]
    for number, raw in enumerate(broken):
        listener.take(
            Delivery(raw, "civil_registry", "decision\x00made", dice.choice(["application/json", "\x00", None]))
        )
        if number % 100 == 0:
            listener.take(registry.says(1 + number // 100))
    assert effects(consular.database, registry.about) == [1, 2, 3]
    kept = rows(consular.database, inbox.parked, "raw", "reason")
    assert sorted(bytes(raw) for raw, _ in kept) == sorted(broken)
    assert all(reason for _, reason in kept)


def broken_message(dice: random.Random, good: bytes) -> bytes:
    """A message with a fault that a signature shows."""
    at = dice.randrange(1, len(good) - 1)
    return dice.choice(
        [
            good[:at],
            good[:at] + b"\x00" + good[at:],
            good[:at] + good[at + 1 :],
            dice.randbytes(dice.randrange(200)),
            b'{"id":' * dice.randrange(1, 5000),
            good.replace(b'"version":1', b'"version":2'),
            good.replace(b'"sequence":1', b'"sequence":%d' % dice.randrange(2, 99)),
            good.replace(b"granted", "مُنح".encode()),
            good * 2,
            b"[" + good + b"]",
        ]
    )


def die_of(database_url: str, key_folder: Path, delivery: Delivery | None) -> None:
    """In a child process: takes the message, or what is due, and dies in the handler."""
    listener = Hearing(Database(database_url), key_folder).listener({"decision.made": lambda *_: os._exit(9)})
    if delivery:
        listener.take(delivery)
    listener.apply_due()
    os._exit(0)


def test_a_message_that_kills_its_process_is_counted_and_parked_in_the_end(
    consular: Hearing, registry: Speaker, urls: dict[str, str], key_folder: Path
) -> None:
    said = registry.says(1)
    for attempt in range(1, MAX_ATTEMPTS + 2):
        child = multiprocessing.get_context("fork").Process(
            target=die_of, args=(urls["consular"], key_folder, said if attempt % 2 else None)
        )
        child.start()
        child.join(30)
        survived = attempt > MAX_ATTEMPTS
        assert child.exitcode == (0 if survived else 9)
        assert rows(consular.database, inbox.inbox, "attempts") == [(attempt,)]
        shift_clock(consular.database)
    assert parked_reasons(consular) == ["attempts"]
    assert effects(consular.database, registry.about) == []


def test_rows_that_can_no_longer_matter_are_swept(consular: Hearing, registry: Speaker) -> None:
    consular.listener().take(registry.says(1))
    with consular.database.engine.begin() as connection:
        aged = inbox.inbox.update().values(received=func.now() - inbox.RETENTION - timedelta(days=1))
        connection.execute(aged)
    with consular.database.scope(None) as session:
        inbox.delete_expired(session)
    assert states(consular) == []
    consular.listener().take(registry.says(1))
    assert effects(consular.database, registry.about) == [1]
