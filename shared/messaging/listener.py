"""Applies what the bus delivers: once, in order, in one commit with its effect; what cannot be applied is parked.

The database alone decides. A message is safe here from its first commit on, so the bus may forget it, deliver it twice
or out of order, and this process may die at any instruction.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.database.db import Database
from shared.errors import Conflict, Refusal, Unavailable
from shared.identity.crypto import Keys
from shared.logs import log, request_id
from shared.messaging.handlers import Addressed, Handler
from shared.messaging.inbox import due_messages, inbox, is_message, park, parked, replays
from shared.messaging.inbox_statements import GIVE_UP, REGISTER, REGISTER_PARKED, RELEASE, TAKE
from shared.messaging.messages import Delivery, Envelope, UnreadableMessage, decode
from shared.messaging.retries import RETRY_DELAYS, retry_delay
from shared.messaging.runs import Key, Position, Received, Run, position_columns, runs_of
from shared.observation import traces

MAX_ATTEMPTS = len(RETRY_DELAYS) + 1
# These may pass by themselves; any other refusal is final.
TRANSIENT = (Unavailable, Conflict)
# A transaction ends after the message that takes it past this: what it locked, others wait for.
RUN_SECONDS = 2.0


class OutOfOrder(Exception):
    """The place of a run in the order is not free: others were faster, or what comes before it is still missing."""


class Listener:
    """One service's ear. Several processes of the same service may listen at once.

    `go_on` is asked between two messages: it may note the progress, and stop the work by a False.
    """

    def __init__(
        self, database: Database, keys: Keys, handlers: Mapping[str, Handler], go_on: Callable[[], bool] = lambda: True
    ) -> None:
        self.database = database
        self.keys = keys
        self.me = keys.me
        self.handlers = handlers
        self.go_on = go_on

    def take(self, *deliveries: Delivery) -> None:
        """Returns once each message is applied, waits in the database or is parked: the bus may then forget them."""
        received: dict[str, Received] = {}
        for delivery in deliveries:
            try:
                envelope = decode(delivery, self.keys)
            except UnreadableMessage as error:
                self._set_aside(delivery, error)
            else:
                received.setdefault(envelope.id, Received(envelope, delivery))
        if received:
            runs, left_over = runs_of(self._register(list(received.values())))
            self._release(left_over)
            self._apply(runs)

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
        self._resume_all(message_ids)
        return len(replay_rows) + len(message_ids)

    def _register(self, received: Sequence[Received]) -> list[Received]:
        """Makes messages safe, and counts the attempts that follow at once: a crash in them must count too.

        Gives those to attempt now. The others are known, too old, or too early.
        """
        envelopes = [message.envelope for message in received]
        columns = {
            "messages": [envelope.id for envelope in envelopes],
            "senders": [envelope.sender for envelope in envelopes],
            "abouts": [envelope.about for envelope in envelopes],
            "sequences": [envelope.sequence for envelope in envelopes],
            "types": [envelope.type for envelope in envelopes],
            "raws": [message.delivery.raw for message in received],
            "waits": [retry_delay(1) for _ in received],
        }
        with self.database.engine.begin() as connection:
            counted = set(connection.scalars(REGISTER, {"consumer": self.me, **columns}))
        return [message for message in received if message.envelope.id in counted]

    def _apply(self, runs: Sequence[Run]) -> None:
        """Applies runs whose attempts are counted: each in one transaction, those without effect in one for all."""
        with_effect, without_effect = deque[Run](), list[Run]()
        for run in runs:
            has_effect = any(self._handler_of(message.envelope) for message in run.messages)
            (with_effect if has_effect else without_effect).append(run)
        failed = [] if self._pass_over(without_effect) else without_effect
        while with_effect and self.go_on():
            run = with_effect.popleft()
            followers = self._attempt(run)
            if followers is None and len(run.messages) > 1:
                failed.append(run)
            self._resume_all(followers or ())
        self._release([message for run in with_effect for message in run.position.ids])
        # Last, so that an application in trouble delays the others once only.
        for run in failed:
            self._apply_singly(run)

    def _apply_singly(self, run: Run) -> None:
        """After a failure of the run as a whole: as far as it goes, so that a bad message undoes no other."""
        for number, message in enumerate(run.messages):
            if not self.go_on():
                self._release(run.position.ids[number:])
                return
            followers = self._attempt(Run((message,)))
            if followers is None:
                # What follows waits for this one, and has had no attempt of its own.
                self._release(run.position.ids[number + 1 :])
                return
            self._resume_all(followers)

    def _pass_over(self, runs: Sequence[Run]) -> bool:
        """Counts messages without effect as applied, in one transaction. False when that failed."""
        if not runs:
            return True
        try:
            with self.database.engine.begin() as connection:
                taken = self._take_positions(connection, [run.position for run in runs])
        except SQLAlchemyError as error:
            log().warning("not_passed_over", trouble=type(error).__name__)
            return False
        log().info("passed_over", messages=sum(len(run.position.ids) for run in runs if run.position.key in taken))
        self._release([message for run in runs if run.position.key not in taken for message in run.position.ids])
        self._resume_all(chain.from_iterable(taken.values()))
        return True

    def _attempt(self, run: Run, attempts: int = 1) -> list[str] | None:
        """One attempt, already counted. Gives the messages that waited for this one; None when it failed."""
        try:
            with self.database.scope(run.mission) as session:
                reached, followers = self._apply_run(session, run)
        except OutOfOrder:
            self._release(run.position.ids)
            return []
        except Exception as error:
            self._failed(run, attempts, error)
            return None
        for message in run.messages[:reached]:
            envelope = message.envelope
            log().info("heard", type=envelope.type, message=envelope.id, sender=envelope.sender)
        return followers

    def _apply_run(self, session: Session, run: Run) -> tuple[int, list[str]]:
        """Handles the messages in order, as far as time allows. Gives how many, and what waited for them."""
        taken = self._take_positions(session, [run.position])
        if not taken:
            raise OutOfOrder
        reached, until = 0, time.monotonic() + RUN_SECONDS
        while reached < len(run.messages) and (not reached or (self.go_on() and time.monotonic() < until)):
            self._handle(session, run.messages[reached].envelope)
            reached += 1
        if unreached := run.messages[reached:]:
            session.execute(GIVE_UP, self._unreached_columns(run.position, unreached))
            return reached, []
        return reached, taken[run.position.key]

    def _unreached_columns(self, position: Position, unreached: Sequence[Received]) -> dict[str, Any]:
        return {
            "consumer": self.me,
            "sender": position.sender,
            "about": position.about,
            "reached": unreached[0].envelope.sequence - 1,
            "messages": [message.envelope.id for message in unreached],
            "raws": [message.delivery.raw for message in unreached],
        }

    def _handle(self, session: Session, envelope: Envelope) -> None:
        handler = self._handler_of(envelope)
        token = request_id.set(envelope.correlation)
        try:
            if handler is not None:
                with traces.span(f"handle {envelope.type}", "consumer", envelope.traceparent, sender=envelope.sender):
                    handler(session, envelope)
        finally:
            request_id.reset(token)

    def _handler_of(self, envelope: Envelope) -> Handler | None:
        """What is to be done about a message; None where it has no effect here."""
        handler = self.handlers.get(envelope.type)
        return None if isinstance(handler, Addressed) and not handler.concerns(envelope) else handler

    def _take_positions(self, session: Session | Connection, wanted: Sequence[Position]) -> dict[Key, list[str]]:
        """Takes places in the order and notes their messages as applied; rolled back with the rest where that fails.

        Gives what has been waiting, by the keys of the places that were free.
        """
        messages = [message for position in wanted for message in position.ids]
        rows = session.execute(TAKE, {"consumer": self.me, "messages": messages, **position_columns(wanted)})
        return {(sender, about): followers for sender, about, followers in rows}

    def _release(self, messages: Sequence[str]) -> None:
        """Takes back attempts that were counted and not made; what others have applied meanwhile is ignored."""
        if messages:
            with self.database.engine.begin() as connection:
                connection.execute(RELEASE, {"consumer": self.me, "messages": list(messages)})

    def _resume_all(self, messages: Iterable[str]) -> None:
        """Attempts messages from the database, each followed by those that waited for it."""
        left = deque(messages)
        while left and self.go_on():
            left.extendleft(self._resume(left.popleft()))

    def _resume(self, message: str) -> list[str]:
        row = self._claim(message)
        if row is None:
            return []
        if row.state == "discarded":
            position = Position(row.sender, row.about, row.sequence, row.sequence, [message])
            with self.database.engine.begin() as connection:
                if taken := self._take_positions(connection, [position]):
                    return taken[position.key]
            self._release([message])
            return []
        delivery = Delivery(row.raw, row.sender, row.type)
        try:
            envelope = decode(delivery, self.keys)
        except UnreadableMessage as error:
            self._park(delivery, error.reason, error.detail, message, row)
            return []
        if row.attempts > MAX_ATTEMPTS:
            self._park(delivery, "attempts", row.trouble or "process_died", message, row)
            return []
        return self._attempt(Run((Received(envelope, delivery),)), row.attempts) or []

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

    def _failed(self, run: Run, attempts: int, error: Exception) -> None:
        """Notes why; the next attempt's time stands already. Only the kind of fault is kept, never its words.

        Which message of several is to blame is found by attempting each alone.
        """
        trouble = error.code if isinstance(error, Refusal) else type(error).__name__
        if len(run.messages) > 1:
            log().warning("run_not_applied", messages=len(run.messages), trouble=trouble)
            return
        envelope, delivery = run.messages[0].envelope, run.messages[0].delivery
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
            if order is not None and connection.scalar(REGISTER_PARKED, parked_row(self.me, order)) is None:
                return
            park(connection, self.me, delivery, error.reason, error.detail, order.id if order else None, order)

    def _park(self, delivery: Delivery, reason: str, detail: str, message: str, order: Envelope | Row[Any]) -> None:
        """Parks what had been taken before, unless it is applied: a commit may succeed whose answer is lost."""
        open_message = is_message(self.me, message) & inbox.c.applied.is_(None)
        with self.database.engine.begin() as connection:
            if connection.execute(update(inbox).where(open_message).values(state="parked", raw=None)).rowcount:
                park(connection, self.me, delivery, reason, detail, message, order)


def parked_row(consumer: str, order: Envelope) -> dict[str, Any]:
    """The parameters of REGISTER_PARKED."""
    place = {"sender": order.sender, "about": order.about, "sequence": order.sequence}
    return {"consumer": consumer, "message": order.id, "type": order.type, **place}
