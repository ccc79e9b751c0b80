"""Several messages at once: each application's in order, in one transaction, and none at the cost of another."""

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from shared.database.db import Database
from shared.errors import Refusal
from shared.identity.crypto import Keys
from shared.messaging import inbox
from shared.messaging import listener as listener_module
from shared.messaging.bus.connection import PREFETCH
from shared.messaging.handlers import Addressed
from shared.messaging.listener import Listener
from shared.messaging.messages import Delivery, Envelope, encode
from tests.factories.environment.statement_meter import StatementMeter
from tests.factories.messages.messaging import (
    Hearing,
    Speaker,
    decide,
    effects,
    fee,
    forget_everything,
    new_about,
    parked_reasons,
    record_effect,
    rows,
    seeded,
    shift_clock,
    states,
)


def handler_of(faults: dict[str, Exception], calls: list[tuple[str, int]]) -> Callable[[Session, Envelope], None]:
    """A handler that leaves its effect, and then fails at the second message about some applications."""

    def handler(session: Session, envelope: Envelope) -> None:
        calls.append((envelope.about, envelope.sequence))
        record_effect(session, envelope)
        if envelope.sequence == 2 and envelope.about in faults:
            raise faults[envelope.about]

    return handler


def test_a_batch_is_applied_in_order_application_by_application(consular: Hearing, key_folder: Path) -> None:
    speakers = [Speaker(Keys(key_folder, "civil_registry")) for _ in range(4)]
    batch = [speaker.says(sequence) for sequence in range(1, 11) for speaker in speakers]
    seeded().shuffle(batch)
    consular.listener().take(*batch, batch[0])
    assert all(effects(consular.database, speaker.about) == list(range(1, 11)) for speaker in speakers)
    assert {state for _, state in states(consular)} == {"applied"}


def test_a_bad_message_undoes_parks_and_delays_no_other(consular: Hearing, key_folder: Path) -> None:
    good, refused, failing_now = (Speaker(Keys(key_folder, "civil_registry")) for _ in range(3))
    calls: list[tuple[str, int]] = []
    faults = {refused.about: Refusal("not_yours"), failing_now.about: ValueError()}
    listener = consular.listener({"decision.made": handler_of(faults, calls)})
    speakers = (refused, good, failing_now)
    listener.take(*(speaker.says(sequence) for sequence in (1, 2, 3, 4) for speaker in speakers))
    assert effects(consular.database, good.about) == [1, 2, 3, 4]
    assert calls.count((good.about, 1)) == 1
    assert effects(consular.database, refused.about) == effects(consular.database, failing_now.about) == [1]
    assert parked_reasons(consular) == ["refused"]
    # Those behind the bad one have had no attempt, and need not wait once it is out of the way.
    waiting = rows(consular.database, inbox.inbox, "about", "sequence", "attempts", "state")
    assert {row for row in waiting if row[1] > 2 and row[0] != good.about} == {
        (speaker.about, sequence, 0, "open") for speaker in (refused, failing_now) for sequence in (3, 4)
    }
    faults.clear()
    shift_clock(consular.database)
    decide(consular, inbox.discard)
    listener.apply_due()
    assert effects(consular.database, failing_now.about) == [1, 2, 3, 4]
    assert effects(consular.database, refused.about) == [1, 3, 4]


def test_a_batch_fits_around_what_is_known_missing_and_said_twice(consular: Hearing, registry: Speaker) -> None:
    listener = consular.listener()
    listener.take(registry.says(3))
    listener.take(registry.says(1), registry.says(1), registry.says(4), registry.says(6), registry.says(7))
    assert effects(consular.database, registry.about) == [1]
    listener.take(registry.says(5), registry.says(2))
    assert effects(consular.database, registry.about) == list(range(1, 8))
    listener.apply_due()
    assert sorted(states(consular)) == sorted([(1, "ignored"), *((number, "applied") for number in range(1, 8))])


def test_a_batch_that_is_cut_short_by_a_stop_goes_on_where_it_was(consular: Hearing, key_folder: Path) -> None:
    first, second = (Speaker(Keys(key_folder, "civil_registry")) for _ in range(2))
    keys = Keys(key_folder, "consular")
    told = iter([True, False, False, False, False, False])
    stopped = Listener(consular.database, keys, {"decision.made": record_effect}, lambda: next(told))
    stopped.take(*(speaker.says(sequence) for speaker in (first, second) for sequence in (1, 2, 3)))
    assert effects(consular.database, first.about) == [1]
    assert effects(consular.database, second.about) == []
    consular.listener().apply_due()
    assert effects(consular.database, first.about) == effects(consular.database, second.about) == [1, 2, 3]
    assert {attempts for (attempts,) in rows(consular.database, inbox.inbox, "attempts")} == {1}


