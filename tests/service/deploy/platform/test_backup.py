"""The restore drill: a platform at work loses its disk, and comes back from its backup with what it had said yes to.

`MAHJAR_DRILL_APPLICATIONS` says how many applications there are; `make full` takes 100,000.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from deploy.demo import specimen_rates
from deploy.dev.servers.postgres import Postgres
from deploy.platform.backup import stream
from deploy.platform.backup.folder import BackupFolder
from deploy.platform.data_folder import DataFolder
from deploy.platform.database.migrate import migrate_all
from deploy.platform.database.roles import DATABASE, SERVICES, connect_as_admin, prepare
from shared.identity.actor import PARTNERS
from shared.identity.crypto import Keys
from tests.conftest import HOME, ServiceClient
from tests.factories.applications import Counter, Registers
from tests.factories.environment.database.copies import copy_application
from tests.factories.waiting import until

APPLICATIONS = int(os.environ.get("MAHJAR_DRILL_APPLICATIONS", "2000"))
MOST_LOST_SECONDS, LONGEST_SECONDS = 60.0, 600.0
ROOT = Path(__file__).parents[4]
COUNTS = """
    SELECT (SELECT count(*) FROM consular.application), (SELECT count(*) FROM consular.entry),
    (SELECT coalesce(sum(abs(amount)), 0) FROM consular.line), (SELECT count(*) FROM consular.document)
"""
pytestmark = pytest.mark.timeout(1800)


@dataclass
class Place:
    """A data folder, its server, and what was said yes to while the drill ran."""

    data: DataFolder
    backups: Path
    keys: Path
    postgres: Postgres
    marks: list[datetime] = field(default_factory=list)

    def run(self, *words: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
        """The command, as people run it."""
        environment = {**os.environ, "MAHJAR_DATA": str(data or self.data.path), "PYTHONPATH": str(ROOT)}
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "deploy.platform.backup", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def stream(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "MAHJAR_DATA": str(self.data.path), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "deploy.platform.backup", "stream", "--to", str(self.backups)]
        return subprocess.Popen(command, env=environment)


def work(place: Place, stop: threading.Event) -> None:
    """Commits without a pause; what was acknowledged is remembered."""
    with connect_as_admin(place.postgres.admin_url, DATABASE) as connection:
        while not stop.is_set():
            try:
                row = connection.execute("INSERT INTO public.mark VALUES (clock_timestamp()) RETURNING at").fetchone()
            except psycopg.OperationalError:
                return
            assert row
            place.marks.append(row[0])
            stop.wait(0.02)


def counts(postgres: Postgres) -> tuple[object, ...]:
    with connect_as_admin(postgres.admin_url, DATABASE) as connection:
        row = connection.execute(COUNTS).fetchone()
    assert row
    return tuple(row)


def application(place: Place, urls: dict[str, str]) -> str:
    """One that went the real way, with its receipt drawn."""
    environment = {
        "MAHJAR_DATABASE_URL": urls["consular"],
        "MAHJAR_KEYS": str(place.data.keys),
        "MAHJAR_SECRET": place.data.secrets()["session"],
        "MAHJAR_PUBLIC_URL": "http://127.0.0.1:8080",
        "MAHJAR_PROVIDER_SECRET": "specimen-secret",
        "MAHJAR_WEBHOOK_SECRET": "specimen-secret",
        "MAHJAR_UPLOADS": str(place.data.uploads),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        app = __import__("services.consular", fromlist=["app"]).app()
    client = ServiceClient(app, Keys(place.data.keys, "gateway"), "consular")
    counter = Counter(client, Registers(place.data.keys)).until("in_review", "individual-extract")
    app.extensions["database"].engine.dispose()
    return counter.reference


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A platform with its applications, being backed up."""
    folder = tmp_path_factory.mktemp("drill")
    data = DataFolder(folder / "data")
    data.create_keys((*SERVICES, *PARTNERS))
    with Postgres(data.postgres) as server:
        made = Place(data, folder / "backups", folder / "elsewhere" / "keys.tar.gz", server)
        urls = prepare(server.admin_url, data.postgres)
        migrate_all(server.admin_url)
        with connect_as_admin(server.admin_url, DATABASE) as connection:
            specimen_rates.load(connection)
            connection.execute("CREATE TABLE public.mark (at timestamptz PRIMARY KEY)")
            copy_application(connection, application(made, urls), APPLICATIONS - 1)
        yield made


