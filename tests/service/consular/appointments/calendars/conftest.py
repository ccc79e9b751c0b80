"""What the tests of calendars share: a desk of two people, and seats that are free again afterwards."""

from collections.abc import Callable

import pytest

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
def _restored(restored_calendar: None) -> None:
    """What a test changed at the desk is as it was."""
