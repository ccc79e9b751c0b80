"""What the bus may forget, and when: a batch is acknowledged once, after all of it is safe in the database."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database.db import Database
from shared.identity.crypto import Keys
from shared.messaging import inbox, worker
from shared.messaging.bus import HeldDelivery
from shared.messaging.messages import Delivery, Envelope
from shared.messaging.worker import Worker
from shared.settings import Settings
from tests.factories.messages.messaging import Speaker, effects, forget_everything, record_effect, rows


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Iterator[Database]:
    """The listening service's database, its inbox empty."""
    forget_everything(database("consular"))
    yield database("consular")
    forget_everything(database("consular"))


class FakeConsumer:
    """Hands out batches and then ends the work; notes what was safe when a batch was acknowledged."""

    def __init__(self, database: Database, stop: threading.Event, *batches: Sequence[Delivery]) -> None:
        self.database, self.stop = database, stop
        self.batches = [[HeldDelivery(delivery, tag) for tag, delivery in enumerate(batch)] for batch in batches]
        self.safe: list[tuple[int, int]] = []
        self.beats = 0

    def next_batch(self, _seconds: float) -> Sequence[HeldDelivery]:
        """The next one."""
        if not self.batches:
            self.stop.set()
        return self.batches.pop(0) if self.batches else []

    def done(self, *held: HeldDelivery) -> None:
        """So many are acknowledged, and so many are in the inbox or parked."""
        safe = rows(self.database, inbox.inbox, "message"), rows(self.database, inbox.parked, "id")
        self.safe.append((len(held), sum(map(len, safe))))

    def heartbeat(self) -> None:
        """Counted."""
        self.beats += 1


@pytest.fixture
def consume(consular: Database, environment: Callable[[str], dict[str, str]]) -> Callable[..., FakeConsumer]:
    """Has a worker consume some batches."""

    def run(handler: Callable[[Session, Envelope], None], *batches: Sequence[Delivery]) -> FakeConsumer:
        stop = threading.Event()
        working = Worker(Settings.load("consular", environment("consular")), {"decision.made": handler}, (), stop)
        consumer = FakeConsumer(consular, stop, *batches)
        with ThreadPoolExecutor(1) as executor:
            working.consume_from(consumer, executor)  # type: ignore[arg-type]
        working.database.engine.dispose()
        return consumer

    return run


@pytest.fixture
def speakers(key_folder: Path) -> list[Speaker]:
    """The speaking service, about three applications."""
    return [Speaker(Keys(key_folder, "civil_registry")) for _ in range(3)]


def test_a_batch_is_acknowledged_once_all_of_it_is_safe(
    consular: Database, consume: Callable[..., FakeConsumer], speakers: list[Speaker]
) -> None:
    batch = [speaker.says(sequence) for sequence in (1, 2) for speaker in speakers]
    garbage = Delivery(b"{", "civil_registry", "x")
    consumer = consume(record_effect, [*batch, garbage], [batch[0]])
    assert consumer.safe == [(7, 7), (1, 7)]
    assert all(effects(consular, speaker.about) == [1, 2] for speaker in speakers)


def test_the_bus_is_kept_waiting_by_heartbeats_while_a_batch_is_handled(
    consume: Callable[..., FakeConsumer], speakers: list[Speaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "KEEPALIVE_SECONDS", 0.02)

    def slowly(session: Session, envelope: Envelope) -> None:
        session.execute(select(func.pg_sleep(0.2)))

    assert consume(slowly, [speaker.says(1) for speaker in speakers]).beats >= 3
