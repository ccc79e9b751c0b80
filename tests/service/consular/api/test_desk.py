"""What officers do: the queue, the case, the verdicts, the counter; and what they may not do."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text

from services.consular.applications.model import Asking
from shared.database.audit import event
from shared.database.db import Database
from shared.identity.actor import Actor
from shared.messaging.outbox import outbox
from shared.values.dates import local_date
from tests.conftest import ELSEWHERE, HOME, expatriate, officer
from tests.factories.applications import Counter
from tests.factories.concurrency import together

At = Callable[..., Counter]
Databases = Callable[[str], Database]


def queue(here: Counter, who: Actor | None = None, **query: str) -> Any:
    answer = here.client.get("/desk/queue", who or officer(mission=here.mission), query_string=query)
    return answer.get_json()


def test_cash_settles_with_receipt_and_due_date(counter: At) -> None:
    here = counter()
    here.fill("passport-renewal")
    here.submit()
    answer = here.pay()
    assert answer.status_code == 200, answer.get_json()
    read = here.read()
    assert read["status"] == "in_review"
    assert read["payments"][0]["receipt"] == answer.get_json()["receipt"]
    assert read["payments"][0]["state"] == "succeeded"
    assert read["due_on"] > local_date(datetime.fromisoformat(read["submitted_at"]), "Asia/Riyadh").isoformat()
    assert read["timeline"][-1]["code"] == "paid"
    assert read["timeline"][-1]["by"] == "cashier"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"amount": 74_999, "currency": "SAR"}, "amount_differs"),
        ({"amount": 75_100, "currency": "SAR"}, "amount_differs"),
        ({"amount": 75_000, "currency": "USD"}, "amount_differs"),
        ({"amount": 75_000, "currency": "SYP"}, "invalid"),
        ({"amount": "75000.5", "currency": "SAR"}, "invalid"),
        ({"amount": 750.5, "currency": "SAR"}, "invalid"),
        ({"amount": 0, "currency": "SAR"}, "invalid"),
        ({"amount": -75_000, "currency": "SAR"}, "invalid"),
        ({"currency": "SAR"}, "invalid"),
    ],
)
def test_cash_must_be_exactly_what_is_owed(counter: At, body: dict[str, Any], code: str) -> None:
    here = counter().until("awaiting_payment")
    answer = here.desk("cash", officer("cashier"), **body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert here.read()["status"] == "awaiting_payment"
    assert here.read()["payments"] == []


def paid_by(here: Counter) -> list[tuple[str, str, int, str]]:
    """The payments as the applicant sees them."""
    return [(one["method"], one["state"], one["amount"], one["currency"]) for one in here.read()["payments"]]


def test_cash_with_the_same_key_is_taken_once(counter: At) -> None:
    here, key = counter().until("awaiting_payment"), uuid.uuid4().hex
    owed: dict[str, Any] = {"amount": 75_000, "currency": "SAR"}
    first = here.desk("cash", officer("cashier"), key, **owed)
    again = here.desk("cash", officer("cashier"), key, **owed)
    assert (first.status_code, first.get_json()) == (200, again.get_json())
    assert paid_by(here) == [("cash", "succeeded", 75_000, "SAR")]


def test_two_cashiers_at_once_take_cash_once(counter: At) -> None:
    here = counter().until("awaiting_payment")
    tills = [officer("cashier", name=f"cashier-{place}") for place in range(3)]
    owed: dict[str, Any] = {"amount": 75_000, "currency": "SAR"}
    codes = together(*[partial(here.desk, "cash", till, **owed) for till in tills])
    assert codes == [200, 409, 409]
    assert paid_by(here) == [("cash", "succeeded", 75_000, "SAR")]


def test_accepting_asks_the_authority(counter: At, database: Databases) -> None:
    here = counter().until("in_review", "individual-extract")
    answer = here.desk("accept", officer())
    assert answer.get_json() == {"reference": here.reference, "status": "with_authority"}
    with database("consular").scope(HOME) as session:
        sent = session.execute(select(outbox).where(outbox.c.about == here.reference)).one()
    assert sent.type == "application.forwarded"
    assert sent.content["body"] == {
        "application": here.reference,
        "transaction": "individual-extract",
        "ask": "extract",
        "authority": "civil_registry",
        "person": here.person.id,
        "options": {"purpose": "residence", "marital_status_shown": "yes"},
        "filed_on": local_date(datetime.now(UTC), "Asia/Riyadh").isoformat(),
    }


def test_of_officers_who_accept_at_once_exactly_one_wins(counter: At, database: Databases) -> None:
    here = counter().until("in_review")
    officers = [officer(name=f"officer-{place}") for place in range(4)]
    codes = together(*[partial(here.desk, "accept", who) for who in officers])
    assert codes == [200, 409, 409, 409]
    with database("consular").scope(HOME) as session:
        sent = session.scalars(select(outbox.c.type).where(outbox.c.about == here.reference)).all()
        asked = session.scalars(select(Asking.authority).where(Asking.application == here.reference)).all()
    assert (sent, asked) == (["application.forwarded"], ["civil_registry"])


def test_accepting_and_refusing_at_once_leaves_one_verdict(counter: At) -> None:
    here = counter().until("in_review")
    codes = together(
        lambda: here.desk("accept", officer(name="first")),
        lambda: here.desk("refuse", officer(name="second"), reason="not_entitled"),
    )
    assert codes == [200, 409]


def test_accepting_twice_with_one_key_answers_alike(counter: At) -> None:
    here, key = counter().until("in_review"), uuid.uuid4().hex
    first, again = here.desk("accept", key=key), here.desk("accept", key=key)
    assert (first.status_code, again.status_code, first.get_json()) == (200, 200, again.get_json())


@pytest.mark.parametrize("verb", ["return", "refuse"])
@pytest.mark.parametrize("reason", ["", "because", "religion"])
def test_a_verdict_needs_a_known_reason(counter: At, verb: str, reason: str) -> None:
    here = counter().until("in_review")
    answer = here.desk(verb, reason=reason)
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {"reason": "unknown_choice" if reason else "required"}
    assert here.read()["status"] == "in_review"


def test_a_reason_to_return_is_none_to_refuse(counter: At) -> None:
    here = counter().until("in_review")
    assert here.desk("refuse", reason="photo_unsuitable").get_json()["errors"] == {"reason": "unknown_choice"}
    assert here.desk("return", reason="forged_paper").get_json()["errors"] == {"reason": "unknown_choice"}


def test_a_note_has_an_end(counter: At) -> None:
    here = counter().until("in_review")
    answer = here.desk("return", reason="answer_wrong", note="x" * 501)
    assert answer.get_json()["errors"] == {"note": "too_long"}


def test_a_returned_application_is_mended_and_reviewed_without_paying_again(counter: At) -> None:
    here = counter().until("in_review")
    assert here.desk("return", reason="photo_unsuitable", note="الصورة\u202e معتمة").status_code == 200
    returned = here.read()
    assert (returned["status"], returned["allowed"]) == ("returned", ["edit", "submit", "withdraw"])
    assert returned["timeline"][-1]["reason"] == "photo_unsuitable"
    assert returned["timeline"][-1]["note"] == "الصورة معتمة"
    assert here.upload("photo").status_code == 201
    assert here.submit().get_json()["status"] == "in_review"
    assert here.read()["timeline"][-1]["code"] == "resubmitted"
    assert paid_by(here) == [("cash", "succeeded", 75_000, "SAR")]


def test_a_refused_application_has_its_money_owed_back(counter: At) -> None:
    here = counter().until("in_review")
    assert here.desk("refuse", reason="identity_doubt").get_json()["status"] == "refused"
    case = here.client.get(f"/desk/cases/{here.reference}", officer()).get_json()
    assert [(row["amount"], row["currency"], row["state"]) for row in case["refunds"]] == [(75_000, "SAR", "due")]
    assert here.read()["allowed"] == []


def test_withdrawing_after_payment_owes_the_money_back(counter: At) -> None:
    here = counter().until("in_review")
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "k"}).get_json()["status"] == "withdrawn"
    case = here.client.get(f"/desk/cases/{here.reference}", officer()).get_json()
    assert [(row["amount"], row["state"]) for row in case["refunds"]] == [(75_000, "due")]


def test_withdrawing_before_payment_cancels_the_debt_and_frees_the_person(counter: At) -> None:
    here = counter().until("awaiting_payment")
    here.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    assert here.read()["quote"]["state"] == "cancelled"
    assert here.pay().status_code == 409
    assert here.start("passport-renewal").status_code == 201


def test_with_the_authority_nothing_is_withdrawn(counter: At) -> None:
    here = counter().until("with_authority")
    answer = here.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    assert (answer.status_code, answer.get_json()["params"]) == (409, {"status": "with_authority"})


@pytest.mark.parametrize(
    ("verb", "roles"),
    [
        ("accept", ["clerk", "cashier", "auditor", "administrator"]),
        ("return", ["clerk", "cashier", "auditor"]),
        ("refuse", ["clerk", "cashier", "auditor"]),
        ("cash", ["clerk", "officer", "auditor"]),
        ("collect", ["cashier", "auditor"]),
    ],
)
def test_a_role_without_the_right_is_refused(counter: At, verb: str, roles: list[str]) -> None:
    here = counter()
    here.start("passport-renewal")
    for role in roles:
        assert here.desk(verb, officer(role)).status_code == 403
    assert here.desk(verb, here.person.actor).status_code == 403


def test_another_missions_staff_sees_and_does_nothing(counter: At) -> None:
    here = counter().until("in_review")
    paper = here.read()["papers"][0]["id"]
    stranger = officer("head_of_mission", ELSEWHERE)
    absent = here.client.get("/desk/cases/BER-22222-22222-2", stranger).get_data()
    reads = [
        here.client.get(f"/desk/cases/{here.reference}", stranger),
        here.client.get(f"/applications/{here.reference}", stranger),
        here.client.get(f"/papers/{paper}", stranger),
    ]
    acts = [
        here.desk("accept", stranger),
        here.desk("return", stranger, reason="answer_wrong"),
        here.desk("refuse", stranger, reason="not_entitled"),
        here.desk("cash", stranger, amount=1, currency="SAR"),
        here.desk("collect", stranger, national_number=here.person.number),
    ]
    assert {answer.status_code for answer in reads + acts} == {404}
    assert {answer.get_data() for answer in reads + acts} == {absent}
    assert here.read()["status"] == "in_review"
    assert here.reference not in str(queue(here, stranger, q=here.reference))
    assert queue(here, stranger, q=here.person.number)["rows"] == []


def test_the_queue_counts_and_finds_by_reference_and_national_number(counter: At) -> None:
    before = queue(counter())["counts"]
    here = counter().until("in_review")
    after = queue(here)["counts"]
    assert after["in_review"] == before["in_review"] + 1
    assert "draft" not in after
    for sought in (here.reference, here.reference.lower().replace("-", " "), here.person.number):
        [row] = queue(here, q=sought)["rows"]
        assert (row["reference"], row["status"]) == (here.reference, "in_review")
        assert row["applicant"]["name"]["en"] == "Rasha Samer Alhussein"
    assert queue(here, q=here.reference, status="ready")["rows"] == []
    assert queue(here, q=here.reference, transaction="individual-extract")["rows"] == []


def test_exceptions_come_first_and_what_is_done_last(counter: At) -> None:
    done, waiting, odd = (counter(mission="MCT") for _ in range(3))
    done.until("collected")
    waiting.until("in_review")
    odd.until("with_authority").decide("granted")
    references = [row["reference"] for row in queue(waiting)["rows"]]
    assert references == [odd.reference, waiting.reference, done.reference]
    assert queue(waiting)["counts"]["exceptions"] == 1


def test_what_was_never_handed_in_is_not_the_desks_business(counter: At) -> None:
    here = counter()
    here.start("passport-renewal")
    assert queue(here, q=here.reference)["rows"] == []
    assert here.client.get(f"/desk/cases/{here.reference}", officer()).status_code == 404
    assert here.desk("accept").status_code == 404
    here.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    assert queue(here, q=here.reference)["rows"] == []


@pytest.mark.parametrize(("query", "field"), [({"status": "lost"}, "status"), ({"q": "R"}, "q"), ({"q": "%'"}, "q")])
def test_a_question_the_queue_does_not_understand_names_its_field(
    counter: At, query: dict[str, str], field: str
) -> None:
    answer = counter().client.get("/desk/queue", officer(), query_string=query)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, ""])
def test_a_senseless_page_number_shows_some_page(counter: At, page: str) -> None:
    assert counter().client.get("/desk/queue", officer(), query_string={"page": page}).status_code == 200


def test_a_case_shows_person_facts_and_history_and_records_who_looked_and_why(counter: At, database: Databases) -> None:
    here = counter().until("in_review")
    path = f"/desk/cases/{here.reference}"
    case = here.client.get(
        path, officer("auditor", name="auditor-7"), query_string={"reason": "complaint 12"}
    ).get_json()
    assert case["person"]["national_number"] == here.person.number
    assert case["facts"]["civil_registry"]["alive"] is True
    assert case["allowed"] == []
    assert "application.accepted" not in [row["action"] for row in case["history"]]
    assert "payment.taken" in [row["action"] for row in case["history"]]
    with database("consular").scope(HOME) as session:
        looked = select(event).where(event.c.about == here.reference, event.c.action == "case.read")
        row = session.execute(looked).one()
    assert (row.actor, row.role, row.reason) == ("auditor-7", "auditor", "complaint 12")


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("officer", ["accept", "return", "refuse"]),
        ("head_of_mission", ["accept", "return", "refuse"]),
        ("clerk", []),
        ("cashier", []),
        ("auditor", []),
    ],
)
def test_an_officer_is_offered_what_role_and_status_allow(counter: At, role: str, expected: list[str]) -> None:
    here = counter().until("in_review")
    assert here.client.get(f"/desk/cases/{here.reference}", officer(role)).get_json()["allowed"] == expected


def test_an_applicant_cannot_open_the_desk(counter: At) -> None:
    here = counter().until("in_review")
    for path in ("/desk/queue", f"/desk/cases/{here.reference}"):
        assert here.client.get(path, here.person.actor).status_code == 403
        assert here.client.get(path, expatriate()).status_code == 403


def search_queue(here: Counter, typed: str) -> set[str]:
    return {row["reference"] for row in queue(here, q=typed)["rows"]}


def test_a_case_is_found_by_name_in_any_order_and_spelling(counter: At) -> None:
    here = counter().until("in_review")
    name = next(row for row in queue(here, q=here.reference)["rows"])["applicant"]["name"]
    words = name["ar"].split()
    for typed in (name["ar"], " ".join(reversed(words)), words[0].translate(str.maketrans("اهيك", "أھیک")), name["en"]):
        assert here.reference in search_queue(here, typed), typed
    assert here.reference not in search_queue(here, f"{words[0]} غيرموجود")


def test_a_case_search_leads_to_a_part_of_its_reference_or_passport_number(counter: At) -> None:
    here = counter().until("in_review")
    passport = str(here.read()["answers"]["passport_number"])
    for typed in (
        here.reference[4:9],
        here.reference[-8:],
        here.reference.lower()[:9],
        passport,
        passport[-5:],
        f"No. {passport}",
        f"Code: {here.reference[:9]}",
        f"رقم الطلب {here.reference[:9]}، عاجل",
        f"https://mahjar.example/ar/desk/cases/{here.reference}?tab=papers",
        here.reference.replace("-", "ـ"),
    ):
        assert here.reference in search_queue(here, typed), typed


def test_a_search_never_shows_another_missions_case(counter: At) -> None:
    here = counter().until("in_review")
    passport = str(here.read()["answers"]["passport_number"])
    for typed in (here.reference, here.reference[4:9], passport):
        assert not queue(here, officer(mission=ELSEWHERE), q=typed)["rows"]


def test_a_search_too_short_is_refused(counter: At) -> None:
    here = counter()
    answer = here.client.get("/desk/queue", officer(mission=here.mission), query_string={"q": "7"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "search_not_understood")


def test_a_search_reads_an_index_under_row_level_security(database: Databases) -> None:
    statement = text(
        "EXPLAIN SELECT application FROM search_key WHERE kind IN ('name') AND key >= 'زهي' AND key < 'زهي\U0010ffff'"
    )
    with database("consular").scope(HOME) as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(session.scalars(statement))
    assert "ix_search_key_key" in plan and "Index Cond: ((mission = current_setting" in plan and "(key >= " in plan, (
        plan
    )
