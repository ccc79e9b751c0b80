"""What the tests of relay and listener say and count. An effect is an event that a handler of the test wrote."""

import os
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from shared.database.audit import event, record
from shared.database.db import Database
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from shared.messaging import inbox, outbox
from shared.messaging.bus import BusDown, OutgoingMessage
from shared.messaging.handlers import Handler
from shared.messaging.listener import Listener
from shared.messaging.messages import Delivery, Envelope, encode
from shared.messaging.outbox import emit
from shared.values import references

OFFICER = Actor("officer", "account-17", "officer", "RUH")
EFFECT = "test.effect"


def new_about() -> str:
    """An application nobody has spoken of."""
    return references.new("RUH", references.APPLICATION_LENGTH)


def decision(about: str, outcome: str = "granted", **other: object) -> dict[str, Any]:
    """A body of decision.made."""
    return {"application": about, "transaction": "individual-extract", "ask": "extract", "outcome": outcome, **other}


def fee(about: str, amount: int = 100) -> dict[str, Any]:
    """A body of fee.settled."""
    paid = {"payment": "RUH-P", "amount": amount, "currency": "USD", "person": str(uuid4())}
    return {"application": about, "transaction": "cash-allowance", "authority": "conscription", **paid}


def record_effect(session: Session, envelope: Envelope) -> None:
    """A handler whose effect can be counted, with the number of the message as its mark."""
    record(session, envelope.speaker, EFFECT, envelope.about, number=envelope.sequence)


def effects(database: Database, about: str) -> list[int]:
    """Numbers of the messages that had their effect, in the order of their commits."""
    with database.scope("RUH") as session:
        rows = select(event.c.detail).where(event.c.about == about, event.c.action == EFFECT).order_by(event.c.id)
        return [int(detail["number"]) for detail in session.scalars(rows)]


def say(database: Database, about: str, amount: int = 100) -> str:
    """consular says something about an application, and commits."""
    with database.scope("RUH") as session:
        return emit(session, OFFICER, "fee.settled", about, fee(about, amount))


def forget_everything(database: Database) -> None:
    """Empty outbox and inbox."""
    with database.engine.begin() as connection:
        for table in (*outbox.TABLES, *inbox.TABLES):
            connection.execute(delete(table))


def shift_clock(database: Database) -> None:
    """Whatever waits for its time waits no longer."""
    with database.engine.begin() as connection:
        connection.execute(update(inbox.inbox).values(next_attempt=func.now()))
        connection.execute(update(outbox.outbox).values(next_attempt=func.now()))


def rows(database: Database, table: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of all rows of one of the messages' tables."""
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*(table.c[name] for name in columns)))]


def seeded() -> random.Random:
    """Dice whose seed stands in the output of a test that fails; MAHJAR_SEED throws them again."""
    seed = int(os.environ.get("MAHJAR_SEED") or secrets.randbelow(10**6))
    print("MAHJAR_SEED", seed)
    return random.Random(seed)  # noqa: S311 (a seed that cannot be repeated is no use to a test)


def until(happened: Callable[[], object], limit: float = 120.0) -> None:
    """Waits for it; fails after the limit."""
    give_up = time.monotonic() + limit
    while not happened():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.02)


@dataclass
class Speaker:
    """civil_registry, whose words are made by hand."""

    keys: Keys
    about: str = field(default_factory=new_about)

    def envelope(self, sequence: int, **other: Any) -> Envelope:
        """One message about the application."""
        made = Envelope(
            id=str(uuid4()),
            type="decision.made",
            version=1,
            occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
            sender=self.keys.me,
            actor={"kind": "service", "id": self.keys.me, "role": self.keys.me},
            mission="RUH",
            about=self.about,
            sequence=sequence,
            correlation="c",
            body=decision(self.about),
        )
        return replace(made, **other)

    def says(self, sequence: int, **other: Any) -> Delivery:
        """The same, as it arrives."""
        return Delivery(encode(self.envelope(sequence, **other), self.keys), self.keys.me, "decision.made")


@dataclass
class Hearing:
    """consular, with handlers of the test."""

    database: Database
    folder: Path

    def listener(self, handlers: Mapping[str, Handler] | None = None) -> Listener:
        """A listener; by default what it hears leaves its effect."""
        return Listener(self.database, Keys(self.folder, "consular"), handlers or {"decision.made": record_effect})


def states(consular: Hearing) -> list[tuple[int, str]]:
    """Number and state of every message in the inbox."""
    return sorted(rows(consular.database, inbox.inbox, "sequence", "state"))


def parked_reasons(consular: Hearing) -> list[str]:
    """Reasons of what is parked and undecided."""
    return sorted(
        reason for reason, verdict in rows(consular.database, inbox.parked, "reason", "verdict") if not verdict
    )


def decide(consular: Hearing, verdict: Callable[[Session, Actor, int, str], None]) -> None:
    """Replays or discards everything parked."""
    with consular.database.scope("RUH") as session:
        open_ones = select(inbox.parked.c.id).order_by(inbox.parked.c.id)
        for number in session.scalars(open_ones).all():
            verdict(session, OFFICER, number, "tested")


@dataclass
class FakePublisher:
    """A bus that does as it is told: takes letters, has trouble with some, or breaks."""

    taken: list[OutgoingMessage] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)
    broken: BusDown | None = None
    unknown: bool = False
    paused: bool = False
    closed: int = 0

    def publish(self, letters: list[OutgoingMessage]) -> dict[str, str]:
        """Takes them, or does as told."""
        self.taken += letters
        if self.broken:
            raise self.broken
        return {letter.id: self.troubles[letter.id] for letter in letters if letter.id in self.troubles}

    def is_unknown(self) -> bool:
        """As told."""
        return self.unknown

    def register(self) -> None:
        """Known from now on."""
        self.unknown = False

    def heartbeat(self, seconds: float = 0.0) -> None:
        """Nothing to keep alive."""

    def close(self) -> None:
        """Counted."""
        self.closed += 1
