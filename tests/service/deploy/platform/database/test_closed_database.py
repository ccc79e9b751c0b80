"""What a service's role cannot do in the cluster, and what the server's log does not say."""

from collections.abc import Callable

import psycopg
import pytest

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import BUS, SERVICES
from shared.database.db import Database

NAME = "Rasha Alhussein of Homs"


def address(urls: dict[str, str], role: str, database: str = "") -> str:
    url = urls[role].replace("postgresql+psycopg", "postgresql")
    return url.rpartition("/")[0] + f"/{database}" if database else url


@pytest.mark.parametrize("role", (*SERVICES, BUS))
@pytest.mark.parametrize("database", ["postgres", "template1", "mahjar", "bus"])
def test_no_role_enters_a_database_of_others(urls: dict[str, str], role: str, database: str) -> None:
    if database == (BUS if role == BUS else "mahjar"):
        return
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(address(urls, role, database)).close()


@pytest.mark.parametrize("role", (*SERVICES, BUS))
@pytest.mark.parametrize("statement", ["SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_creat(-1)"])
def test_no_role_makes_a_large_object(urls: dict[str, str], role: str, statement: str) -> None:
    with psycopg.connect(address(urls, role)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_the_log_names_no_value(cluster: Postgres, database: Callable[[str], Database], urls: dict[str, str]) -> None:
    twice = (
        "INSERT INTO sign_up (id, email, password_hash, home_mission, language, ends_at) "
        "VALUES (%s, %s, '', '', '', now())"
    )
    with psycopg.connect(address(urls, "gateway")) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        for _ in range(2):
            connection.execute(twice, [NAME, NAME.lower()])
    with psycopg.connect(address(urls, "gateway")) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(twice, ["1", NAME])
    log = cluster.log.read_text(errors="replace")
    assert "duplicate key value" in log
    assert "Rasha" not in log and "rasha" not in log
