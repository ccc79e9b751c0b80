"""A server that answers nothing holds nobody for long, and a slow statement is not taken for one."""

import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as Silent

from shared import deadline
from shared.database.db import Database
from tests.factories.environment.servers.fault_proxy import Fault, FaultProxy, fault_proxy
from tests.factories.waiting import until


@pytest.fixture
def proxy(urls: dict[str, str]) -> Iterator[FaultProxy]:
    address = make_url(urls["consular"])
    with fault_proxy(address.host or "", address.port or 0) as between:
        yield between


@pytest.fixture
def database(urls: dict[str, str], proxy: FaultProxy) -> Iterator[Database]:
    """The service's database behind the proxy."""
    address = make_url(urls["consular"]).set(port=proxy.port)
    made = Database(address.render_as_string(hide_password=False), pool_size=4)
    yield made
    made.engine.dispose()


def ask(database: Database, statement: str = "SELECT 1") -> object:
    with database.scope("RUH") as session:
        return session.scalar(text(statement))


def failure(work: Callable[[], object]) -> tuple[type[BaseException], float]:
    """What the work raises, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises((DBAPIError, Silent)) as raised:
        work()
    return raised.type, time.monotonic() - began


def test_a_silent_server_ends_every_wait_within_four_seconds(database: Database, proxy: FaultProxy) -> None:
    assert ask(database) == 1
    proxy.fault = Fault.SILENT
    results: list[tuple[type[BaseException], float]] = []
    threads = [threading.Thread(target=lambda: results.append(failure(lambda: ask(database)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(results) == 4
    assert max(seconds for _, seconds in results) < 4.5


def test_a_silent_server_is_not_asked_again_by_everybody(database: Database, proxy: FaultProxy) -> None:
    assert ask(database) == 1
    proxy.fault = Fault.SILENT
    failure(lambda: ask(database))
    kind, seconds = failure(lambda: ask(database))
    assert (kind, seconds < 0.3) == (Silent, True)


def test_a_server_that_answers_again_is_used_again(database: Database, proxy: FaultProxy) -> None:
    ask(database)
    proxy.fault = Fault.SILENT
    failure(lambda: ask(database))
    proxy.fault = Fault.NONE
    until(lambda: not database.liveness.silent or answers(database))
    assert ask(database) == 1


def answers(database: Database) -> bool:
    try:
        return ask(database) == 1
    except (DBAPIError, Silent):
        return False


def test_a_slow_statement_is_not_taken_for_silence(database: Database) -> None:
    assert ask(database, "SELECT 5 FROM pg_sleep(2.5)") == 5
    assert not database.liveness.silent


def test_a_statement_ends_with_the_deadline_of_its_request(database: Database) -> None:
    def within_half_a_second() -> tuple[type[BaseException], float]:
        deadline.start(0.5)
        return failure(lambda: ask(database, "SELECT 5 FROM pg_sleep(20)"))

    kind, seconds = copy_context().run(within_half_a_second)
    assert kind is OperationalError
    assert seconds < 1.5
    assert ask(database) == 1


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.RESET])
def test_a_connection_that_breaks_is_replaced(database: Database, proxy: FaultProxy, fault: Fault) -> None:
    ask(database)
    proxy.fault = fault
    _, seconds = failure(lambda: ask(database))
    assert seconds < 4.5
    proxy.fault = Fault.NONE
    until(lambda: answers(database))