@pytest.fixture(scope="module")
def restored(place: Place) -> Iterator[tuple[Place, Postgres, dict[str, float]]]:
    """The same platform after the disk was lost: what came back, and how long it took."""
    following, stop = place.stream(), threading.Event()
    worker = threading.Thread(target=work, args=(place, stop))
    try:
        worker.start()
        until(lambda: bool(BackupFolder(place.backups).copies()), 600)
        saved = place.run("keys", "--to", str(place.keys), "--backups", str(place.backups))
        assert saved.returncode == 0, saved.stderr
        # Written after the copy, so that it comes back from the log alone.
        with connect_as_admin(place.postgres.admin_url, DATABASE) as connection:
            connection.execute("COMMENT ON TABLE public.mark IS 'after the copy'")
        time.sleep(3)
        before = counts(place.postgres)
        place.postgres.kill()
        lost_at = datetime.now(UTC)
    finally:
        following.send_signal(signal.SIGKILL)
        following.wait(30)
        stop.set()
        worker.join(30)
    shutil.rmtree(place.data.path)
    began = time.monotonic()
    new = place.data.path.parent / "new"
    told = place.run("restore", "--from", str(place.backups), "--keys", str(place.keys), data=new)
    assert told.returncode == 0, told.stderr
    with Postgres(DataFolder(new).postgres) as server:
        checked = place.run("check", data=new)
        took = time.monotonic() - began
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert counts(server) == before
        back = Place(DataFolder(new), place.backups, place.keys, server, place.marks)
        yield back, server, {"took": took, "lost_at": lost_at.timestamp()}


def test_the_platform_comes_back_in_time_with_what_it_had_said_yes_to(
    restored: tuple[Place, Postgres, dict[str, float]],
) -> None:
    place, server, figures = restored
    with connect_as_admin(server.admin_url, DATABASE) as connection:
        last = connection.execute(
            "SELECT max(at), obj_description('public.mark'::regclass) FROM public.mark"
        ).fetchone()
        assert last and last[1] == "after the copy"
    lost = sum(mark > last[0] for mark in place.marks)
    loss = (place.marks[-1] - last[0]).total_seconds()
    size = sum(path.stat().st_size for path in place.backups.rglob("*") if path.is_file()) / 1e6
    print(f"{APPLICATIONS} applications, back in {figures['took']:.1f} s, {loss:.2f} s lost ({lost} of", end=" ")
    print(f"{len(place.marks)} commits), backup of {size:.0f} MB")
    assert counts(server)[0] == APPLICATIONS
    assert loss <= MOST_LOST_SECONDS
    assert figures["took"] <= LONGEST_SECONDS


PLANTED = {
    "does not balance": "UPDATE consular.line SET amount = amount + 1 WHERE id = (SELECT min(id) FROM consular.line)",
    "is open to every mission": "ALTER TABLE consular.fee_order NO FORCE ROW LEVEL SECURITY",
    "sees applications of others": "DROP POLICY own_mission ON consular.application",
    "is not the one that was issued": "UPDATE consular.document SET pdf = 'x', sha256 = 'y' WHERE code = "
    "(SELECT min(code) FROM consular.document)",
    "more of receipt than it has counted": "UPDATE consular.document_number SET last = 0 WHERE kind = 'receipt'",
    "is missing": "UPDATE consular.blob_use SET address = 'nowhere'",
}


@pytest.mark.parametrize("sentence", PLANTED)
def test_what_does_not_hold_on_a_copy_is_named(
    restored: tuple[Place, Postgres, dict[str, float]], sentence: str
) -> None:
    """Each fault is planted into a database of its own, made from the restored one."""
    place, server, _ = restored
    with connect_as_admin(server.admin_url) as connection:
        connection.execute(f"CREATE DATABASE kept TEMPLATE {DATABASE}")
    try:
        with connect_as_admin(server.admin_url, DATABASE) as connection:
            connection.execute("SET session_replication_role = replica")
            if "sees" in sentence:
                connection.execute("CREATE POLICY everybody ON consular.application USING (true)")
            connection.execute(PLANTED[sentence])
        checked = place.run("check")
    finally:
        with connect_as_admin(server.admin_url) as connection:
            connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
            connection.execute(f"ALTER DATABASE kept RENAME TO {DATABASE}")
    assert checked.returncode == 1
    assert sentence in checked.stdout


