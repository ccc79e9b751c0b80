"""Applies what the bus delivers: once, in order, in one commit with its effect; what cannot be applied is parked.

The database alone decides. A message is safe here from its first commit on, so the bus may forget it, deliver it twice
or out of order, and this process may die at any instruction.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from shared.database.db import Database
from shared.errors import Conflict, Refusal, Unavailable
from shared.identity.crypto import Keys
from shared.logs import log, request_id
from shared.messaging.inbox import due_messages, inbox, is_message, park, parked, replays
from shared.messaging.inbox_statements import ADVANCE_TO_FIRST, ADVANCE_TO_NEXT, FINISH, REGISTER, REGISTER_PARKED
from shared.messaging.messages import Delivery, Envelope, UnreadableMessage, decode
from shared.messaging.retries import RETRY_DELAYS, retry_delay

Handler = Callable[[Session, Envelope], None]
MAX_ATTEMPTS = len(RETRY_DELAYS) + 1
# These may pass by themselves; any other refusal is final.
TRANSIENT = (Unavailable, Conflict)


class Listener:
    """One service's ear. Several processes of the same service may listen at once."""

    def __init__(self, database: Database, keys: Keys, handlers: Mapping[str, Handler]) -> None:
        self.database = database
        self.keys = keys
        self.me = keys.me
        self.handlers = handlers

    def take(self, delivery: Delivery) -> None:
        """Returns once the message is applied, waits in the database or is parked: the bus may then forget it."""
        try:
            envelope = decode(delivery, self.keys)
        except UnreadableMessage as error:
            self._set_aside(delivery, error)
            return
        attempts = self._register(envelope, delivery)
        if attempts:
            self._resume_all(self._attempt(envelope, delivery, attempts))

    def apply_due(self) -> int:
        """Retries whose time has come, gaps that have closed, replays that people asked for. Gives how many."""
        with self.database.engine.connect() as connection:
            replay_rows = connection.execute(replays(self.me)).all()
        for row in replay_rows:
            self.take(Delivery(row.raw, row.exchange, row.routing_key, row.content_type))
            with self.database.engine.begin() as connection:
                connection.execute(update(parked).where(parked.c.id == row.id).values(replayed=func.now()))
        with self.database.engine.connect() as connection:
            message_ids = connection.scalars(due_messages(self.me)).all()
        for message in message_ids:
            self._resume_all(message)
        return len(replay_rows) + len(message_ids)

    def _register(self, envelope: Envelope, delivery: Delivery) -> int:
        """Makes the message safe, and counts the attempt that follows at once: a crash in it must count too.

        Gives 0 when there is nothing to attempt now: known, too old, or too early.
        """
        with self.database.engine.begin() as connection:
            row = self._row(envelope.id, envelope) | {"the_raw": delivery.raw, "the_wait": retry_delay(1)}
            return connection.scalar(REGISTER, row) or 0

    def _row(self, message: str, order: Envelope | Row[Any]) -> dict[str, Any]:
        place = {"the_sender": order.sender, "the_about": order.about, "the_sequence": order.sequence}
        return {"the_consumer": self.me, "the_message": message, "the_type": order.type, **place}

    def _attempt(self, envelope: Envelope, delivery: Delivery, attempts: int) -> str | None:
        """One attempt, already counted. Gives the message that waited for this one to be applied, if any."""
        token = request_id.set(envelope.correlation)
        try:
            with self.database.scope(envelope.mission) as session:
                applied, follower = self._advance(session, envelope.id, envelope)
                handler = self.handlers.get(envelope.type) if applied else None
                if handler is not None:
                    handler(session, envelope)
            log().info("heard", type=envelope.type, message=envelope.id, sender=envelope.sender, applied=applied)
            return follower
        except Exception as error:
            self._failed(envelope, delivery, attempts, error)
            return None
        finally:
            request_id.reset(token)

    def _advance(self, session: Session, message: str, order: Envelope | Row[Any]) -> tuple[bool, str | None]:
        """Takes this message's place in the order, or ignores it; gives what has been waiting for the place after."""
        row = self._row(message, order)
        is_next = session.scalar(ADVANCE_TO_FIRST if order.sequence == 1 else ADVANCE_TO_NEXT, row) is not None
        follower = session.scalar(FINISH, row | {"the_in_turn": is_next})
        return is_next, follower if is_next else None

    def _resume_all(self, message: str | None) -> None:
        while message:
            message = self._resume(message)

    def _resume(self, message: str) -> str | None:
        """Attempts a message from the database. Gives the one that waited for it, if any."""
        row = self._claim(message)
        if row is None:
            return None
        if row.state == "discarded":
            with self.database.scope(None) as session:
                return self._advance(session, message, row)[1]
        delivery = Delivery(row.raw, row.sender, row.type)
        try:
            envelope = decode(delivery, self.keys)
        except UnreadableMessage as error:
            self._park(delivery, error.reason, error.detail, message, row)
            return None
        if row.attempts > MAX_ATTEMPTS:
            self._park(delivery, "attempts", row.trouble or "process_died", message, row)
            return None
        return self._attempt(envelope, delivery, row.attempts)

    def _claim(self, message: str) -> Row[Any] | None:
        """Counts an attempt and commits that before it begins; None when another process has it or did it."""
        ready = is_message(self.me, message) & inbox.c.state.in_(("open", "discarded")) & inbox.c.applied.is_(None)
        with self.database.engine.begin() as connection:
            query = select(inbox.c.attempts).where(ready, inbox.c.next_attempt <= func.now())
            attempts = connection.scalar(query.with_for_update(skip_locked=True))
            if attempts is None:
                return None
            values = {"attempts": attempts + 1, "next_attempt": func.now() + retry_delay(attempts + 1)}
            statement = update(inbox).where(is_message(self.me, message)).values(**values)
            return connection.execute(statement.returning(inbox)).one()

    def _failed(self, envelope: Envelope, delivery: Delivery, attempts: int, error: Exception) -> None:
        """Notes why; the next attempt's time stands already. Only the kind of fault is kept, never its words."""
        trouble = error.code if isinstance(error, Refusal) else type(error).__name__
        log().warning("not_applied", type=envelope.type, message=envelope.id, attempts=attempts, trouble=trouble)
        final = isinstance(error, Refusal) and not isinstance(error, TRANSIENT)
        if final or attempts >= MAX_ATTEMPTS:
            self._park(delivery, "refused" if final else "attempts", trouble, envelope.id, envelope)
            return
        with self.database.engine.begin() as connection:
            connection.execute(update(inbox).where(is_message(self.me, envelope.id)).values(trouble=trouble))

    def _set_aside(self, delivery: Delivery, error: UnreadableMessage) -> None:
        """Parks a delivery seen for the first time."""
        order = error.envelope
        with self.database.engine.begin() as connection:
            # Truly signed, its place in the order is real, and what follows about this application waits for it.
            if order is not None and connection.scalar(REGISTER_PARKED, self._row(order.id, order)) is None:
                return
            park(connection, self.me, delivery, error.reason, error.detail, order.id if order else None, order)

    def _park(self, delivery: Delivery, reason: str, detail: str, message: str, order: Envelope | Row[Any]) -> None:
        """Parks what had been taken before."""
        with self.database.engine.begin() as connection:
            connection.execute(update(inbox).where(is_message(self.me, message)).values(state="parked", raw=None))
            park(connection, self.me, delivery, reason, detail, message, order)
