"""Issued papers: numbered without gaps, walled by mission, drawn once, verified without saying more than they do."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from services.consular import missions
from shared import documents
from shared.database import audit
from shared.database.db import Database
from shared.documents import drawing, issuer
from shared.documents.model import KINDS, Document
from shared.documents.render import render_document
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor, service
from shared.production import StartRefused
from shared.settings import AuthorityFiles, Settings
from shared.values import references
from tests.factories.documents.authority import NAME, create_certificate
from tests.factories.documents.snapshots import SAMPLES
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

ACTOR = service("consular", "RUH")
PERSON = "5b1f7a52-3c7e-4f0a-9d53-0a6d1c2f3e4d"
Sessions = Callable[..., Session]


def issue(session: Session, kind: str = "receipt", mission: str = "RUH", until: date | None = None) -> Document:
    return documents.issue(session, ACTOR, kind, "RUH-7K3MQ-9XFPA-D", mission, PERSON, SAMPLES[kind], until)


@pytest.fixture
def session(session_for: Sessions) -> Session:
    return session_for("consular", "RUH")


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Each drawing differs from the last, so that a second one would be seen."""
    made: list[bytes] = []

    def render(html: str, identifier: bytes) -> bytes:
        made.append(b"%%PDF %d" % len(made))
        return made[-1]

    monkeypatch.setattr(drawing, "render", render)
    return made


def test_an_issue_is_a_record_with_a_code_and_a_number_and_no_drawing(session: Session, drawings: list[bytes]) -> None:
    paper = issue(session)
    assert references.is_valid(paper.code) and references.mark_of(paper.code) == "C"
    assert references.mission_of(paper.code) == "RUH" and len(paper.code.replace("-", "")) == 3 + 18 + 1
    assert paper.number.startswith(f"RUH-RC-{missions.today(session, 'RUH').year}-")
    assert session.scalar(select(Document.pdf).where(Document.code == paper.code)) is None and drawings == []
    told = session.execute(select(audit.event).where(audit.event.c.about == paper.code)).one()
    assert (told.action, told.detail["kind"], told.actor) == ("document.issue", "receipt", "consular")
    assert paper.data["print"] == {"public_url": "http://127.0.0.1:8080", "specimen": True, "authority": None}


def test_numbers_count_by_mission_kind_and_year(session: Session, session_for: Sessions) -> None:
    first, second, slip = issue(session), issue(session), issue(session, "passport-slip")
    assert int(second.number[-6:]) == int(first.number[-6:]) + 1
    assert slip.number.split("-")[1] == "PS" and first.number.split("-")[1] == "RC"
    elsewhere = issue(session_for("consular", "BER"), mission="BER")
    assert elsewhere.number.startswith("BER-RC-")


def test_an_issue_that_rolls_back_leaves_no_gap(session: Session) -> None:
    before = int(issue(session).number[-6:])
    with session.begin_nested() as nested:
        assert int(issue(session).number[-6:]) == before + 1
        nested.rollback()
    assert int(issue(session).number[-6:]) == before + 1


def test_issues_at_once_get_numbers_in_a_row(database: Callable[[str], Database]) -> None:
    numbers: list[int] = []

    def issue_again() -> None:
        with database("consular").scope("RUH") as session:
            numbers.append(int(issue(session, "passport-slip").number[-6:]))

    threads = [threading.Thread(target=issue_again) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + 6))


def test_the_first_drawing_is_kept(session: Session, drawings: list[bytes]) -> None:
    paper = issue(session)
    assert render_document(session, paper.code) == render_document(session, paper.code.lower()) == b"%PDF 0"
    assert drawings == [b"%PDF 0"]


