"""The store of blobs, on a disk and at an S3-compatible server: the same promises, whichever it is."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.consular.uploads.storage.disk import DiskStore
from services.consular.uploads.storage.s3 import S3Store
from services.consular.uploads.storage.sealed import SealedStore, blob_name
from services.consular.uploads.storage.store import BlobMissing, BlobStore
from shared.errors import Unavailable
from shared.production import StartRefused
from shared.settings.uploads import S3Settings
from tests.factories.environment.servers.store_servers import free_port, s3_server
from tests.factories.refusals import refuses

CONTENT, KEY, OTHER_KEY = b"a scan of a passport" * 500, "5e" * 32, "6f" * 32


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Settings]:
    """An S3-compatible server of its own."""
    with s3_server(tmp_path_factory.mktemp("s3")) as settings:
        yield settings


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """A store of either kind."""
    return DiskStore(tmp_path) if request.param == "disk" else S3Store(request.getfixturevalue("server"))


def test_a_blob_is_got_as_it_was_put_and_is_gone_once_deleted(store: BlobStore) -> None:
    name = blob_name("RUH", "ab" * 32)
    for _ in "twice":
        store.put(name, CONTENT)
    assert store.get(name) == CONTENT
    assert name in set(store.names())
    for _ in "twice":
        store.delete(name)
    with pytest.raises(BlobMissing):
        store.get(name)
    assert name not in set(store.names())


def test_blobs_of_any_size_pass(store: BlobStore) -> None:
    for number, content in enumerate((b"", b"x", os.urandom(8 * 1024 * 1024 + 33))):
        store.put(f"RUH/00/0{number}/size", content)
        assert store.get(f"RUH/00/0{number}/size") == content


def test_what_lies_in_the_store_is_sealed_and_its_name_says_nothing(store: BlobStore) -> None:
    sealed = SealedStore(store, [KEY])
    address = sealed.address("RUH", CONTENT)
    sealed.put("RUH", address, CONTENT)
    assert sealed.get("RUH", address) == CONTENT
    assert CONTENT[:20] not in store.get(blob_name("RUH", address))
    assert address == sealed.address("RUH", CONTENT)
    assert len({address, sealed.address("BER", CONTENT), SealedStore(store, [OTHER_KEY]).address("RUH", CONTENT)}) == 3
    assert ("RUH", address) in set(sealed.addresses())


def test_a_key_can_be_replaced_and_a_foreign_one_opens_nothing(store: BlobStore) -> None:
    old = SealedStore(store, [KEY])
    address = old.address("RUH", CONTENT)
    old.put("RUH", address, CONTENT)
    assert SealedStore(store, [OTHER_KEY, KEY]).get("RUH", address) == CONTENT
    with refuses("storage_damaged", Unavailable):
        SealedStore(store, [OTHER_KEY]).get("RUH", address)


@pytest.mark.parametrize("place", [0, 3, 10, 40, -1])
def test_a_changed_blob_is_never_served(tmp_path: Path, place: int) -> None:
    store = DiskStore(tmp_path)
    sealed = SealedStore(store, [KEY])
    address = sealed.address("RUH", CONTENT)
    sealed.put("RUH", address, CONTENT)
    path = tmp_path / blob_name("RUH", address)
    changed = bytearray(path.read_bytes())
    changed[place] ^= 1
    path.write_bytes(changed)
    with refuses("storage_damaged", Unavailable):
        sealed.get("RUH", address)


def test_a_blob_under_another_name_is_never_served(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    sealed = SealedStore(store, [KEY])
    address, other = sealed.address("RUH", CONTENT), "cd" * 32
    sealed.put("RUH", address, CONTENT)
    store.put(blob_name("RUH", other), store.get(blob_name("RUH", address)))
    with refuses("storage_damaged", Unavailable):
        sealed.get("RUH", other)


def test_a_file_is_synced_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def note_sync(descriptor: int) -> None:
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")  # noqa: PTH112
        sync(descriptor)

    def note_replace(path: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_replace)
    folder = tmp_path / "uploads"
    DiskStore(folder).put("RUH/ab/cd/name", b"x")
    assert steps[:2] == ["file", "rename"]
    assert set(steps[2:]) == {"folder"}
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / "RUH/ab/cd/name")] == [0o700, 0o600]


def test_what_a_crash_left_unfinished_is_no_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DiskStore(tmp_path)

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail)
        with refuses("storage_down", Unavailable):
            store.put("RUH/ab/cd/name", b"x")
    assert list(store.names()) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    store.put("RUH/ab/cd/name", b"x")
    assert store.get("RUH/ab/cd/name") == b"x"


def test_a_server_that_is_down_or_refuses_says_so(server: S3Settings) -> None:
    down = S3Settings(f"127.0.0.1:{free_port()}", "uploads", "a", "b", "us-east-1", secure=False)
    stranger = S3Settings(
        server.endpoint, server.bucket, server.access_key, "another secret", server.region, secure=False
    )
    absent = S3Settings(server.endpoint, "no-bucket", server.access_key, server.secret_key, server.region, secure=False)
    calls: tuple[Callable[[S3Store], object], ...] = (
        lambda store: store.put("RUH/x", b"x"),
        lambda store: store.get("RUH/x"),
        lambda store: store.delete("RUH/x"),
        lambda store: list(store.names()),
    )
    for settings in (down, stranger):
        for call in calls:
            with refuses("storage_down", Unavailable):
                call(S3Store(settings))
    with refuses("storage_down", Unavailable):
        S3Store(absent).put("RUH/x", b"x")


def test_a_folder_that_cannot_be_written_refuses_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartRefused, match="MAHJAR_UPLOADS must name a folder"):
        DiskStore(tmp_path / "file")
