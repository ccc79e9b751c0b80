"""What missions ask of the civil registry, the extracts it draws, and remarks on entries."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from deploy.demo.days import today
from deploy.demo.population import specimens
from services.civil_registry.annotate import annotate
from services.civil_registry.model import Annotation, RegisterEvent, Request
from shared import documents
from shared.database.audit import event
from shared.database.db import Database
from shared.documents.render import render_document
from shared.errors import Invalid, NotFound
from shared.identity.actor import ANONYMOUS, service
from shared.values import references
from shared.values.dates import STATE_ZONE, add_months
from tests.conftest import ELSEWHERE, HOME, ServiceClient, expatriate, officer
from tests.factories.refusals import refuses
from tests.factories.registers.civil_registry import consume, forwarded

pytestmark = pytest.mark.clock

WOMAN = specimens.WOMAN
REGISTRY = service("civil_registry", HOME)


@pytest.fixture
def session(registers: int, session_for: Callable[..., Session]) -> Iterator[Session]:
    yield session_for("civil_registry")


@pytest.fixture
def client(registers: int, service_client: Callable[[str], ServiceClient]) -> ServiceClient:
    return service_client("civil_registry")


def test_a_living_registered_person_is_confirmed(session: Session) -> None:
    envelope = forwarded(WOMAN.person, "confirm")
    assert consume(session, envelope) == [
        {
            "application": envelope.about,
            "transaction": "passport-renewal",
            "ask": "confirm",
            "outcome": "granted",
        }
    ]
    kept = session.scalars(select(Request).where(Request.application == envelope.about)).one()
    assert (kept.mission, kept.outcome, kept.person) == (HOME, "granted", UUID(WOMAN.person))


@pytest.mark.parametrize("ask", ["confirm", "extract"])
@pytest.mark.parametrize(
    ("person", "reason"),
    [(specimens.DECEASED.person, "deceased"), ("00000000-0000-4000-8000-00000000dead", "not_registered")],
)
def test_the_dead_and_the_unregistered_are_refused(session: Session, ask: str, person: str, reason: str) -> None:
    (answer,) = consume(session, forwarded(person, ask))
    assert (answer["outcome"], answer["reason"]) == ("refused", reason)
    assert "document" not in answer


def test_an_extract_is_issued_for_three_months(session: Session) -> None:
    (answer,) = consume(session, forwarded(specimens.DIVORCED.person, "extract"))
    assert answer["outcome"] == "granted"
    paper = documents.find(session, answer["document"])
    assert references.mark_of(paper.code) == "R" and paper.kind == "individual-extract"
    assert paper.expires_on == add_months(paper.issued_on, 3)
    assert paper.data["holder"] == {"ar": "مها سليم نموذج", "en": "Maha Salim Namouzaj"}
    assert paper.data["person"]["national_number"] == specimens.DIVORCED.national_number
    assert paper.data["person"]["marital_status"] == "divorced"
    assert paper.data["entry"]["office"] == {"ar": "الميدان", "en": "Midan"}
    assert paper.data["entry"]["number"] == "900001"
    assert [note["kind"] for note in paper.data["annotations"]] == ["transfer", "transfer"]
    assert "religion" not in str(paper.data)
    assert render_document(session, paper.code)[:5] == b"%PDF-"


def test_marital_status_is_left_out_when_asked(session: Session) -> None:
    (answer,) = consume(session, forwarded(WOMAN.person, "extract", options={"marital_status_shown": "no"}))
    data = documents.find(session, answer["document"]).data
    assert (data["person"]["marital_status"], data["purpose"]) == (None, "other")


@pytest.mark.parametrize("changed", [{"options": {"purpose": "espionage"}}, {"transaction": "passport-renewal"}])
def test_what_cannot_be_drawn_is_returned_not_refused(session: Session, changed: dict[str, Any]) -> None:
    (answer,) = consume(session, forwarded(WOMAN.person, "extract", **changed))
    assert (answer["outcome"], answer["reason"]) == ("returned", "answer_wrong")


def test_an_application_that_comes_again_gets_the_paper_it_has(session: Session) -> None:
    envelope = forwarded(WOMAN.person, "extract")
    consume(session, envelope)
    first, second = consume(session, forwarded(WOMAN.person, "extract", envelope.about))
    assert first["document"] == second["document"]
    documents.revoke(session, REGISTRY, first["document"], "spoiled")
    assert consume(session, forwarded(WOMAN.person, "extract", envelope.about))[-1]["document"] != first["document"]


def test_another_authoritys_application_is_not_ours(session: Session) -> None:
    assert consume(session, forwarded(WOMAN.person, "confirm", authority="conscription")) == []


@pytest.mark.parametrize(
    ("changed", "code"), [({"ask": "assess"}, "ask_unknown"), ({"person": "not-an-id"}, "person_unknown")]
)
def test_what_no_register_can_answer_is_refused_for_a_human_to_see(
    session: Session, changed: dict[str, str], code: str
) -> None:
    envelope = forwarded(**{"person": WOMAN.person, "ask": "confirm", **changed})
    with refuses(code):
        consume(session, envelope)


def test_looking_at_a_person_is_recorded_with_the_application(session: Session) -> None:
    envelope = forwarded(WOMAN.person, "extract")
    consume(session, envelope)
    seen = session.execute(select(event).where(event.c.reason == envelope.about)).one()
    assert (seen.action, seen.about, seen.actor, seen.mission) == (
        "person.read",
        WOMAN.person,
        "civil_registry",
        HOME,
    )


# The paper, as its holder fetches it


@pytest.fixture
def issued(registers: int, database: Callable[[str], Database]) -> str:
    """The code of an extract that the woman was given."""
    with database("civil_registry").scope(HOME) as session:
        return str(consume(session, forwarded(WOMAN.person, "extract"))[-1]["document"])


def test_the_holder_and_the_mission_read_the_paper_and_nobody_else(client: ServiceClient, issued: str) -> None:
    path = f"/documents/{issued}"
    assert client.get(path, expatriate(WOMAN.person)).get_json()["status"] == "valid"
    assert client.get(path, officer()).status_code == 200
    for stranger in (expatriate(specimens.ABROAD.person), officer(mission=ELSEWHERE)):
        assert client.get(path, stranger).status_code == 404
        assert client.get(f"{path}.pdf", stranger).status_code == 404


def test_the_desk_asks_for_the_application_by_the_printed_number(
    client: ServiceClient, issued: str, database: Callable[[str], Database]
) -> None:
    with database("civil_registry").scope(HOME) as session:
        document = documents.find(session, issued)
        number, application = document.number, document.about
    for role in ("clerk", "cashier", "officer"):
        assert client.get(f"/document-numbers/{number}", officer(role)).get_json() == {"application": application}
    assert client.get(f"/document-numbers/{number}", officer(mission=ELSEWHERE)).status_code == 404
    assert client.get(f"/document-numbers/{number[:-1]}", officer()).status_code == 404
    assert client.get(f"/document-numbers/{number}", expatriate(WOMAN.person)).status_code == 403


def test_the_paper_is_the_same_bytes_each_time(client: ServiceClient, issued: str) -> None:
    first, second = (client.get(f"/documents/{issued}.pdf", expatriate(WOMAN.person)) for _ in range(2))
    assert first.mimetype == "application/pdf"
    assert first.data == second.data
    assert first.data.startswith(b"%PDF-")


def test_anybody_with_the_code_may_verify_it(client: ServiceClient, issued: str) -> None:
    told = client.get(f"/verify/{issued.lower()}", ANONYMOUS).get_json()
    assert (told["status"], told["kind"], told["holder"]) == ("valid", "individual-extract", "ريم عبد الرحمن نموذج")
    assert told["specimen"] is True
    assert WOMAN.national_number not in str(told)
    unknown = client.get(f"/verify/{references.new(HOME, 18, 'R')}", ANONYMOUS).get_json()
    assert unknown["status"] == "unknown" and unknown["holder"] is None


# Remarks


def test_a_remark_is_written_cleaned_and_recorded(session: Session) -> None:
    person = UUID(WOMAN.person)
    wording = "صُحح اسم\u202e الأم\u202c بقرار المحكمة", "Mother's name corrected by court decision"
    annotated = select(event).where(event.c.action == "entry.annotate")
    before = set(session.scalars(select(event.c.id).where(event.c.action == "entry.annotate")))
    remark = annotate(session, REGISTRY, person, "correction", date(2026, 2, 1), wording, "2026/7")
    held = session.get_one(Annotation, remark.id)
    assert held.text_ar == "صُحح اسم الأم بقرار المحكمة"
    (noted,) = [row for row in session.execute(annotated) if row.id not in before]
    assert (noted.about, noted.reason) == (WOMAN.person, "correction")
    (answer,) = consume(session, forwarded(WOMAN.person, "extract"))
    assert documents.find(session, answer["document"]).data["annotations"][-1]["number"] == "2026/7"


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"kind": "gossip"}, {"kind": "unknown_choice"}),
        ({"happened_on": date(1992, 5, 19)}, {"happened_on": "out_of_range"}),
        ({"happened_on": today(STATE_ZONE) + timedelta(days=2)}, {"happened_on": "in_the_future"}),
        ({"text": (" \u200f ", "")}, {"text": "required"}),
    ],
)
def test_a_faulty_remark_is_not_written(session: Session, changed: dict[str, Any], errors: dict[str, str]) -> None:
    remark: dict[str, Any] = {"kind": "other", "happened_on": date(2020, 1, 1), "text": ("نص", "text"), **changed}
    with refuses("invalid", Invalid) as refused:
        annotate(session, REGISTRY, UUID(WOMAN.person), **remark)
    assert refused.value.errors == errors


def test_a_remark_needs_somebody(session: Session) -> None:
    with refuses("person_unknown", NotFound):
        annotate(session, REGISTRY, uuid4(), "other", date(2020, 1, 1), ("نص", "text"))


def test_the_database_refuses_remarks_of_unknown_kinds(session: Session) -> None:
    row = {"person": UUID(WOMAN.person), "kind": "gossip", "happened_on": date(2020, 1, 1)}
    with pytest.raises(Exception, match="ck_annotation_kind"), session.begin_nested():
        session.execute(insert(Annotation).values(**row, text_ar="نص", text_en=""))


def test_marriages_and_divorces_of_specimens_are_registered(session: Session) -> None:
    found = session.scalars(
        select(RegisterEvent.kind)
        .where(RegisterEvent.spouse == UUID(specimens.DIVORCED.person))
        .order_by(RegisterEvent.happened_on)
    )
    assert list(found) == ["marriage", "divorce"]


def test_requests_of_another_mission_are_not_seen(session: Session, issued: str) -> None:
    assert session.scalar(select(Request.document).where(Request.document == issued)) == issued
    session.execute(text("SELECT set_config('mahjar.mission', :mission, true)"), {"mission": ELSEWHERE})
    assert session.scalar(select(func.count()).select_from(Request).where(Request.document == issued)) == 0