def test_a_wrong_key_is_named(restored: tuple[Place, Postgres, dict[str, float]]) -> None:
    place, _, _ = restored
    file = place.data.keys / "consular.pem"
    kept, other = file.read_bytes(), (place.data.keys / "gateway.pem").read_bytes()
    file.write_bytes(other)
    try:
        checked = place.run("check")
    finally:
        file.write_bytes(kept)
    assert (checked.returncode, "keys: those of consular" in checked.stdout) == (1, True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"postgres": 14}, "no PostgreSQL version 14 found"),
        ({"revisions": {"consular": "9999"}}, "taken by a later version of Mahjar (revision 9999 of consular"),
        ({"format": 2}, "is of format 2, and this version reads only format 1"),
        ({"postgres": None}, "does not describe a backup"),
    ],
)
def test_a_copy_of_another_version_is_refused_in_one_sentence(
    restored: tuple[Place, Postgres, dict[str, float]], change: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    place, _, _ = restored
    file = BackupFolder(place.backups).latest().description
    kept = file.read_text()
    file.write_text(json.dumps(json.loads(kept) | change))
    try:
        told = place.run("restore", "--from", str(place.backups), data=tmp_path / "new")
    finally:
        file.write_text(kept)
    assert told.returncode == 1
    assert sentence in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert not (tmp_path / "new" / "postgres").exists()


def test_a_damaged_copy_is_refused_in_one_sentence(
    restored: tuple[Place, Postgres, dict[str, float]], tmp_path: Path
) -> None:
    place, _, _ = restored
    file = next(BackupFolder(place.backups).latest().cluster.glob("base/*/pg_filenode.map"))
    kept = file.read_bytes()
    file.write_bytes(bytes(len(kept)))
    try:
        told = place.run("restore", "--from", str(place.backups), data=tmp_path / "new")
    finally:
        file.write_bytes(kept)
    assert (told.returncode, len(told.stderr.splitlines())) == (1, 1)
    assert "checksum mismatch" in told.stderr


def test_a_folder_that_is_not_empty_is_left_alone(restored: tuple[Place, Postgres, dict[str, float]]) -> None:
    place, _, _ = restored
    told = place.run("restore", "--from", str(place.backups))
    assert (told.returncode, "is not empty" in told.stderr) == (1, True)


def test_keys_lie_neither_among_the_backups_nor_in_the_data(
    restored: tuple[Place, Postgres, dict[str, float]], tmp_path: Path
) -> None:
    place, _, _ = restored
    for file in (place.backups / "keys.tar.gz", place.data.path / "keys.tar.gz"):
        told = place.run("keys", "--to", str(file), "--backups", str(place.backups))
        assert told.returncode == 1
        assert not file.exists()
    secrets = [path.read_text() for path in place.data.keys.glob("*.pem") if ".pub" not in path.name]
    secrets += [place.data.secrets()["session"], (place.data.postgres / "password").read_text().strip()]
    for path in (path for path in place.backups.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content], path


def test_old_copies_go_and_deleted_uploads_with_them(restored: tuple[Place, Postgres, dict[str, float]]) -> None:
    place, _, _ = restored
    stray = place.backups / "uploads" / HOME / "aa" / "bb" / "aabb"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"deleted long ago")
    os.utime(stray, (0, 0))
    interrupted = place.backups / "copies" / "20200101T000000000000Z"
    interrupted.mkdir()
    for _ in range(2):
        taken = place.run("take", "--to", str(place.backups), "--keep", "2")
        assert taken.returncode == 0, taken.stderr
    assert len(BackupFolder(place.backups).copies()) == 2
    assert not stray.exists()
    assert not interrupted.exists()


def test_without_a_database_the_sentence_says_so(tmp_path: Path, place: Place) -> None:
    told = place.run("take", "--to", str(tmp_path / "backups"), data=tmp_path)
    assert (told.returncode, told.stderr.startswith("No database runs in")) == (1, True)
    assert stream.SLOT.startswith("mahjar")
