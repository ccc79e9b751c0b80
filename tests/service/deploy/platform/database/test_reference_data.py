"""Reference data: each version of a file is loaded once, is dated, and takes nothing back that a desk has decided."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database import reference_data
from deploy.platform.database.migrate import migrate_all
from deploy.platform.database.roles import DATABASE, connect_as_admin, prepare
from tests.factories.concurrency import at_once

TARIFF = "travel/test/all/2026-01-01,passport-renewal,test,mofae,,100,USD,2026-01-01,,test,L,tests\n"
OPENING = "RUH/passport/0/2024-01-01"
LOADED = "SELECT file, count(*) FROM consular.reference_load GROUP BY file"


@pytest.fixture(scope="module")
def admin_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A platform of its own: what is loaded here stays out of the other tests' tariffs."""
    with Postgres(tmp_path_factory.mktemp("reference")) as postgres:
        prepare(postgres.admin_url, postgres.data)
        migrate_all(postgres.admin_url)
        yield postgres.admin_url


@pytest.fixture
def connection(admin_url: str) -> Iterator[Connection]:
    with connect_as_admin(admin_url, DATABASE) as connection:
        connection.execute("SET search_path = consular")
        yield connection


@pytest.fixture
def data(admin_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the mission's files, which a test may change; the database has loaded them as they are."""
    reference_data.load(admin_url)
    for folder in reference_data.SERVICES_FOLDER.glob("*/data"):
        shutil.copytree(folder, tmp_path / folder.parent.name / "data")
    monkeypatch.setattr(reference_data, "SERVICES_FOLDER", tmp_path)
    return tmp_path / "consular" / "data"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def scalar(connection: Connection, statement: str, *values: object) -> Any:
    row = connection.execute(statement, list(values)).fetchone()
    assert row
    return row[0]


def test_a_second_start_loads_nothing(admin_url: str, connection: Connection) -> None:
    before = connection.execute("SELECT * FROM reference_load ORDER BY id").fetchall()
    assert reference_data.load(admin_url) == []
    assert connection.execute("SELECT * FROM reference_load ORDER BY id").fetchall() == before


def test_a_load_says_which_version_of_which_day(connection: Connection) -> None:
    statement = "SELECT file, sha256, dated, loaded_at FROM reference_load WHERE file = 'missions.csv' ORDER BY id"
    rows = connection.execute(statement).fetchall()
    path = reference_data.SERVICES_FOLDER / "consular" / "data" / "missions" / "missions.csv"
    dated = reference_data.dates(reference_data.folder_of(path))["missions.csv", reference_data.hash_of(path)]
    assert rows[0][:3] == ("missions.csv", reference_data.hash_of(path), dated)
    assert abs((datetime.now(UTC) - rows[0][3]).total_seconds()) < 600


def test_a_new_row_is_added_and_its_version_recorded(admin_url: str, connection: Connection, data: Path) -> None:
    with (data / "money" / "tariffs.csv").open("a", encoding="utf-8") as file:
        file.write(TARIFF)
    before = scalar(connection, "SELECT count(*) FROM tariff")
    assert reference_data.load(admin_url) == ["tariffs.csv"]
    assert scalar(connection, "SELECT count(*) FROM tariff") == before + 1
    # Nobody has dated it: it counts all the same, and the check complains.
    latest = "SELECT dated FROM reference_load WHERE file = 'tariffs.csv' ORDER BY id DESC LIMIT 1"
    assert scalar(connection, latest) is None
    assert [path.name for path, _ in reference_data.undated()] == ["tariffs.csv"]
    assert reference_data.load(admin_url) == []


def test_a_published_price_is_never_reworded(admin_url: str, connection: Connection, data: Path) -> None:
    row = connection.execute("SELECT id, amount FROM tariff WHERE scope IS NULL ORDER BY id LIMIT 1").fetchone()
    assert row
    known, amount = row
    line = next(line for line in (data / "money" / "tariffs.csv").read_text().splitlines() if line.startswith(known))
    change(data / "money" / "tariffs.csv", line, line.replace(f",{amount},", f",{amount + 1},"))
    assert reference_data.load(admin_url) == ["tariffs.csv"]
    assert scalar(connection, "SELECT amount FROM tariff WHERE id = %s", known) == amount


def test_missions_follow_their_file(admin_url: str, connection: Connection, data: Path) -> None:
    change(data / "missions" / "missions.csv", ",Riyadh,", ",Riyad,")
    assert reference_data.load(admin_url) == ["missions.csv"]
    assert scalar(connection, "SELECT name_en FROM mission WHERE code = 'RUH'") == "Riyad"


def test_hours_end_once_and_are_otherwise_the_desks(admin_url: str, connection: Connection, data: Path) -> None:
    with connection.transaction():
        connection.execute("UPDATE opening SET seats = 9 WHERE id = %s", [OPENING])
    line = next(
        line
        for line in (data / "appointments" / "openings.csv").read_text().splitlines()
        if line.startswith(f"{OPENING},")
    )
    change(data / "appointments" / "openings.csv", line, line.replace("2024-01-01,,", "2024-01-01,2027-01-01,"))
    reference_data.load(admin_url)
    state = "SELECT (seats, valid_to)::text FROM opening WHERE id = %s"
    assert scalar(connection, state, OPENING) == "(9,2027-01-01)"
    change(data / "appointments" / "openings.csv", "2024-01-01,2027-01-01,", "2024-01-01,2026-02-02,")
    reference_data.load(admin_url)
    assert scalar(connection, state, OPENING) == "(9,2027-01-01)"


def test_a_closure_that_a_desk_took_back_stays_taken_back(admin_url: str, connection: Connection, data: Path) -> None:
    known = scalar(connection, "SELECT min(id) FROM closure")
    connection.execute("UPDATE closure SET removed_at = now(), removed_by = 'head' WHERE id = %s", [known])
    change(data / "missions" / "closures.csv", "Year-end closure", "Closed at the end of the year")
    assert reference_data.load(admin_url) == ["closures.csv"]
    assert scalar(connection, "SELECT removed_by FROM closure WHERE id = %s", known) == "head"


def test_two_starts_at_once_load_once(admin_url: str, connection: Connection, data: Path) -> None:
    with (data / "money" / "rates.csv").open("a", encoding="utf-8") as file:
        file.write((data / "money" / "rates.csv").read_text().splitlines()[-1].replace("/", "/test-", 1) + "\n")
    before: dict[str, int] = dict(connection.execute(LOADED).fetchall())
    results = at_once([lambda: reference_data.load(admin_url)] * 4)
    assert sorted(map(str, results)) == sorted(["['rates.csv']", "[]", "[]", "[]"])
    after: dict[str, int] = dict(connection.execute(LOADED).fetchall())
    assert {name for name in after if after[name] != before[name]} == {"rates.csv"}
    assert after["rates.csv"] == before["rates.csv"] + 1


def test_a_changed_file_wants_a_date(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(data / "transactions" / "provisions.csv", "Press reports", "Reports")
    assert [path for path, _ in reference_data.undated()] == [data / "transactions" / "provisions.csv"]
    monkeypatch.setattr(reference_data, "datetime", Noon)
    reference_data.main()
    assert list(reference_data.undated()) == []
    digest = reference_data.hash_of(data / "transactions" / "provisions.csv")
    assert reference_data.dates(data)["provisions.csv", digest] == date(2026, 6, 1)


class Noon(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> "Noon":
        return cls(2026, 6, 1, 12, tzinfo=tz)
