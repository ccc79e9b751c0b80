"""The figures of a mission: what was decided, why, by whom, what was taken; and who is far from the others."""

from collections.abc import Callable

import pytest

from services.consular.views.figures import apart
from services.consular.workflow.bulk_action import approve, propose
from shared.database.db import Database
from tests.conftest import HOME, officer
from tests.factories.applications import Counter

At = Callable[..., Counter]
HEAD = officer("head_of_mission")


def test_decisions_reasons_revenue_and_waits(counter: At) -> None:
    accepted, returned = counter().until("with_authority"), counter().until("in_review")
    returned.desk("return", officer(), reason="paper_unreadable", note="")
    answer = accepted.client.get("/desk/figures?days=7", HEAD)
    assert answer.status_code == 200, answer.get_json()
    found = answer.get_json()
    assert found["days"] == 7
    assert {"with_authority", "returned"} <= {one["decision"] for one in found["decisions"]}
    assert {"decision": "returned", "reason": "paper_unreadable", "count": 1} in found["reasons"]
    assert {one["currency"] for one in found["revenue"]} == {"SAR"}
    assert accepted.read()["transaction"] in {one["transaction"] for one in found["revenue"]}
    assert {"awaiting_payment", "in_review"} <= {one["stage"] for one in found["waits"]}
    assert all(0 <= one["median"] <= one["slowest"] for one in found["waits"])
    assert [one["age"] for one in found["exceptions"]] == ["days", "week", "month", "older"]


def revenue(here: Counter) -> dict[tuple[str, str], int]:
    found = here.client.get("/desk/figures?days=7", HEAD).get_json()["revenue"]
    return {(one["currency"], one["transaction"]): one["amount"] for one in found}


def test_cash_that_was_entered_in_error_is_no_revenue(counter: At, database: Callable[[str], Database]) -> None:
    here = counter().until("awaiting_payment")
    before = revenue(here)
    assert here.pay().status_code == 200
    payment = here.read()["payments"][-1]
    of = (payment["currency"], here.read()["transaction"])
    assert revenue(here)[of] == before.get(of, 0) + payment["amount"]
    terms = {"void_payment": payment["reference"], "void_reason": "Entered on the wrong case"}
    with database("consular").scope(HOME) as session:
        proposal = propose(session, HEAD, "cash_reversal", terms).reference
    with database("consular").scope(HOME) as session:
        approve(session, officer(name="second"), proposal)
    assert revenue(here).get(of, 0) == before.get(of, 0)


@pytest.mark.parametrize("days", ["", "0", "8", "-7", "x", "999999999999"])
def test_a_senseless_span_is_a_month(counter: At, days: str) -> None:
    assert counter().client.get(f"/desk/figures?days={days}", HEAD).get_json()["days"] == 30


@pytest.mark.parametrize("role", ["clerk", "officer", "cashier", "administrator"])
def test_only_head_and_auditor_read_them(counter: At, role: str) -> None:
    assert counter().client.get("/desk/figures", officer(role)).status_code == 403
    assert counter().client.get("/desk/figures", officer("auditor")).status_code == 200


def row(officer_id: str, count: int, turned_down: int) -> dict[str, object]:
    return {"officer": officer_id, "count": count, "turned_down": turned_down}


def test_who_turns_down_far_more_than_the_others_is_marked() -> None:
    found = apart([row("a", 40, 20), row("b", 40, 4), row("c", 40, 4)])
    assert [(one["officer"], one["share"], one["usual"], one["far"]) for one in found] == [
        ("a", 50, 10, True),
        ("b", 10, 30, True),
        ("c", 10, 30, True),
    ]


def test_few_decisions_and_an_officer_alone_mean_nothing() -> None:
    assert not apart([row("a", 19, 19), row("b", 400, 4)])[0]["far"]
    assert not apart([row("a", 400, 400)])[0]["far"]
    assert apart([]) == []
