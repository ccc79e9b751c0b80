"""A file in parts: it goes on where it stopped, is judged whole, and belongs to whoever sends it."""

from collections.abc import Mapping
from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from deploy.demo.population import specimens
from services.gateway.accounts import upload_parts
from services.gateway.accounts.model import UploadPart
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin
from tests.factories.uploads import pdf

FILE = "0123456789abcdef"


@pytest.fixture
def browser(gateway: Gateway) -> Browser:
    """Somebody with a draft."""
    return gateway.visitor(person=specimens.FATHER)


@pytest.fixture
def checklist(browser: Browser) -> str:
    """The address of the draft's checklist."""
    return f"/en/applications/{begin(browser, 'individual-extract')}/papers"


def send(
    browser: Browser, checklist: str, start: int, content: bytes, size: int, changed: Mapping[str, str] | None = None
) -> TestResponse:
    """One part."""
    part = {"part": (BytesIO(content), "part")} if content else {}
    fields = {"file": FILE, "size": str(size), "start": str(start), "filename": "scan.pdf", **(changed or {})}
    return browser.submit(f"{checklist}/identity/parts", page=checklist, **fields, **part)


def test_parts_make_a_file_and_a_lost_one_is_sent_again(browser: Browser, checklist: str) -> None:
    content = pdf(2)
    half = len(content) // 2
    assert send(browser, checklist, 0, b"", len(content)).get_json() == {"received": 0}
    assert send(browser, checklist, 0, content[:half], len(content)).get_json() == {"received": half}
    assert send(browser, checklist, 0, content[:half], len(content)).get_json() == {"received": half}
    assert send(browser, checklist, 0, b"", len(content)).get_json() == {"received": half}
    ended = send(browser, checklist, half, content[half:], len(content)).get_json()
    assert ended == {"received": len(content), "done": True}
    assert "scan.pdf" in browser.get(checklist).text
    assert send(browser, checklist, 0, b"", len(content)).get_json() == {"received": 0}


def test_what_is_no_paper_is_refused_in_words_and_forgotten(browser: Browser, checklist: str) -> None:
    refused = send(browser, checklist, 0, b"no paper", 8)
    assert refused.status_code == 415 and refused.get_json()["error"] and not refused.get_json()["again"]
    assert send(browser, checklist, 0, b"", 8).get_json() == {"received": 0}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"size": str(8 * 1024 * 1024 + 1)}, 413),
        ({"size": "-1"}, 422),
        ({"size": "many"}, 422),
        ({"start": "5", "size": "8"}, 422),
        ({"file": "../../etc"}, 422),
        ({"file": ""}, 422),
    ],
)
def test_malformed_parts(browser: Browser, checklist: str, changed: dict[str, str], status: int) -> None:
    refused = send(browser, checklist, 0, b"12345678", 8, changed)
    assert refused.status_code == status and refused.get_json()["error"]


def test_a_service_that_is_away_loses_nothing(gateway: Gateway, browser: Browser, checklist: str) -> None:
    content = pdf(1)
    assert send(browser, checklist, 0, content[:10], len(content)).status_code == 200
    gateway.wires["consular"].is_cut = True
    away = send(browser, checklist, 10, content[10:], len(content))
    gateway.wires["consular"].mend()
    assert (away.status_code, away.get_json()["again"]) == (503, True)
    assert send(browser, checklist, 10, b"", len(content)).get_json()["done"]


def test_parts_are_unreadable_at_rest_and_of_one_account(gateway: Gateway, browser: Browser, checklist: str) -> None:
    content = pdf(1)
    send(browser, checklist, 0, content[:-1], len(content))
    with gateway.app.extensions["database"].scope(None) as session:
        rows = session.scalars(select(UploadPart)).all()
        assert rows and not any(content[:20] in row.content for row in rows)
        assert upload_parts.received(session, gateway.app.extensions["settings"].secret, "another", FILE) == 0


def test_only_a_few_files_are_on_their_way_at_once(gateway: Gateway) -> None:
    secret, database = gateway.app.extensions["settings"].secret, gateway.app.extensions["database"]
    for name in range(upload_parts.LIMIT_FILES + 2):
        with database.scope(None) as session:
            upload_parts.append(session, secret, "many", f"file {name}", 0, b"part")
    with database.scope(None) as session:
        there = [upload_parts.received(session, secret, "many", f"file {name}") for name in range(7)]
    assert there == [0, 0, 4, 4, 4, 4, 4]
