"""A disk without room: what is there is read, what is new gets 503 with a time to come back, and then all goes on."""

import errno
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.consular.uploads.storage.disk import DiskStore
from shared.errors import Unavailable, disk_full
from shared.web.readiness import check_disk
from tests.conftest import ServiceClient
from tests.factories.refusals import refuses

SMALL_BYTES = 1 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_BYTES}", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Takes the last byte."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert disk_full(error) is not None
    return filler


def test_the_store_reads_refuses_and_recovers(small_disk: Path) -> None:
    store = DiskStore(small_disk)
    store.put("RUH/3f/a1/before", b"kept")
    filler = fill(small_disk)
    with refuses("storage_down", Unavailable):
        store.put("RUH/3f/a1/refused", bytes(64 * 1024))
    assert store.get("RUH/3f/a1/before") == b"kept"
    with refuses("disk_full", Unavailable):
        check_disk(small_disk)
    filler.unlink()
    store.put("RUH/3f/a1/refused", bytes(64 * 1024))
    assert sorted(store.names()) == ["RUH/3f/a1/before", "RUH/3f/a1/refused"]


@pytest.mark.parametrize("number", ["ENOSPC", "EDQUOT", "EFBIG"])
def test_a_file_that_has_no_room_is_a_503_with_a_time_to_come_back(
    service_client: Callable[[str], ServiceClient], monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    app = service_client("conscription").app

    def full() -> None:
        raise OSError(getattr(errno, number), "no room")

    monkeypatch.setitem(app.view_functions, "health", full)
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.get_json()["code"], answer.headers["Retry-After"]) == (503, "disk_full", "5")


def test_any_other_fault_of_a_file_stays_unexpected(
    service_client: Callable[[str], ServiceClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = service_client("conscription").app

    def broken() -> None:
        raise FileNotFoundError(2, "gone")

    monkeypatch.setitem(app.view_functions, "health", broken)
    assert app.test_client().get("/health").status_code == 500
