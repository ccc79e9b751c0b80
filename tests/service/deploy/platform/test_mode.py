"""A demo's folder or database never becomes a production's, nor the other way round."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.dev.servers.postgres import Postgres
from deploy.platform.data_folder import DataFolder
from deploy.platform.database.migrate import migrate
from deploy.platform.database.roles import DATABASE, connect_as_admin, prepare
from deploy.platform.mode import check_database, check_folder, mark_database
from deploy.platform.provision import provision
from shared.production import StartRefused


@pytest.fixture
def admin_url(cluster: Postgres, urls: dict[str, str]) -> Iterator[str]:
    """The database before anybody marked it; its mark goes afterwards."""
    prepare(cluster.admin_url, cluster.data)
    migrate(cluster.admin_url, "gateway")
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(f"COMMENT ON DATABASE {DATABASE} IS NULL")
        yield cluster.admin_url
        connection.execute("DELETE FROM gateway.account WHERE email = 'new@mahjar.example'")
        connection.execute(f"COMMENT ON DATABASE {DATABASE} IS NULL")


def test_a_demos_database_is_no_productions(admin_url: str) -> None:
    mark_database(admin_url, demo=True)
    mark_database(admin_url, demo=True)
    check_database(admin_url, demo=True)
    with pytest.raises(StartRefused, match="The database is a demo's: set DATABASE_URL or MAHJAR_DATA"):
        check_database(admin_url, demo=False)


def test_a_database_with_a_demo_account_is_no_productions(admin_url: str) -> None:
    with connect_as_admin(admin_url, DATABASE) as connection:
        connection.execute(
            "INSERT INTO gateway.account (id, email, password_hash, role, home_mission, language, name_ar, name_latin)"
            " VALUES ('new', 'new@mahjar.example', '', 'auditor', 'RUH', 'ar', '', '')"
        )
    check_database(admin_url, demo=False)
    with pytest.raises(StartRefused, match="The database is a demo's"):
        mark_database(admin_url, demo=False)


def test_a_productions_database_is_no_demos_and_stays_untouched(
    admin_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAHJAR_DATA", str(tmp_path))
    with connect_as_admin(admin_url, DATABASE) as connection:
        connection.execute(f"COMMENT ON DATABASE {DATABASE} IS 'Mahjar production'")
        logins = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname IN ('gateway', 'consular') ORDER BY 1"
        before = connection.execute(logins).fetchall()
        told = {"MAHJAR_SPECIMEN": "1", "DATABASE_URL": admin_url, "MAHJAR_PUBLIC_URL": "http://localhost:8080"}
        with pytest.raises(StartRefused, match="The database is a production's"):
            provision(told)
        assert connection.execute(logins).fetchall() == before


def test_a_folder_with_the_sandboxs_key_is_no_productions(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.create_keys(("consular",))
    check_folder(folder, demo=False)
    folder.create_keys(("ministries",))
    check_folder(folder, demo=True)
    with pytest.raises(StartRefused, match="holds the demo's keys: set MAHJAR_DATA to another folder"):
        check_folder(folder, demo=False)
