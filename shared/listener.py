"""Applies what the bus delivers: once, in order, in one commit with its effect; what cannot be applied is parked.

The database alone decides. A message is safe here from its first commit on, so the bus may forget it, deliver it twice
or out of order, and this process may die at any instruction.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from shared.crypto import Keys
from shared.db import Database
from shared.errors import Conflict, Refusal, Unavailable
from shared.inbox import at_place, due_messages, inbox, inbox_place, is_message, park, parked, replays
from shared.logs import log, request_id
from shared.messages import Delivery, Envelope, Unreadable, decode
from shared.retries import WAITS, wait

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
        applied = func.coalesce(select(inbox_place.c.applied).where(at_place(self.me, envelope)).scalar_subquery(), 0)
        here = literal(envelope.sequence)
        row = self._row(envelope) | {
            "raw": delivery.raw,
            "state": case((here <= applied, "ignored"), else_="open"),
            "attempts": case((here == applied + 1, 1), else_=0),
            "next_attempt": case((here == applied + 1, func.now() + wait(1)), else_=func.now()),
        }
        new = upsert(inbox).values(**row).on_conflict_do_nothing().returning(inbox.c.attempts)
        with self.database.engine.begin() as connection:
            return connection.scalar(new) or 0

    def _row(self, envelope: Envelope) -> dict[str, Any]:
        fields = {name: getattr(envelope, name) for name in ("sender", "about", "sequence", "type")}
        return {"consumer": self.me, "message": envelope.id, **fields}

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
        """Takes this message's place in the order, or ignores it; gives what has been waiting for the place after.

        The row of the place is locked: a rival waits here, then finds the place taken.
        """
        if said.sequence == 1:
            first = {"consumer": self.me, "sender": said.sender, "about": said.about, "applied": 1}
            moved = session.execute(upsert(inbox_place).values(**first).on_conflict_do_nothing().returning(literal(1)))
        else:
            before = at_place(self.me, said) & (inbox_place.c.applied == said.sequence - 1)
            place = update(inbox_place).where(before).values(applied=said.sequence)
            moved = session.execute(place.returning(literal(1)))
        in_turn = moved.first() is not None
        undone = is_message(self.me, message) & inbox.c.applied.is_(None)
        state = case((inbox.c.state == "open", "applied"), else_=inbox.c.state) if in_turn else literal("ignored")
        done = update(inbox).where(undone).values(state=state, applied=func.now(), raw=None)
        follower = session.scalar(done.returning(_follower(self.me, said)))
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
            if said is not None:
                # Truly signed, so its place in the order is real: what follows about this application waits for it.
                row = self._row(said) | {"state": "parked", "attempts": 0, "next_attempt": func.now()}
                new = upsert(inbox).values(**row).on_conflict_do_nothing().returning(inbox.c.attempts)
                if connection.scalar(new) is None:
                    return
            park(connection, self.me, delivery, wrong.reason, wrong.detail, said.id if said else None, said)

    def _park(self, delivery: Delivery, reason: str, detail: str, message: str, said: Envelope | Row[Any]) -> None:
        """Parks what had been taken before."""
        with self.database.engine.begin() as connection:
            connection.execute(update(inbox).where(is_message(self.me, message)).values(state="parked", raw=None))
            park(connection, self.me, delivery, reason, detail, message, said)


def _follower(me: str, said: Envelope | Row[Any]) -> ColumnElement[str]:
    after = inbox.alias("after")
    waits = (
        (after.c.consumer == me)
        & (after.c.sender == said.sender)
        & (after.c.about == said.about)
        & (after.c.sequence == said.sequence + 1)
        & after.c.state.in_(("open", "discarded"))
        & after.c.applied.is_(None)
    )
    return select(after.c.message).where(waits).limit(1).scalar_subquery()
