"""A service that listens and one that speaks."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.database.db import Database
from shared.identity.crypto import Keys
from tests.factories.messages.messaging import Hearing, Speaker, forget_everything


@pytest.fixture
def consular(database: Callable[[str], Database], key_folder: Path) -> Iterator[Hearing]:
    """The listening service, its inbox empty."""
    hearing = Hearing(database("consular"), key_folder)
    forget_everything(hearing.database)
    yield hearing
    forget_everything(hearing.database)


@pytest.fixture
def registry(key_folder: Path) -> Speaker:
    """The speaking service, about a new application."""
    return Speaker(Keys(key_folder, "civil_registry"))
