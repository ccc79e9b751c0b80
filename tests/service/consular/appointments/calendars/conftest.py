"""What the tests of calendars share: a desk of two people, and seats that are free again afterwards."""

from collections.abc import Callable, Iterator

import pytest

from deploy.dev.postgres import Postgres
from deploy.platform.database import DATABASE, connect_as_admin
from shared.database.db import Database
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.approvals import Signing


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def desk(counter: Callable[..., Counter]) -> Signing:
    return Signing(counter().client, HOME)


@pytest.fixture(autouse=True)
def untouched(cluster: Postgres, consular: Database) -> Iterator[None]:
    """What a test changed at the desk is as it was."""
    assert consular
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("DELETE FROM consular.turn")
        connection.execute("DELETE FROM consular.reserved_seat")
        connection.execute("DELETE FROM consular.closure WHERE scope IS NOT NULL")
        connection.execute("DELETE FROM consular.opening WHERE approver LIKE 'officer%'")
        connection.execute("UPDATE consular.opening SET valid_to = NULL WHERE mission = 'RUH'")
        connection.execute("DELETE FROM consular.turn_rule WHERE scope IS NOT NULL")
        connection.execute("DELETE FROM consular.weekend WHERE scope IS NOT NULL")
        connection.execute("DELETE FROM consular.proposal")
