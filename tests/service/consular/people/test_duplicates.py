"""Files that may be one person's: flagged for the desk of their mission, judged there, never shown to applicants."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import ELSEWHERE, HOME, officer
from tests.factories.applications import Counter
from tests.factories.duplicates import alike, filed, named

At = Callable[..., Counter]


def case(here: Counter) -> dict[str, Any]:
    return dict(here.client.get(f"/desk/cases/{here.reference}", officer(mission=here.mission)).get_json())


def judge(here: Counter, other: str, verdict: str, reason: str) -> Any:
    return here.desk("duplicate", officer(), other=other, verdict=verdict, reason=reason)


def test_two_numbers_for_one_name_mother_and_birth_are_flagged_for_the_desk_alone(counter: At) -> None:
    one, other = alike()
    first, second = filed(counter, one), filed(counter, other)
    found = case(second)
    assert [(row["other"], row["kind"], row["state"]) for row in found["duplicates"]] == [
        (first.reference, "number", "open")
    ]
    assert found["exception"] == "possible_duplicate" and case(first)["duplicates"] == []
    seen = second.read()
    assert first.reference not in str(seen) and "duplicates" not in seen and "possible_duplicate" not in str(seen)
    rows = second.client.get("/desk/queue?status=exceptions", officer()).get_json()["rows"]
    assert "possible_duplicate" in {row["exception"] for row in rows if row["reference"] == second.reference}


def test_a_flagged_file_is_accepted_once_an_officer_has_judged_it(counter: At) -> None:
    one, other = alike()
    first, second = filed(counter, one), filed(counter, other)
    second.pay()
    assert second.desk("accept").get_json()["code"] == "duplicate_open"
    assert judge(second, first.reference, "cleared", "").get_json()["errors"] == {"reason": "required"}
    assert judge(second, first.reference, "cleared", "same_photo").get_json()["errors"] == {"reason": "unknown_choice"}
    assert judge(second, first.reference, "perhaps", "namesakes").get_json()["errors"] == {"verdict": "unknown_choice"}
    assert judge(second, "RUH-NONE", "cleared", "namesakes").status_code == 404
    assert second.desk("duplicate", officer("clerk"), other=first.reference).status_code == 403
    assert judge(second, first.reference, "cleared", "namesakes").status_code == 200
    assert judge(second, first.reference, "confirmed", "same_papers").get_json()["code"] == "duplicate_judged"
    assert case(second)["exception"] is None
    assert second.desk("accept", officer()).get_json()["code"] == "own_verdict"
    assert second.desk("accept", officer("head_of_mission")).status_code == 200
    again = filed(counter, other)
    assert case(again)["duplicates"] == []


def test_a_confirmed_one_keeps_its_mark(counter: At) -> None:
    one, other = alike()
    first, second = filed(counter, one), filed(counter, other)
    assert judge(second, first.reference, "confirmed", "same_papers").status_code == 200
    [mark] = case(second)["duplicates"]
    assert (mark["state"], mark["reason"]) == ("confirmed", "same_papers")


@pytest.mark.parametrize("change", [{"born": "1991-02-04"}, {"mother": "سلمى مثال"}], ids=["birth", "mother"])
def test_another_birth_or_mother_is_another_person(counter: At, change: dict[str, str]) -> None:
    one, _ = alike()
    given = one.changes["name"]["ar"]["given"]
    filed(counter, one)
    assert case(filed(counter, named(given, **change)))["duplicates"] == []


def test_other_missions_are_not_looked_at(counter: At) -> None:
    one, other = alike()
    filed(counter, one, mission=ELSEWHERE)
    assert case(filed(counter, other, mission=HOME))["duplicates"] == []


def test_the_same_person_from_another_account_is_flagged(counter: At) -> None:
    one, _ = alike()
    first = filed(counter, one)
    with first.client.app.extensions["database"].scope(HOME) as session:
        from sqlalchemy import update

        from services.consular.applications.model import Application

        which = update(Application).where(Application.reference == first.reference)
        session.execute(which.values(account="account-before"))
    second = filed(counter, one)
    assert [(row["other"], row["kind"]) for row in case(second)["duplicates"]] == [(first.reference, "account")]
    third = filed(counter, one)
    assert second.reference not in {row["other"] for row in case(third)["duplicates"]}
