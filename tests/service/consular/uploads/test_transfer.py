"""Bytes that earlier versions kept in rows: moved once, whatever interrupts it, and never shown as they were sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from deploy.demo.days import today as home_today
from services.consular.people.model import Mandate
from services.consular.uploads import blobs, transfer
from services.consular.uploads.blobs import ORIGINAL, SERVED
from services.consular.uploads.intake import Intake
from services.consular.uploads.model import BlobUse, Upload
from services.consular.uploads.storage.disk import DiskStore
from services.consular.uploads.storage.sealed import SealedStore
from shared.errors import Unavailable
from shared.identity.actor import service
from shared.values import references
from tests.conftest import HOME, ServiceClient
from tests.factories.applications import Counter
from tests.factories.refusals import refuses
from tests.factories.uploads import PDF, image

JOB = service("consular", HOME)
PLACE = b"the place where it was taken"
TALKATIVE = image("JPEG", comment=PLACE)
# What earlier versions took for a JPEG and a PDF.
NO_JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 40 + b"\xff\xd9"


@pytest.fixture
def intake(service_client: Callable[[str], ServiceClient], tmp_path: Path) -> Intake:
    """The service's intake with a store of its own."""
    own: Intake = service_client("consular").app.extensions["intake"]
    return replace(own, storage=SealedStore(DiskStore(tmp_path), ["5e" * 32]))


@pytest.fixture
def here(counter: Callable[..., Counter]) -> Counter:
    """An applicant with an empty draft."""
    started = counter()
    started.start("passport-renewal")
    return started


def old_upload(intake: Intake, application: str, content: bytes, type: str = "image/jpeg") -> str:
    """A row as earlier versions wrote it."""
    upload = Upload(
        id=references.new(HOME, references.CODE_LENGTH, "U"),
        application=application,
        mission=HOME,
        name="photo",
        filename="old.jpg",
        type=type,
        size=len(content),
        sha256="00",
        content=content,
        added_by="somebody",
        added_at=datetime.now(UTC),
    )
    upload.state, upload.pages, upload.thumbnails = "readable", 1, 0
    with intake.database.scope(HOME) as session:
        session.add(upload)
    return upload.id


def row(intake: Intake, upload: str) -> tuple[object, ...]:
    """State, fault, whether bytes are in the row, roles of its files."""
    with intake.database.scope(HOME) as session:
        found = session.get_one(Upload, upload)
        roles = session.scalars(select(BlobUse.role).where(BlobUse.owner == upload).order_by(BlobUse.role)).all()
        return found.state, found.fault, found.content is not None, tuple(roles)


def test_old_bytes_are_moved_and_written_anew(intake: Intake, here: Counter) -> None:
    good = old_upload(intake, here.reference, TALKATIVE)
    bad = old_upload(intake, here.reference, NO_JPEG)
    assert transfer.transfer_uploads(intake, JOB) == 2
    assert row(intake, good) == ("readable", None, False, ("original", "served", "thumbnail"))
    assert row(intake, bad) == ("refused", "file_unreadable", False, ("original",))
    with intake.database.scope(HOME) as session:
        original, served = blobs.find(session, good, ORIGINAL), blobs.find(session, good, SERVED)
        sealed = blobs.find(session, bad, ORIGINAL)
    assert original and served and sealed
    assert intake.read(original) == TALKATIVE
    assert PLACE not in intake.read(served)
    assert intake.read(sealed) == NO_JPEG


def test_a_second_run_changes_nothing(intake: Intake, here: Counter) -> None:
    upload = old_upload(intake, here.reference, TALKATIVE)
    assert transfer.transfer_uploads(intake, JOB) == 1
    before = row(intake, upload), sorted(intake.storage.addresses())
    assert transfer.transfer_uploads(intake, JOB) == 0
    transfer.transfer_upload(intake, JOB, upload)
    assert (row(intake, upload), sorted(intake.storage.addresses())) == before


@pytest.mark.parametrize("puts", [0, 1, 2])
def test_an_interrupted_run_loses_nothing_and_goes_on(intake: Intake, here: Counter, puts: int) -> None:
    upload = old_upload(intake, here.reference, TALKATIVE)

    class Failing(DiskStore):
        """A disk that is full after so many blobs."""

        left = puts

        def put(self, name: str, content: bytes) -> None:
            if self.left == 0:
                raise Unavailable("storage_down")
            self.left -= 1
            super().put(name, content)

    disk = intake.storage.store
    assert isinstance(disk, DiskStore)
    with refuses("storage_down", Unavailable):
        transfer.transfer_uploads(replace(intake, storage=SealedStore(Failing(disk.folder), ["5e" * 32])), JOB)
    assert row(intake, upload) == ("readable", None, True, ())
    assert transfer.transfer_uploads(intake, JOB) == 1
    assert row(intake, upload) == ("readable", None, False, ("original", "served", "thumbnail"))


def test_a_run_ends_at_its_time_and_the_next_one_goes_on(intake: Intake, here: Counter) -> None:
    old_upload(intake, here.reference, TALKATIVE)
    assert transfer.transfer_uploads(intake, JOB, until=0.0) == 0
    assert transfer.transfer_uploads(intake, JOB) == 1


def test_nobody_reads_old_bytes_before_they_are_written_anew(
    here: Counter, service_client: Callable[[str], ServiceClient]
) -> None:
    own: Intake = service_client("consular").app.extensions["intake"]
    good, bad = old_upload(own, here.reference, TALKATIVE), old_upload(own, here.reference, NO_JPEG)
    answer = here.client.get(f"/papers/{good}", here.person.actor)
    assert answer.status_code == 200 and PLACE not in answer.data
    refused = here.client.get(f"/papers/{bad}", here.person.actor)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "paper_refused")
    assert row(own, good)[2] is row(own, bad)[2] is False


def test_scans_of_deeds_are_moved_as_well(intake: Intake) -> None:
    reference = references.new(HOME, 5, "D")
    mandate = {
        "kind": "guardianship",
        "state": "to_check",
        "agent": reference,
        "scope": [],
        "until": home_today(),
        "scan": PDF,
        "scan_type": "application/pdf",
        "made_by": "test",
        "made_at": datetime.now(UTC),
        "changed_at": datetime.now(UTC),
    }
    with intake.database.scope(HOME) as session:
        session.add(Mandate(reference=reference, mission=HOME, **mandate))
    assert transfer.transfer_scans(intake, JOB) == 1
    assert transfer.transfer_scans(intake, JOB) == 0
    with intake.database.scope(HOME) as session:
        assert session.scalar(select(Mandate.scan).where(Mandate.reference == reference)) is None
        served = blobs.find(session, reference, SERVED)
        session.execute(update(Mandate).where(Mandate.reference == reference).values(state="refused"))
    assert served and intake.read(served).startswith(b"%PDF-")
