"""A database without room: whoever is signed in goes on reading, and what must be written is refused for a while."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.gateway.accounts import sessions
from services.gateway.accounts.model import AuthSession
from tests.factories.gateway import PASSWORD, Browser, Gateway

FULL = """
    CREATE FUNCTION gateway.no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON gateway.{table} FOR EACH ROW EXECUTE FUNCTION gateway.no_room();
    GRANT EXECUTE ON FUNCTION gateway.no_room TO gateway
"""


@pytest.fixture
def reader(gateway: Gateway) -> Browser:
    """Somebody who signed in while there was room."""
    return gateway.visitor(person=specimens.FATHER)


@pytest.fixture
def no_room(reader: Browser, cluster: Postgres) -> Iterator[None]:
    """From now on no row of a session can be written: PostgreSQL says so with its own code."""
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        table = AuthSession.__tablename__
        connection.execute(FULL.format(table=table))
        yield
        connection.execute("DROP FUNCTION gateway.no_room CASCADE")


def test_pages_are_read_and_what_must_be_written_is_refused_for_a_while(
    gateway: Gateway, reader: Browser, no_room: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SIGHT", timedelta(0))
    assert reader.get("/en/applications").status_code == 200
    newcomer = gateway.browser()
    assert newcomer.get("/en/sign-in").status_code == 200
    email = gateway.account(person=specimens.FATHER).email
    refused = newcomer.submit("/en/sign-in", identifier=email, password=PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
