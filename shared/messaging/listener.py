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
from shared.messaging.inbox_statements import DONE, REGISTER, SET_ASIDE, TAKE_FIRST_PLACE, TAKE_NEXT_PLACE
from shared.messaging.messages import Delivery, Envelope, Unreadable, decode
from shared.messaging.retries import WAITS, wait

Handler = Callable[[Session, Envelope], None]
MOST_ATTEMPTS = len(WAITS) + 1
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
        except Unreadable as wrong:
            self._set_aside(delivery, wrong)
            return
        attempts = self._register(envelope, delivery)
        if attempts:
            self._resume_all(self._attempt(envelope, delivery, attempts))

    def apply_due(self) -> int:
        """Retries whose time has come, gaps that have closed, replays that people asked for. Gives how many."""
        with self.database.engine.connect() as connection:
            again = connection.execute(replays(self.me)).all()
        for row in again:
            self.take(Delivery(row.raw, row.exchange, row.routing_key, row.content_type))
            with self.database.engine.begin() as connection:
                connection.execute(update(parked).where(parked.c.id == row.id).values(replayed=func.now()))
        with self.database.engine.connect() as connection:
            due = connection.scalars(due_messages(self.me)).all()
        for message in due:
            self._resume_all(message)
        return len(again) + len(due)

    def _register(self, envelope: Envelope, delivery: Delivery) -> int:
        """Makes the message safe, and counts the attempt that follows at once: a crash in it must count too.

        Gives 0 when there is nothing to attempt now: known, too old, or too early.
        """
        with self.database.engine.begin() as connection:
            row = self._row(envelope.id, envelope) | {"the_raw": delivery.raw, "the_wait": wait(1)}
            return connection.scalar(REGISTER, row) or 0

    def _row(self, message: str, said: Envelope | Row[Any]) -> dict[str, Any]:
        place = {"the_sender": said.sender, "the_about": said.about, "the_sequence": said.sequence}
        return {"the_consumer": self.me, "the_message": message, "the_type": said.type, **place}

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
        except Exception as failed:
            self._failed(envelope, delivery, attempts, failed)
            return None
        finally:
            request_id.reset(token)

    def _advance(self, session: Session, message: str, said: Envelope | Row[Any]) -> tuple[bool, str | None]:
        """Takes this message's place in the order, or ignores it; gives what has been waiting for the place after."""
        row = self._row(message, said)
        in_turn = session.scalar(TAKE_FIRST_PLACE if said.sequence == 1 else TAKE_NEXT_PLACE, row) is not None
        follower = session.scalar(DONE, row | {"the_in_turn": in_turn})
        return in_turn, follower if in_turn else None

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
        except Unreadable as wrong:
            self._park(delivery, wrong.reason, wrong.detail, message, row)
            return None
        if row.attempts > MOST_ATTEMPTS:
            self._park(delivery, "attempts", row.trouble or "process_died", message, row)
            return None
        return self._attempt(envelope, delivery, row.attempts)

    def _claim(self, message: str) -> Row[Any] | None:
        """Counts an attempt and commits that before it begins; None when another process has it or did it."""
        ready = is_message(self.me, message) & inbox.c.state.in_(("open", "discarded")) & inbox.c.applied.is_(None)
        with self.database.engine.begin() as connection:
            made = select(inbox.c.attempts).where(ready, inbox.c.next_attempt <= func.now())
            attempts = connection.scalar(made.with_for_update(skip_locked=True))
            if attempts is None:
                return None
            counted = {"attempts": attempts + 1, "next_attempt": func.now() + wait(attempts + 1)}
            mine = update(inbox).where(is_message(self.me, message)).values(**counted)
            return connection.execute(mine.returning(inbox)).one()

    def _failed(self, envelope: Envelope, delivery: Delivery, attempts: int, failed: Exception) -> None:
        """Notes why; the next attempt's time stands already. Only the kind of fault is kept, never its words."""
        trouble = failed.code if isinstance(failed, Refusal) else type(failed).__name__
        log().warning("not_applied", type=envelope.type, message=envelope.id, attempts=attempts, trouble=trouble)
        final = isinstance(failed, Refusal) and not isinstance(failed, TRANSIENT)
        if final or attempts >= MOST_ATTEMPTS:
            self._park(delivery, "refused" if final else "attempts", trouble, envelope.id, envelope)
            return
        with self.database.engine.begin() as connection:
            connection.execute(update(inbox).where(is_message(self.me, envelope.id)).values(trouble=trouble))

    def _set_aside(self, delivery: Delivery, wrong: Unreadable) -> None:
        """Parks a delivery seen for the first time."""
        said = wrong.envelope
        with self.database.engine.begin() as connection:
            # Truly signed, its place in the order is real, and what follows about this application waits for it.
            if said is not None and connection.scalar(SET_ASIDE, self._row(said.id, said)) is None:
                return
            park(connection, self.me, delivery, wrong.reason, wrong.detail, said.id if said else None, said)

    def _park(self, delivery: Delivery, reason: str, detail: str, message: str, said: Envelope | Row[Any]) -> None:
        """Parks what had been taken before."""
        with self.database.engine.begin() as connection:
            connection.execute(update(inbox).where(is_message(self.me, message)).values(state="parked", raw=None))
            park(connection, self.me, delivery, reason, detail, message, said)
