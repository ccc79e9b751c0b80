"""The door to PostgreSQL: dead connections are replaced before anybody is given one, and the clock stands still."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, text

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import connect_as_admin
from shared.database.db import Database, now

END_ALL = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'consular'"


def test_connections_the_server_closed_are_never_handed_out(cluster: Postgres, urls: dict[str, str]) -> None:
    database = Database(urls["consular"], pool_size=2)
    with database.scope("RUH") as one, database.scope("BER") as other:
        numbers = {session.scalar(text("SELECT pg_backend_pid()")) for session in (one, other)}
    with connect_as_admin(cluster.admin_url) as admin:
        assert admin.execute(END_ALL).fetchall()
    with database.scope("RUH") as one, database.scope("BER") as other:
        again = {session.scalar(text("SELECT pg_backend_pid()")) for session in (one, other)}
    assert len(numbers) == len(again) == 2
    assert not numbers & again
    database.engine.dispose()


def test_the_clock_of_a_transaction_is_the_databases_and_stands_still(database: Callable[[str], Database]) -> None:
    with database("consular").scope("RUH") as session:
        assert now(session) == session.scalar(select(func.now())) == now(session)
        assert now(session).utcoffset() == timedelta(0)
    with database("consular").scope(None) as later:
        assert now(later) > now(session)
