"""The command about uploads: it moves what is left, and says what the store and the rows do not share."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.platform import uploads
from services.consular.uploads.intake import Intake
from services.consular.uploads.storage.disk import DiskStore
from services.consular.uploads.storage.sealed import SealedStore
from tests.conftest import HOME, ServiceClient
from tests.factories.uploads import image


@pytest.fixture
def intake(service_client: Callable[[str], ServiceClient], tmp_path: Path) -> Intake:
    """The service's intake with a store of its own and no rows of others."""
    own: Intake = service_client("consular").app.extensions["intake"]
    with own.database.scope(HOME) as session:
        session.execute(text("DELETE FROM blob_use"))
        session.execute(text("DELETE FROM stored_blob"))
    return replace(own, storage=SealedStore(DiskStore(tmp_path), ["5e" * 32]))


def test_what_is_missing_and_what_is_too_much_is_named(intake: Intake, capsys: pytest.CaptureFixture[str]) -> None:
    taken = intake.take(HOME, image("JPEG", (61, 47)), "photo")
    assert uploads.compare(intake, delete=False) == 0
    assert "3 blobs, 0 missing, 0 without a row" in capsys.readouterr().out
    lost, stray = taken.files[0].address, "ab" * 32
    intake.storage.delete(HOME, lost)
    intake.storage.put(HOME, stray, b"left by a restore")
    assert uploads.compare(intake, delete=False) == 1
    said = capsys.readouterr().out
    assert f"missing: {HOME} {lost}" in said and f"without a row: {HOME} {stray}" in said
    assert uploads.compare(intake, delete=True) == 1
    assert (HOME, stray) not in set(intake.storage.addresses())


def test_the_command_moves_nothing_twice(intake: Intake) -> None:
    assert uploads.transfer_all(intake) == 0
