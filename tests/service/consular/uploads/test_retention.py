"""How long files are kept: blobs that nobody uses are deleted, those that somebody uses never."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from services.consular.uploads import blobs, retention
from services.consular.uploads.intake import Intake
from services.consular.uploads.storage.disk import DiskStore
from services.consular.uploads.storage.sealed import SealedStore
from shared.errors import Unavailable
from shared.identity.actor import service
from tests.conftest import HOME, ServiceClient
from tests.factories.applications import Counter
from tests.factories.refusals import refuses
from tests.factories.uploads import image

JOB = service("consular", HOME)
PHOTO = image("JPEG", (70, 50))


@pytest.fixture
def intake(service_client: Callable[[str], ServiceClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Intake:
    """The service's intake with a store of its own, which the service uses as well."""
    extensions = service_client("consular").app.extensions
    changed = replace(extensions["intake"], storage=SealedStore(DiskStore(tmp_path), ["5e" * 32]))
    monkeypatch.setitem(extensions, "intake", changed)
    assert isinstance(changed, Intake)
    return changed


@pytest.fixture
def here(counter: Callable[..., Counter]) -> Counter:
    """An applicant with an empty draft."""
    started = counter()
    started.start("passport-renewal")
    return started


def addresses(intake: Intake) -> set[str]:
    """What lies in the store."""
    return {address for _, address in intake.storage.addresses()}


def age(intake: Intake, days: int, table: str, column: str) -> None:
    """Lets days pass for the rows of a table."""
    with intake.database.scope(HOME) as session:
        session.execute(text(f"UPDATE {table} SET {column} = {column} - make_interval(days => :days)"), {"days": days})  # noqa: S608


def run(intake: Intake) -> tuple[int, int]:
    """The job: how many uploads ended, how many blobs were deleted."""
    with intake.database.scope(HOME) as session:
        ended = retention.end_due(session, JOB)
    return ended, retention.delete_unused(intake, JOB)


def test_equal_files_are_stored_once_and_stay_until_the_last_use_ends(intake: Intake, here: Counter) -> None:
    papers = [here.upload("photo", PHOTO).get_json()["paper"]["id"] for _ in "ab"]
    stored = addresses(intake)
    assert len(stored) == 3
    here.ask_as_applicant("DELETE", f"/papers/{papers[0]}")
    age(intake, 2, "paper", "removed_at")
    age(intake, 2, "stored_blob", "reserved_at")
    assert run(intake) == (1, 0)
    assert here.client.get(f"/papers/{papers[1]}", here.person.actor).status_code == 200
    here.ask_as_applicant("DELETE", f"/papers/{papers[1]}")
    assert run(intake) == (0, 0)
    assert addresses(intake) == stored
    age(intake, 2, "paper", "removed_at")
    assert run(intake) == (1, 3)
    assert addresses(intake) == set()
    assert run(intake) == (0, 0)


def test_files_of_a_closed_application_are_kept_for_ninety_days(intake: Intake, here: Counter) -> None:
    paper = here.upload("photo", PHOTO).get_json()["paper"]["id"]
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "k"}).status_code == 200
    age(intake, 89, "application", "changed_at")
    age(intake, 89, "stored_blob", "reserved_at")
    assert run(intake) == (0, 0)
    assert here.client.get(f"/papers/{paper}", here.person.actor).status_code == 200
    age(intake, 2, "application", "changed_at")
    assert run(intake) == (1, 3)
    assert here.client.get(f"/papers/{paper}", here.person.actor).status_code == 404


def test_what_a_crash_left_without_a_use_is_deleted_after_a_day(intake: Intake) -> None:
    intake.take(HOME, PHOTO, "photo")
    assert len(addresses(intake)) == 3
    assert run(intake) == (0, 0)
    age(intake, 2, "stored_blob", "reserved_at")
    assert run(intake) == (0, 3)
    assert addresses(intake) == set()


def test_a_deletion_that_was_interrupted_is_finished(intake: Intake) -> None:
    intake.take(HOME, PHOTO, "photo")
    age(intake, 2, "stored_blob", "reserved_at")
    with intake.database.scope(HOME) as session:
        marked = blobs.mark_unused(session)
    intake.storage.delete(*marked[0])
    with refuses("storage_busy", Unavailable):
        intake.take(HOME, PHOTO, "photo")
    assert run(intake) == (0, 3)
    assert intake.take(HOME, PHOTO, "photo").size > 0
    age(intake, 2, "stored_blob", "reserved_at")
    assert run(intake) == (0, 3)


def test_an_upload_again_before_the_deletion_keeps_the_blob(intake: Intake, here: Counter) -> None:
    intake.take(HOME, PHOTO, "photo")
    age(intake, 2, "stored_blob", "reserved_at")
    paper = here.upload("photo", PHOTO).get_json()["paper"]["id"]
    age(intake, 2, "stored_blob", "reserved_at")
    assert run(intake) == (0, 0)
    assert here.client.get(f"/papers/{paper}", here.person.actor).status_code == 200


def test_another_missions_blobs_are_out_of_reach(intake: Intake) -> None:
    intake.take(HOME, image("JPEG", (33, 44)), "photo")
    age(intake, 2, "stored_blob", "reserved_at")
    elsewhere = service("consular", "BER")
    assert retention.delete_unused(intake, elsewhere) == 0
    assert len(addresses(intake)) == 3
    with intake.database.scope("BER") as session:
        assert session.scalar(text("SELECT count(*) FROM stored_blob")) == 0
    assert run(intake) == (0, 3)
