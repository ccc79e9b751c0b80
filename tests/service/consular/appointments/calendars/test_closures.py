"""Closures that two people sign: what is refused, who is affected, what is undone, and that days open again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from deploy.demo.days import today as home_today
from tests.conftest import HOME, ServiceClient, officer
from tests.factories.approvals import Signing

pytestmark = pytest.mark.clock


def ahead(days: int) -> str:
    return (home_today() + timedelta(days=days)).isoformat()


def terms(**changes: object) -> dict[str, object]:
    day = ahead(150)
    named = {"first_day": day, "last_day": day, "title_ar": "إغلاق", "closes": "seats", "affected": "move"}
    return {**named, **changes}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"first_day": "2020-01-01", "last_day": "2020-01-02"}, {"first_day": "day_past"}),
        ({"first_day": ahead(151)}, {"last_day": "ends_before_it_begins"}),
        ({"last_day": ahead(515)}, {"last_day": "closed_too_long"}),
        ({"first_day": "1 May"}, {"first_day": "not_a_date"}),
        ({"first_day": "2027-02-29"}, {"first_day": "day_not_in_month"}),
        ({"title_ar": " \u200f "}, {"title_ar": "required"}),
        ({"title_ar": "ط" * 121}, {"title_ar": "too_long"}),
        ({"title_en": "t" * 121}, {"title_en": "too_long"}),
        ({"closes": ""}, {"closes": "required"}),
        ({"closes": "everything"}, {"closes": "unknown_choice"}),
        ({"affected": ""}, {"affected": "required"}),
        ({"affected": "forget"}, {"affected": "unknown_choice"}),
    ],
)
def test_a_closure_that_makes_no_sense_is_refused(
    desk: Signing, changes: dict[str, object], errors: dict[str, str]
) -> None:
    answer = desk.propose("closure", terms(**changes))
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)


def test_one_signature_closes_nothing(desk: Signing) -> None:
    made = desk.propose("closure", terms()).get_json()
    calendar = desk.client.get("/desk/calendar", officer()).get_json()
    assert ahead(150) not in [row["first_day"] for row in calendar["closures"] if row["kind"] == "mission"]
    own = desk.decide(made["reference"], who=desk.head)
    assert (own.status_code, own.get_json()["code"]) == (422, "own_proposal")


@pytest.mark.parametrize("role", ["officer", "clerk", "cashier", "auditor"])
def test_only_who_may_propose_proposes_a_closure(desk: Signing, role: str) -> None:
    assert desk.propose("closure", terms(), who=officer(role, HOME, "officer-9")).status_code == 403


def test_payments_alone_are_closed_without_a_word_about_appointments(desk: Signing) -> None:
    signed = desk.signed("closure", terms(closes="payments", affected=""))
    assert (signed["state"], signed["preview"]) == ("done", {"turns": 0})
    undone = desk.undo(signed["reference"])
    assert (undone.status_code, undone.get_json()["code"]) == (409, "undo_too_late")


def test_a_closure_signed_twice_closes_once(desk: Signing) -> None:
    first, second = (desk.signed("closure", terms()) for _ in range(2))
    assert first["result"]["closure"] == second["result"]["closure"]


def test_what_is_opened_again_is_not_opened_twice(desk: Signing) -> None:
    closure = desk.closed(ahead(150))["result"]["closure"]
    elsewhere = Signing(desk.client, "BER")
    assert elsewhere.look("reopening", {"closure": closure}).status_code == 404
    assert desk.signed("reopening", {"closure": closure})["state"] == "done"
    again = desk.look("reopening", {"closure": closure})
    assert (again.status_code, again.get_json()["code"]) == (409, "closure_removed")


def test_a_day_of_the_decree_is_not_opened_by_one_mission(
    desk: Signing, service_client: Callable[[str], ServiceClient]
) -> None:
    refused = desk.look("reopening", {"closure": "SY/2030-12-08/liberation-day"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "closure_of_all")


@pytest.mark.parametrize("path", ["/desk/closures", "/desk/closures/remove"])
def test_there_is_no_way_past_the_second_signature(desk: Signing, path: str) -> None:
    assert desk.client.post(path, officer("head_of_mission"), terms()).status_code == 404