def test_a_run_that_takes_long_ends_its_transaction_and_goes_on_in_another(
    consular: Hearing, registry: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "RUN_SECONDS", 0.0)
    listener = consular.listener()
    listener.take(*(registry.says(sequence) for sequence in (1, 2, 3)))
    assert effects(consular.database, registry.about) == [1]
    listener.apply_due()
    assert effects(consular.database, registry.about) == [1, 2, 3]
    with consular.database.engine.connect() as connection:
        written = select(func.count(func.distinct(literal_column("xmin::text")))).select_from(inbox.inbox)
        assert connection.scalar(written) == 3


def test_messages_for_another_authority_have_no_effect_and_take_one_transaction(
    database: Callable[[str], Database], key_folder: Path
) -> None:
    conscription, calls = Hearing(database("conscription"), key_folder), list[str]()
    forget_everything(conscription.database)
    keys = Keys(key_folder, "consular")

    def fees(*authorities: str) -> list[Delivery]:
        about = new_about()
        bodies = [fee(about) | {"authority": authority} for authority in authorities]
        envelopes = [
            Speaker(keys, about).envelope(number, type="fee.settled", body=body)
            for number, body in enumerate(bodies, 1)
        ]
        return [Delivery(encode(one, keys), "consular", one.type) for one in envelopes]

    listener = Listener(
        conscription.database,
        Keys(key_folder, "conscription"),
        {"fee.settled": Addressed("conscription", lambda _, envelope: calls.append(envelope.about))},
    )
    others = [fees("civil_registry", "civil_registry") for _ in range(3)]
    mixed = fees("civil_registry", "conscription")
    listener.take(*(one for batch in (*others, mixed) for one in batch))
    assert len(calls) == 1
    assert {state for _, state in states(conscription)} == {"applied"}
    with conscription.database.engine.connect() as connection:
        written = select(func.count(func.distinct(literal_column("xmin::text")))).select_from(inbox.inbox)
        assert connection.scalar(written) == 2
    forget_everything(conscription.database)


def die_in_a_batch(database_url: str, key_folder: Path, batch: list[Delivery], poison: str) -> None:
    """In a child process: takes the batch, and dies in the handler of one application."""

    def handler(session: Session, envelope: Envelope) -> None:
        record_effect(session, envelope)
        if envelope.about == poison:
            os._exit(9)

    Hearing(Database(database_url), key_folder).listener({"decision.made": handler}).take(*batch)
    os._exit(0)


def test_a_message_that_kills_its_process_costs_its_neighbours_one_attempt(
    consular: Hearing, urls: dict[str, str], key_folder: Path
) -> None:
    before, poison, after = speakers = [Speaker(Keys(key_folder, "civil_registry")) for _ in range(3)]
    batch = [speaker.says(sequence) for speaker in speakers for sequence in (1, 2)]
    arguments = (urls["consular"], key_folder, batch, poison.about)
    child = multiprocessing.get_context("fork").Process(target=die_in_a_batch, args=arguments)
    child.start()
    child.join(30)
    assert child.exitcode == 9
    assert effects(consular.database, before.about) == [1, 2]
    assert effects(consular.database, poison.about) == effects(consular.database, after.about) == []
    listener = consular.listener()
    listener.take(*batch)
    assert effects(consular.database, after.about) == []
    shift_clock(consular.database)
    listener.apply_due()
    assert all(effects(consular.database, speaker.about) == [1, 2] for speaker in speakers)
    attempts = dict(rows(consular.database, inbox.inbox, "about", "attempts"))
    assert attempts == {before.about: 1, poison.about: 2, after.about: 2}


def test_a_handled_message_and_a_batch_keep_their_budgets(
    consular: Hearing, key_folder: Path, statements: StatementMeter
) -> None:
    listener = consular.listener()
    listener.take(Speaker(Keys(key_folder, "civil_registry")).says(1))
    with statements.within("a message, handled alone"):
        listener.take(Speaker(Keys(key_folder, "civil_registry")).says(1))
    # Worst of all: each message is about another application.
    batch = [Speaker(Keys(key_folder, "civil_registry")).says(1) for _ in range(PREFETCH)]
    with statements.within("50 messages, handled in a batch") as count:
        listener.take(*batch)
    assert len(count) <= 3 * PREFETCH
