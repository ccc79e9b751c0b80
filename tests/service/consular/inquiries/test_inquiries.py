"""An inquiry from its checks to the last word: who may ask, who answers, what a second one of anything meets."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services.consular import missions
from services.consular.inquiries import escalate, files, rules
from services.consular.inquiries.model import Inquiry, InquiryEntry
from services.consular.notices.model import Notice
from shared.database.audit import event
from shared.database.db import Database
from shared.identity.actor import Actor, declared_owner, service
from tests.conftest import ELSEWHERE, HOME, ServiceClient, expatriate, officer
from tests.factories.applications import Counter
from tests.factories.concurrency import together
from tests.factories.inquiries import GOOD, REFUSAL, TEXT, Ask, Asker, faults, status_of
from tests.factories.uploads import JPEG

pytestmark = pytest.mark.clock
Begin = Callable[..., Counter]


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def asker(service_client: Callable[[str], ServiceClient]) -> Ask:
    return lambda *given: Asker(service_client("consular"), *given)


def queued(asker: Asker, queue: str = "open", who: Actor | None = None) -> list[dict[str, Any]]:
    answer = asker.client.get(f"/desk/inquiries?queue={queue}", who or officer())
    assert answer.status_code == 200, answer.get_json()
    return [row for row in answer.get_json()["rows"] if row["reference"] == asker.reference]


def test_it_is_asked_confirmed_queued_answered_and_seen(asker: Ask, consular: Database) -> None:
    mine = asker()
    assert mine.write().get_json()["state"] == "unconfirmed"
    assert queued(mine) == []
    assert mine.confirm().get_json()["state"] == "waiting"
    (row,) = queued(mine)
    assert (row["colour"], row["days_left"], row["held_by"], row["owner"]) == ("green", 5, "officer", None)
    assert mine.desk("take", officer("clerk")).status_code == 200
    assert queued(mine)[0]["owner"] == officer("clerk").id
    assert mine.desk("answer", **GOOD).get_json()["state"] == "accepted"
    seen = mine.read()
    (entry,) = seen["entries"]
    assert (entry["kind"], entry["outcome"], entry["text"]) == ("answered", "accepted", "جوازك في الطريق")
    assert seen["next_step"] == "wait"
    assert seen["allowed"] == ["rate", "reopen"]
    assert "actor" not in entry
    assert queued(mine) == [] and queued(mine, "answered")
    with consular.scope(HOME) as session:
        assert session.scalars(select(Notice.kind).where(Notice.about == mine.reference)).all() == ["inquiry_answered"]
        done = session.scalars(select(event.c.action).where(event.c.about == mine.reference)).all()
    assert {"inquiry.written", "inquiry.confirmed", "inquiry.taken", "inquiry.answered", "inquiry.read"} <= set(done)


def test_every_failed_check_is_named_at_once(asker: Ask) -> None:
    answer = asker().write(type="x", number="1", text="متى", about="RUH-AAAAA-AAAAA-A")
    assert answer.status_code == 422
    assert faults(answer) == {
        "type": "inquiry_type",
        "number": "inquiry_number",
        "text": "inquiry_text_unclear",
        "about": "inquiry_not_yours",
    }


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"text": "ب" * 10_000}, {"text": "inquiry_text_long"}),
        ({"text": "\u202e\u2066\u200f"}, {"text": "required"}),
        ({"type": "residence-renewal"}, {"type": "inquiry_referred"}),
        ({"type": ""}, {"type": "inquiry_type"}),
        ({"text": "ب" * 70_000}, {"text": "too_long"}),
    ],
)
def test_bad_content_is_refused_beside_its_field(asker: Ask, changed: dict[str, str], wrong: dict[str, str]) -> None:
    answer = asker().write(**changed)
    assert (answer.status_code, faults(answer)) == (422, wrong)


def test_markup_stays_text_and_controls_of_direction_go(asker: Ask) -> None:
    mine = asker()
    assert mine.write(text=f"<b onclick=x>{TEXT}</b>\u202e نهاية").status_code == 201
    assert mine.read()["text"] == f"<b onclick=x>{TEXT}</b> نهاية"


def test_nobody_asks_about_somebody_elses_case(asker: Ask, counter: Begin) -> None:
    case = counter()
    case.start("passport-renewal")
    assert faults(asker().write(about=case.reference)) == {"about": "inquiry_not_yours"}
    unknown = asker().write(about="RUH-22222-22222-2")
    assert faults(unknown) == {"about": "inquiry_not_yours"}
    own = asker(case.person.actor)
    assert own.write(about=case.reference, number=case.person.number).status_code == 201
    assert own.read()["about"] == case.reference


def test_a_national_number_of_another_person_is_refused(asker: Ask, counter: Begin) -> None:
    case = counter().until("in_review")
    mine = asker(case.person.actor)
    assert faults(mine.write(number="09999999999")) == {"number": "inquiry_number_of_another"}
    assert mine.write(number="2123456789").status_code == 201


def test_an_inquiry_of_another_does_not_exist(asker: Ask) -> None:
    mine, other = asker().sent(), expatriate()
    for path in ("", "/files/1"):
        assert mine.client.get(f"/inquiries/{mine.reference}{path}", other).status_code == 404
    for verb in ("seal", "confirm", "reopen", "appeal", "rating"):
        body = {"digest": "x", "text": TEXT, "rating": 3}
        assert mine.client.post(f"/inquiries/{mine.reference}/{verb}", other, body).status_code == 404
    elsewhere = officer(mission=ELSEWHERE)
    assert mine.client.get(f"/desk/inquiries/{mine.reference}", elsewhere).status_code == 404
    assert queued(mine, who=elsewhere) == []


@pytest.mark.parametrize(
    ("role", "verb", "status"),
    [
        ("clerk", "answer", 403),
        ("clerk", "appeal", 403),
        ("clerk", "take", 200),
        ("cashier", "take", 403),
        ("auditor", "take", 403),
        ("officer", "answer", 200),
        ("head_of_mission", "answer", 200),
    ],
)
def test_who_may_do_what_at_the_desk(asker: Ask, role: str, verb: str, status: int) -> None:
    assert asker().sent().desk(verb, officer(role), **GOOD).status_code == status


def test_the_digest_changes_with_every_word_and_file(asker: Ask) -> None:
    mine = asker()
    mine.write()
    first = mine.act("seal").get_json()["digest"]
    assert mine.act("seal").get_json()["digest"] == first
    mine.write(reference=mine.reference, text=TEXT + " شكرا")
    second = mine.act("seal").get_json()["digest"]
    assert status_of(mine.act("confirm", digest=first)) == (409, "inquiry_changed")
    assert mine.add_file().status_code == 201
    third = mine.act("seal").get_json()["digest"]
    assert len({first, second, third}) == 3
    assert mine.act("confirm", digest=third).status_code == 200
    assert status_of(mine.act("seal")) == (409, "inquiry_sent")
    assert status_of(mine.write(reference=mine.reference)) == (409, "inquiry_sent")
    assert status_of(mine.add_file()) == (409, "inquiry_sent")


def test_a_type_that_needs_a_paper_waits_for_it(asker: Ask) -> None:
    mine = asker()
    mine.write(type="document-error")
    assert faults(mine.act("seal")) == {"file": "inquiry_papers"}
    assert mine.add_file(JPEG, "خطأ.jpeg").status_code == 201
    assert mine.act("seal").status_code == 200
    (file,) = mine.read()["files"]
    assert (file["filename"], file["type"]) == ("خطأ.jpg", "image/jpeg")
    shown = mine.client.get(f"/inquiries/{mine.reference}/files/1", mine.actor)
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"GIF89a" + b"\0" * 20, 415, "file_type_unknown"),
        (b"", 422, "file_empty"),
        (b"\0" * (8 * 1024 * 1024 + 1), 413, "file_too_large"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_beside_it(asker: Ask, data: bytes, status: int, code: str) -> None:
    mine = asker()
    mine.write()
    answer = mine.add_file(data)
    assert (answer.status_code, faults(answer)) == (status, {"file": code})


def test_five_files_are_enough(asker: Ask) -> None:
    mine = asker()
    mine.write()
    assert [mine.add_file().status_code for _ in range(6)] == [201] * 5 + [409]


def test_of_two_answers_at_once_one_counts(asker: Ask, consular: Database) -> None:
    mine = asker().sent()
    answers = together(
        lambda: mine.desk("answer", officer(name="one"), **GOOD),
        lambda: mine.desk("answer", officer(name="two"), **REFUSAL),
    )
    assert answers == [200, 409]
    with consular.scope(HOME) as session:
        entries = session.scalars(select(InquiryEntry).where(InquiryEntry.inquiry == mine.reference)).all()
    assert len(entries) == 1


def test_an_answer_to_a_round_that_is_over_is_refused(asker: Ask) -> None:
    mine = asker().sent().refused()
    assert mine.act("reopen", text=TEXT).status_code == 200
    assert status_of(mine.desk("answer", round=1, **GOOD)) == (409, "inquiry_answered")
    assert mine.desk("answer", round=2, **GOOD).status_code == 200


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"outcome": ""}, {"outcome": "choose"}),
        ({"outcome": "refused"}, {"reason": "choose"}),
        ({"next_step": ""}, {"next_step": "choose"}),
        ({"text": ""}, {"text": "inquiry_answer_missing"}),
        ({"text": "ب" * 4_001}, {"text": "inquiry_text_long"}),
        ({"canned": "x"}, {"canned": "unknown_choice"}),
    ],
)
def test_an_answer_is_whole_or_says_what_is_missing(asker: Ask, changed: dict[str, str], wrong: dict[str, str]) -> None:
    answer = asker().sent().desk("answer", **{**GOOD, **changed})
    assert (answer.status_code, faults(answer)) == (422, wrong)


def test_a_ready_answer_needs_no_words(asker: Ask) -> None:
    mine = asker().sent()
    assert mine.desk("answer", **{**GOOD, "text": "", "canned": "fee_where"}).status_code == 200
    assert mine.read()["entries"][0]["canned"] == "fee_where"


def test_an_objection_is_made_once_and_decided_by_another_person(asker: Ask) -> None:
    refuser = officer(name="refuser")
    mine = asker().sent().refused(refuser)
    assert mine.read()["allowed"] == ["rate", "reopen", "appeal"]
    assert mine.act("appeal", text=TEXT).get_json()["held_by"] == "head_of_mission"
    assert queued(mine, "appealed")
    assert status_of(mine.act("appeal", text=TEXT)) == (409, "inquiry_appealed")
    assert status_of(mine.desk("appeal", refuser, **REFUSAL)) == (409, "inquiry_own_answer")
    assert status_of(mine.desk("answer", officer("head_of_mission"), **GOOD)) == (409, "inquiry_answered")
    assert mine.desk("appeal", officer("head_of_mission"), **REFUSAL).status_code == 200
    assert [entry["kind"] for entry in mine.read()["entries"]] == ["answered", "appealed", "appeal_decided"]
    assert "appeal" not in mine.read()["allowed"]
    assert status_of(mine.act("appeal", text=TEXT)) == (409, "inquiry_appealed")


def test_of_two_objections_at_once_one_counts(asker: Ask) -> None:
    mine = asker().sent().refused()
    assert together(*[lambda: mine.act("appeal", text=TEXT)] * 2) == [200, 409]


def test_only_a_refusal_is_objected_to_and_only_with_words(asker: Ask) -> None:
    mine = asker().sent()
    assert status_of(mine.act("appeal", text=TEXT)) == (409, "inquiry_not_now")
    mine.desk("answer", **GOOD)
    assert status_of(mine.act("appeal", text=TEXT)) == (409, "inquiry_not_now")
    assert faults(asker().sent().refused().act("appeal", text="لا")) == {"text": "inquiry_text_unclear"}


def test_it_is_reopened_twice_with_a_new_clock(asker: Ask) -> None:
    mine = asker().sent()
    for round_ in (2, 3):
        assert mine.desk("answer", **GOOD).status_code == 200
        assert mine.act("reopen", text=TEXT).get_json()["round"] == round_
        assert queued(mine)[0]["days_left"] == rules.ANSWER_DAYS
    mine.desk("answer", **GOOD)
    assert mine.read()["allowed"] == ["rate"]
    assert status_of(mine.act("reopen", text=TEXT)) == (409, "inquiry_reopened_often")


@pytest.mark.parametrize(("rating", "status"), [(0, 422), (1, 200), (5, 200), (6, 422), (-1, 422), ("3", 422)])
def test_a_rating_is_from_one_to_five(asker: Ask, rating: object, status: int) -> None:
    mine = asker().sent().refused()
    assert mine.act("rating", rating=rating).status_code == status
    assert mine.read()["rating"] == (rating if status == 200 else None)


def test_only_an_answer_is_rated(asker: Ask) -> None:
    assert status_of(asker().sent().act("rating", rating=3)) == (409, "inquiry_not_now")


def age(consular: Database, asker: Asker, **columns: Any) -> None:
    with consular.scope(HOME) as session:
        session.execute(update(Inquiry).where(Inquiry.reference == asker.reference).values(**columns))


def home_day(consular: Database, days: int = 0) -> date:
    with consular.scope(HOME) as session:
        return missions.today(session, HOME) + timedelta(days=days)


def test_silence_escalates_itself_once(asker: Ask, consular: Database) -> None:
    mine = asker().sent()
    mine.desk("take")
    worker = service("consular", HOME)

    def run() -> None:
        with consular.scope(HOME) as session:
            escalate.escalate_mission(session, worker, home_day(consular))

    age(consular, mine, due_on=home_day(consular))
    run()
    assert queued(mine)[0]["held_by"] == "officer"
    age(consular, mine, due_on=home_day(consular, -1))
    run()
    run()
    (row,) = queued(mine, "overdue")
    assert (row["held_by"], row["colour"], row["owner"]) == ("head_of_mission", "red", None)
    assert mine.read()["escalated"]
    with consular.scope(HOME) as session:
        kinds = session.scalars(select(Notice.kind).where(Notice.about == mine.reference)).all()
    assert kinds == ["inquiry_escalated"]
    assert mine.desk("answer", **GOOD).status_code == 200


def test_after_thirty_days_an_answer_stands(asker: Ask, consular: Database) -> None:
    mine = asker().sent().refused()
    with consular.scope(HOME) as session:
        answered = session.get_one(Inquiry, mine.reference).answered_at
    assert answered is not None
    age(consular, mine, answered_at=answered - timedelta(days=32))
    assert mine.read()["allowed"] == ["rate"]
    assert status_of(mine.act("appeal", text=TEXT)) == (422, "inquiry_closed")
    assert status_of(mine.act("reopen", text=TEXT)) == (422, "inquiry_closed")


def test_what_was_never_confirmed_ends_after_a_day(asker: Ask, consular: Database) -> None:
    old, young, sent = asker(), asker(), asker().sent()
    old.write()
    old.add_file()
    young.write()
    with consular.scope(HOME) as session:
        made = session.get_one(Inquiry, old.reference).made_at - timedelta(days=2)
    age(consular, old, made_at=made)
    age(consular, sent, made_at=made)
    with consular.scope(HOME) as session:
        assert files.end_due(session, service("consular", HOME)) == [f"{old.reference}/1"]
    statuses = [one.client.get(f"/inquiries/{one.reference}", one.actor).status_code for one in (old, young, sent)]
    assert statuses == [404, 200, 200]


def test_what_comes_by_telephone_waits_in_the_same_queue(asker: Ask, counter: Begin) -> None:
    case = counter().until("in_review")
    client = asker().client
    question = {"type": "application", "number": "01234567890", "text": TEXT, "about": case.reference}
    call = {**question, "channel": "phone", "contact": "أم سامر، 0501234567"}
    written = client.post("/desk/inquiries", officer("clerk"), call)
    assert written.status_code == 201, written.get_json()
    # Whose application it is sees it too.
    theirs = Asker(client, case.person.actor, written.get_json()["reference"])
    assert queued(theirs)[0]["channel"] == "phone"
    assert theirs.read()["about"] == case.reference
    listed = client.get(f"/inquiries?about={case.reference}", case.person.actor).get_json()
    assert [one["reference"] for one in listed] == [theirs.reference]


def test_a_caller_without_a_name_or_a_way_is_not_written_in(asker: Ask) -> None:
    call = {"type": "appointment", "number": "3123456789", "text": TEXT, "channel": "pigeon", "contact": "\u200f"}
    answer = asker().client.post("/desk/inquiries", officer("clerk"), {**call, "about": "RUH-22222-22222-2"})
    assert faults(answer) == {"channel": "choose", "contact": "required", "about": "inquiry_case_unknown"}


def test_who_has_only_said_who_they_are_asks_and_keeps_it_after_the_proof(asker: Ask) -> None:
    declared = Actor("expatriate", "declared-asker", "declared", HOME, declared_owner("declared-asker"))
    mine = asker(declared).sent(type="identity")
    proven = expatriate()
    proven = Actor(proven.kind, declared.id, proven.role, HOME, proven.person)
    assert mine.client.get(f"/inquiries/{mine.reference}", proven).status_code == 404
    assert mine.client.post("/applications/adopt", proven).get_json() == {"adopted": 1}
    assert mine.client.get(f"/inquiries/{mine.reference}", proven).status_code == 200


def test_an_unknown_queue_is_refused(asker: Ask) -> None:
    assert asker().client.get("/desk/inquiries?queue=x", officer()).status_code == 422
