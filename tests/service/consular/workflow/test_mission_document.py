"""A document that the mission issues itself: declared in an entry, issued with the acceptance, drawn and verified."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from shared.catalogue import CATALOGUE
from shared.catalogue import conditions as only_if
from shared.catalogue.model import (
    DOCUMENT,
    IDENTITY,
    FeeLine,
    MissionDocument,
    Question,
    RequiredUpload,
    Transaction,
)
from shared.documents import drawing, validity
from shared.documents.model import KINDS, Document, Kind
from shared.fragments import LANGUAGES, compile_texts
from shared.i18n import language
from shared.messaging.outbox import outbox
from tests.conftest import officer
from tests.factories.applications import Counter

SLUG, KIND = "test-travel-pass", "test-travel-pass"
ENTRY = Transaction(
    slug=SLUG,
    group="travel",
    law=("Law 13/2021",),
    asks=(),
    outcome=DOCUMENT,
    working_days=2,
    questions=(
        Question("given_name", max_length=60),
        Question("latin_given_name", kind="latin"),
        Question("born_on", kind="past_date"),
        Question("mobile", kind="phone"),
    ),
    papers=(RequiredUpload("identity"),),
    fees=(FeeLine("document_from_syria", "foreign_affairs"),),
    eligible=only_if.living_entry(),
    issues=MissionDocument(
        KIND, identity=("name", "national_number"), answers=("born_on",), holder=("given_name", "latin_given_name")
    ),
)
WORDS = {
    f"document.{KIND}.title": "Test Travel Pass",
    f"document.{KIND}.statement": "The mission certifies what stands below.",
    "question.born_on.label": "When was the child born?",
    f"document.{KIND}.answer.born_on": "Born on",
    f"transaction.{SLUG}.title": "Test travel pass",
}
TARIFF = (
    "INSERT INTO consular.tariff (id, transaction, line, beneficiary, amount, currency, valid_from, source, certainty,"
    " approver) VALUES (%s, %s, 'document_from_syria', 'foreign_affairs', 1500, 'USD', '2020-01-01', 'test', 'L', 'x')"
)
STANDING = (
    "INSERT INTO consular.standing (id, transaction, status, valid_from, source, certainty, approver)"
    " VALUES (%s, %s, 'active', '2020-01-01', 'test', 'L', 'x')"
)


@pytest.fixture(scope="module")
def rows(cluster: Postgres, urls: dict[str, str]) -> Iterator[None]:
    """A price and a status for the entry; other tests shall not find them."""
    assert urls
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(TARIFF, [SLUG, SLUG])
        connection.execute(STANDING, [SLUG, SLUG])
        yield
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM consular.tariff WHERE transaction = %s", [SLUG])
        connection.execute("DELETE FROM consular.standing WHERE transaction = %s", [SLUG])


@pytest.fixture(autouse=True)
def entry(monkeypatch: pytest.MonkeyPatch, rows: None) -> Transaction:
    """The entry, its kind and its words, as a real one would bring them."""
    monkeypatch.setitem(CATALOGUE, SLUG, ENTRY)
    monkeypatch.setitem(KINDS, KIND, Kind("consular", "C", "TT"))
    for code in LANGUAGES:
        words = language(code)
        compiled = compile_texts(code, {**words.texts, **{key: (text,) for key, text in WORDS.items()}})
        monkeypatch.setitem(vars(words), "translations", compiled)
        for key, text in WORDS.items():
            monkeypatch.setitem(words.texts, key, (text,))
    return ENTRY


@pytest.fixture
def reviewed(counter: Callable[..., Counter]) -> Counter:
    """Drafted, handed in and paid."""
    return counter().until("in_review", SLUG)


def test_acceptance_issues_it_and_nobody_is_asked(reviewed: Counter) -> None:
    assert [stage["code"] for stage in reviewed.read()["stages"]] == ["awaiting_payment", "in_review", "ready"]
    answer = reviewed.desk("accept")
    assert answer.status_code == 200, answer.get_json()
    shown = reviewed.read()
    assert shown["status"] == "ready"
    assert {stage["state"] for stage in shown["stages"]} == {"done"}
    assert shown["timeline"][-1]["code"] == "issued"
    code = shown["document"]["code"]
    with reviewed.client.app.extensions["database"].scope("RUH") as session:
        document = session.get_one(Document, code)
        assert document.data["holder"] == {"ar": "نص", "en": "Rasha"}
        assert set(document.data["person"]) == {"name", "national_number"}
        assert document.data["answers"] == [{"question": "born_on", "value": "2019-03-05", "kind": "date"}]
        assert document.expires_on is None
        sent = select(outbox.c.type).where(outbox.c.about == reviewed.reference)
        assert "application.forwarded" not in set(session.scalars(sent))


def test_every_fact_of_the_register_can_be_declared(reviewed: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOGUE, SLUG, replace(ENTRY, issues=MissionDocument(KIND, IDENTITY)))
    assert reviewed.desk("accept").status_code == 200
    code = reviewed.read()["document"]["code"]
    with reviewed.client.app.extensions["database"].scope("RUH") as session:
        person = session.get_one(Document, code).data["person"]
    assert set(person) == set(IDENTITY) and all(person.values())


def test_its_lifetime_comes_from_the_rows(reviewed: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    row = validity.Lifetime(KIND, 1, 0, date(2020, 1, 1), "test", "L")
    monkeypatch.setattr(validity, "lifetimes", lambda: (row,))
    reviewed.desk("accept")
    code = reviewed.read()["document"]["code"]
    with reviewed.client.app.extensions["database"].scope("RUH") as session:
        document = session.get_one(Document, code)
        assert document.expires_on == row.ends(document.issued_on)


@pytest.mark.skipif(not drawing.is_available() or shutil.which("pdftotext") is None, reason="draws and reads a PDF")
def test_it_is_drawn_and_verified(reviewed: Counter, tmp_path: Path) -> None:
    reviewed.desk("accept")
    code = reviewed.read()["document"]["code"]
    drawn = reviewed.client.get(f"/documents/{code}.pdf", reviewed.person.actor)
    assert drawn.status_code == 200 and drawn.data.startswith(b"%PDF-")
    (tmp_path / "pass.pdf").write_bytes(drawn.data)
    command = ["pdftotext", str(tmp_path / "pass.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for words in ("Test Travel Pass", "Issued for", "Rasha", "Rasha Samer Alhussein", reviewed.person.number):
        assert words in text, words
    assert "Born on" in text and "When was" not in text, (
        "the document has a heading of its own, not the form's question"
    )
    assert "5 March 2019" in text and reviewed.reference in text
    assert "+966" not in text, "what the entry does not declare is not on the document"
    verified = reviewed.client.get(f"/verify/{code}", reviewed.person.actor).get_json()
    assert (verified["status"], verified["kind"], verified["holder_en"]) == ("valid", KIND, "Rasha")


def test_a_second_acceptance_issues_nothing(reviewed: Counter) -> None:
    assert reviewed.desk("accept").status_code == 200
    code = reviewed.read()["document"]["code"]
    assert reviewed.desk("accept").status_code == 409
    with reviewed.client.app.extensions["database"].scope("RUH") as session:
        issued = select(Document.code).where(Document.about == reviewed.reference, Document.kind == KIND)
        assert session.scalars(issued).all() == [code]


def test_an_issue_that_fails_leaves_it_in_review(reviewed: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOGUE, SLUG, replace(ENTRY, issues=MissionDocument("unknown-kind", IDENTITY)))
    assert reviewed.desk("accept").status_code == 500
    assert reviewed.read()["status"] == "in_review"


def test_a_returned_one_is_sent_again_and_issued(reviewed: Counter) -> None:
    assert reviewed.desk("return", reason="answer_wrong", note="").status_code == 200
    assert reviewed.read()["status"] == "returned"
    assert reviewed.submit().status_code == 200
    assert reviewed.desk("accept").status_code == 200
    assert reviewed.read()["status"] == "ready"


def test_a_refused_one_is_paid_back(reviewed: Counter) -> None:
    assert reviewed.desk("refuse", reason="identity_doubt", note="").status_code == 200
    shown = reviewed.read()
    assert (shown["status"], shown["document"], shown["refunds"][0]["state"]) == ("refused", None, "due")


def test_a_withdrawn_one_is_paid_back(reviewed: Counter) -> None:
    answer = reviewed.ask_as_applicant("POST", "/withdraw", {"key": "0123456789abcdef"})
    assert answer.status_code == 200, answer.get_json()
    shown = reviewed.read()
    assert (shown["status"], shown["refunds"][0]["state"]) == ("withdrawn", "due")


def test_only_the_desk_accepts(reviewed: Counter) -> None:
    assert reviewed.desk("accept", officer("cashier")).status_code == 403
    assert reviewed.read()["status"] == "in_review"
