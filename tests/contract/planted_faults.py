"""Faults planted on purpose, one per run, so that the tests prove to see them; used as a pytest plugin."""

import os
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shared.messaging import outbox, relay
from shared.messaging.listener import Listener
from shared.messaging.messages import Delivery, Envelope
from shared.messaging.outbox import outbox as table

emit, due = outbox.emit, relay.due_rows


def emit_beside_the_change(session: Any, *said: Any) -> str:
    """The dual write: the message does not wait for the commit of its change."""
    with Session(session.get_bind()) as own, own.begin():
        return emit(own, *said)


class HighWaterMark:
    """Sends what is newer than what was sent last, and so forgets whatever commits late."""

    last: Any = None

    def __call__(self, most: int) -> Select[Any]:
        """Like `due`, by time instead of by flag."""
        newer = select(func.max(table.c.created)).where(table.c.sent.is_not(None)).scalar_subquery()
        return due(most).where(newer.is_(None) | (table.c.created > newer))


def note_before_the_effect(self: Listener, envelope: Envelope, delivery: Delivery, attempts: int) -> str | None:
    """The message counts as applied in one commit, and has its effect in another."""
    with self.database.scope(envelope.mission) as session:
        _, follower = self._advance(session, envelope.id, envelope)
    try:
        with self.database.scope(envelope.mission) as session:
            self.handlers[envelope.type](session, envelope)
    except Exception as failed:
        self._failed(envelope, delivery, attempts, failed)
    return follower


def plant(name: str) -> None:
    """Puts one in. `ack_first` grows in the worker's own process."""
    plants: dict[str, Callable[[], None]] = {
        "emit_beside": lambda: setattr(outbox, "emit", emit_beside_the_change),
        "high_water_mark": lambda: setattr(relay, "due_rows", HighWaterMark()),
        "note_first": lambda: setattr(Listener, "_attempt", note_before_the_effect),
        "ack_first": lambda: None,
    }
    plants[name]()


plant(os.environ["MAHJAR_PLANT"])
