"""Fixtures of the tests about seats that are given: each begins without draws, seats, entries and turns."""

from collections.abc import Callable, Iterator

import pytest

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from shared.database.db import Database

TABLES = (
    *("turn_confirmation", "intention_member", "intention", "draw_file", "draw", "reserved_seat", "waiting_entry"),
    *("attendance", "turn"),
)


@pytest.fixture(autouse=True)
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture(autouse=True)
def empty(cluster: Postgres) -> Iterator[None]:
    """Nothing of one test is left to the next."""
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        # Published files refuse even this, unless triggers sleep.
        connection.execute("SET session_replication_role = replica")
        for table in TABLES:
            connection.execute(f"DELETE FROM consular.{table}")  # noqa: S608
        connection.execute("DELETE FROM consular.seat_rule WHERE approver = 'test'")


@pytest.fixture
def by_draw(cluster: Postgres) -> None:
    """Riyadh gives its seats by draw alone."""
    _give(cluster, "draw")


@pytest.fixture
def by_file(cluster: Postgres) -> None:
    """Riyadh gives its seats to complete files alone."""
    _give(cluster, "file")


def _give(cluster: Postgres, mode: str) -> None:
    rule = f"'test', 'RUH', NULL, '{mode}', '10:00', 60, 48, 8, 1, 4, 5, true, '2024-01-02', 'test', 'L', 'test'"
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(f"INSERT INTO consular.seat_rule SELECT {rule}")
