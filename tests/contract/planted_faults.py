"""Faults planted on purpose, one for each test that must see it; used as a pytest plugin in a process of its own."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, Select, func, select, text
from sqlalchemy.orm import Session

from services.consular.uploads.blobs import SERVED
from services.consular.uploads.decoding.result import Decoded
from services.consular.uploads.intake import Intake, TakenFile
from services.gateway.accounts import sessions
from services.gateway.accounts.identity import find
from services.gateway.accounts.model import Account
from services.gateway.accounts.throttle import SIGN_IN_BY_ACCOUNT
from services.gateway.pages.account.sign_in import sign_in
from services.gateway.web.access.throttling import slow_down
from shared.database import pending
from shared.identity.actor import Actor
from shared.messaging import outbox, relay
from shared.messaging.bus import OutgoingMessage
from shared.messaging.bus.rabbitmq import RabbitPublisher
from shared.messaging.listener import Listener
from shared.messaging.messages import Delivery
from shared.messaging.outbox import outbox as table
from shared.messaging.runs import Run
from shared.values import references
from shared.values.money import Money
from tests.contract import worker_process

write_at_end, due, take, store = pending.write_at_end, relay.due_rows, Listener.take, Intake.store
RELAY, LISTENER, CONSUME, WORKER, RABBIT, WALLS, MONEY, SESSIONS, IDENTITY, UPLOADS = (
    "tests/service/shared/messaging/test_relay.py::",
    "tests/service/shared/messaging/test_listener.py::",
    "tests/service/shared/messaging/test_worker.py::",
    "tests/contract/test_worker.py::",
    "tests/contract/test_rabbitmq.py::",
    "tests/architecture/test_database.py::",
    "tests/unit/shared/values/test_values.py::",
    "tests/service/gateway/accounts/test_sessions.py::",
    "tests/service/gateway/accounts/test_identity.py::",
    "tests/service/consular/api/test_uploads.py::",
)


def write_beside_the_change(session: Any, part: Any, row: Any) -> None:
    """The dual write: the message does not wait for the commit of its change."""
    if part is not outbox._EMIT:
        write_at_end(session, part, row)
        return
    with Session(session.get_bind()) as own, own.begin():
        write_at_end(own, part, row)
        pending.write(own)


class HighWaterMark:
    """Sends what is newer than what was sent last, and so forgets whatever commits late."""

    def __call__(self, most: int) -> Select[Any]:
        """Like `due`, by time instead of by flag."""
        newer = select(func.max(table.c.created)).where(table.c.sent.is_not(None)).scalar_subquery()
        return due(most).where(newer.is_(None) | (table.c.created > newer))


def note_before_the_effect(self: Listener, run: Run, attempts: int = 1) -> list[str] | None:
    """The messages count as applied in one commit, and have their effects in another."""
    with self.database.scope(run.mission) as session:
        followers = self._take_positions(session, [run.position])[run.position.key]
    try:
        with self.database.scope(run.mission) as session:
            for message in run.messages:
                self.handlers[message.envelope.type](session, message.envelope)
    except Exception as failed:
        self._failed(run, attempts, failed)
    return followers


def take_the_first(self: Listener, *deliveries: Delivery) -> None:
    """The whole batch is acknowledged once its first message is committed."""
    take(self, *deliveries[:1])


def all_at_once(rows: Any) -> list[Any]:
    """A later message leaves although the one before it is not confirmed."""
    return [list(rows)]


def confirm_nothing(self: RabbitPublisher, messages: Sequence[OutgoingMessage]) -> dict[str, str]:
    """Sent is taken for arrived: no confirmation is waited for."""
    with self.guard():
        for outgoing in messages:
            self._send(outgoing)
    self.unconfirmed.clear()
    return {}


def find_in_any_mission(session: Session, _actor: Actor, typed: str) -> Account:
    """The claim of an account that another mission serves is found as well."""
    return session.scalars(select(Account).where(Account.claim == references.clean(typed))).one()


def serve_as_sent(self: Intake, mission: str, data: bytes, decoded: Decoded, state: str) -> TakenFile:
    """What is shown to officers is the very file that somebody sent."""
    sent = [replace(file, content=data) if file.role == SERVED else file for file in decoded.files]
    return store(self, mission, data, replace(decoded, files=sent), state)


def without_walls(engine: Engine, question: str, **params: object) -> list[tuple[object, ...]]:
    """As the database would answer without the wall around one table; the plant is rolled back."""
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE consular.fee_order NO FORCE ROW LEVEL SECURITY"))
        return [tuple(row) for row in connection.execute(text(question), params)]


def split_by_floats(self: Money, weights: Sequence[int]) -> list[Money]:
    """Parts by fractions, each rounded for itself."""
    return [Money(round(self.amount * (weight / sum(weights))), self.currency) for weight in weights]


Plant = Callable[[pytest.MonkeyPatch], None]
# By the test that must see it.
PLANTS: dict[str, Plant] = {
    f"{RELAY}test_a_change_that_is_rolled_back_says_nothing_and_leaves_no_gap": lambda patch: patch.setattr(
        pending, "write_at_end", write_beside_the_change
    ),
    f"{RELAY}test_a_row_committed_later_than_its_neighbours_is_still_sent": lambda patch: patch.setattr(
        relay, "due_rows", HighWaterMark()
    ),
    f"{RELAY}test_a_letter_in_trouble_waits_longer_each_time_and_holds_up_only_its_own_application": (
        lambda patch: patch.setattr(relay, "waves", all_at_once)
    ),
    f"{LISTENER}test_a_failure_that_passes_is_made_good": lambda patch: patch.setattr(
        Listener, "_attempt", note_before_the_effect
    ),
    f"{CONSUME}test_a_batch_is_acknowledged_once_all_of_it_is_safe": lambda patch: patch.setattr(
        Listener, "take", take_the_first
    ),
    f"{RABBIT}test_a_letter_the_broker_refuses_is_told_from_those_it_took": lambda patch: patch.setattr(
        RabbitPublisher, "publish", confirm_nothing
    ),
    f"{WALLS}test_every_table_of_missions_is_walled[consular]": lambda patch: patch.setattr(
        "tests.architecture.test_database.ask", without_walls
    ),
    f"{MONEY}test_parts_sum_to_the_whole": lambda patch: patch.setattr(Money, "split", split_by_floats),
    # A stolen session outlives the password that was changed because of it.
    f"{SESSIONS}test_a_new_password_ends_every_other_session": lambda patch: patch.setattr(
        sessions, "close_others", lambda *_: 0
    ),
    # Every way to write an address has tries of its own.
    f"{SESSIONS}test_every_spelling_of_an_account_counts_as_the_account": lambda patch: patch.setattr(
        sign_in, "_slow_down", lambda typed: slow_down(SIGN_IN_BY_ACCOUNT, typed)
    ),
    f"{IDENTITY}test_another_missions_officer_finds_no_claim": lambda patch: patch.setattr(
        find, "find_claim", find_in_any_mission
    ),
    f"{UPLOADS}test_the_original_is_in_no_answer": lambda patch: patch.setattr(Intake, "store", serve_as_sent),
    # Grows in the worker's own process.
    f"{WORKER}test_a_worker_killed_between_two_commits_leaves_no_effect_twice_or_undone[embedded-before_ack]": (
        lambda patch: patch.setenv(worker_process.PLANT, "ack_first")
    ),
}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Each test runs with its fault, and with no other."""
    with pytest.MonkeyPatch.context() as patch:
        PLANTS[item.nodeid](patch)
        return (yield)