def test_two_processes_drawing_at_once_hand_out_the_same_bytes(
    database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    with database("consular").scope("RUH") as session:
        code = issue(session, "passport-slip").code
    meet, given = threading.Barrier(2, timeout=120), []

    def render(html: str, identifier: bytes) -> bytes:
        meet.wait(10)
        return b"%%PDF %d" % threading.get_ident()

    monkeypatch.setattr(drawing, "render", render)

    def draw() -> None:
        with database("consular").scope("RUH") as session:
            given.append(render_document(session, code))

    threads = [threading.Thread(target=draw) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(given) == 2 and given[0] == given[1]


def test_a_real_drawing_is_a_pdf(session: Session) -> None:
    assert render_document(session, issue(session).code).startswith(b"%PDF-1.7")


def test_an_issued_paper_cannot_be_reworded(session: Session) -> None:
    paper = issue(session)
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(update(Document).where(Document.code == paper.code).values(data={}))
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text("DELETE FROM document"))


def test_a_paper_of_another_mission_is_not_there(
    session: Session, session_for: Sessions, drawings: list[bytes]
) -> None:
    code = issue(session_for("consular", "BER"), mission="BER").code
    with refuses("not_found", NotFound):
        render_document(session, code)
    assert documents.verify(session, code)["status"] == "unknown" and drawings == []


def test_verification_says_what_the_paper_says(session: Session) -> None:
    today = missions.today(session, "RUH")
    valid, expired = issue(session, until=today + timedelta(days=30)), issue(session, until=today - timedelta(days=2))
    told = documents.verify(session, valid.code.lower().replace("-", " "))
    assert told == {
        "status": "valid",
        "kind": "receipt",
        "number": valid.number,
        "issued_on": valid.issued_on.isoformat(),
        "expires_on": (today + timedelta(days=30)).isoformat(),
        "holder": "سامر خالد الحلبي",
        "holder_en": "Samer Khaled Alhalabi",
        "specimen": True,
        "authority": None,
        "facts": [{"fact": "amount", "kind": "amount", "value": {"amount": 93750, "currency": "SAR"}, "sex": None}],
    }
    assert documents.verify(session, expired.code)["status"] == "expired"
    unknown = documents.verify(session, references.new("RUH", 18, "C"))
    assert unknown.keys() == told.keys() and {unknown[key] for key in unknown.keys() - {"status"}} == {None}


def test_a_revoked_paper_says_so_and_is_not_reprinted(session: Session, drawings: list[bytes]) -> None:
    officer = Actor("officer", "head", "head_of_mission", "RUH")
    paper = issue(session, until=missions.today(session, "RUH") - timedelta(days=2))
    render_document(session, paper.code)
    documents.revoke(session, officer, paper.code, "forged_paper")
    assert documents.verify(session, paper.code)["status"] == "revoked"
    with refuses("document_revoked", Conflict):
        render_document(session, paper.code)


@pytest.mark.parametrize(("kind", "mark"), [("individual-extract", "R"), ("cash-allowance-discharge", "M")])
def test_each_register_issues_its_own(session_for: Sessions, kind: str, mark: str) -> None:
    session = session_for(KINDS[kind].service, "RUH")
    assert references.mark_of(issue(session, kind).code) == mark


OFFICIAL = [kind for kind, one in KINDS.items() if one.official]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`configure()`: a process outside demo mode; `configure(authority=files)`: with a certificate as well."""
    monkeypatch.setattr(issuer, "_current", issuer.current())

    def give(authority: AuthorityFiles | None = None) -> None:
        told = {"bus_url": "", "keys": Path(), "secret": "", "public_url": "https://mahjar.example"}
        issuer.configure(Settings("consular", "", specimen=False, authority=authority, **told))  # type: ignore[arg-type]

    return give


def test_the_deployment_is_part_of_the_snapshot(session: Session, configure: Callable[..., None]) -> None:
    configure()
    printed: dict[str, Any] = issue(session).data["print"]
    assert printed == {"public_url": "https://mahjar.example", "specimen": False, "authority": None}


@pytest.mark.parametrize("kind", OFFICIAL)
def test_nothing_official_is_issued_in_nobodys_name(
    session_for: Sessions, configure: Callable[..., None], kind: str
) -> None:
    session = session_for(KINDS[kind].service, "RUH")
    of_this_kind = select(func.count()).select_from(Document).where(Document.kind == kind)
    before = session.scalar(of_this_kind)
    configure()
    with refuses("authority_missing") as refused:
        issue(session, kind)
    assert refused.value.code == "authority_missing"
    assert session.scalar(of_this_kind) == before


def test_receipts_and_slips_are_no_documents_of_an_authority() -> None:
    assert set(KINDS) - set(OFFICIAL) == {"receipt", "payout-slip", "deposit-slip", "turn-slip", "passport-slip"}


@pytest.mark.parametrize("kind", ["individual-extract", "cash-allowance-discharge", "ministry-letter", "passport-page"])
def test_an_authority_with_a_certificate_issues(
    session_for: Sessions, configure: Callable[..., None], tmp_path: Path, kind: str
) -> None:
    made = create_certificate(tmp_path)
    configure(AuthorityFiles(made.certificate, made.key, made.roots))
    paper = issue(session_for(KINDS[kind].service, "RUH"), kind)
    assert paper.data["print"]["authority"] == NAME and paper.data["print"]["specimen"] is False


def test_a_certificate_that_does_not_verify_ends_the_start(configure: Callable[..., None], tmp_path: Path) -> None:
    made = create_certificate(tmp_path, trusted=False)
    with pytest.raises(StartRefused, match="The authority's certificate does not verify"):
        configure(AuthorityFiles(made.certificate, made.key, made.roots))
