"""A case in review is assigned to one officer: taken, taken over, left, and the next one; nobody else decides it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.approvals import Signing

At = Callable[..., Counter]
ME = officer()
OTHER = replace(officer(), id="other-officer", name_ar="هدى الحموي", name_latin="Huda Alhamwi")


def assigned_to(here: Counter) -> str | None:
    found = here.client.get(f"/desk/cases/{here.reference}", ME).get_json()["assigned"]
    return found["officer"] if found else None


def test_who_has_taken_a_case_alone_decides_it(counter: At) -> None:
    here = counter().until("in_review", "individual-extract")
    assert assigned_to(here) is None
    for said, code in (({}, "required"), ({"change": ""}, "unknown_choice"), ({"takeover": True}, "required")):
        unsaid = here.desk("assign", OTHER, **said)
        assert (unsaid.status_code, unsaid.get_json()["errors"]) == (422, {"change": code})
    assert assigned_to(here) is None
    assert here.desk("assign", OTHER, change="take").status_code == 200
    refused = here.desk("accept", ME)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "case_assigned")
    assert "Huda Alhamwi" in str(refused.get_json())
    assert here.desk("refuse", ME, reason="not_entitled").get_json()["code"] == "case_assigned"
    mark = {"kind": "paper", "name": "identity", "reason": "paper_unreadable", "note": ""}
    assert here.desk("return", ME, items=[mark], reason="").get_json()["code"] == "case_assigned"
    assert here.desk("accept", OTHER).status_code == 200
    assert assigned_to(here) is None


def test_a_case_is_taken_over_and_left(counter: At) -> None:
    here = counter().until("in_review", "individual-extract")
    here.desk("assign", OTHER, change="take")
    assert here.desk("assign", ME, change="take").get_json()["code"] == "case_assigned"
    assert here.desk("assign", ME, change="release").get_json()["code"] == "case_assigned"
    assert here.desk("assign", ME, change="takeover").status_code == 200
    assert assigned_to(here) == OTHER.id
    assert here.desk("assign", ME, change="takeover").get_json()["code"] == "already_proposed"
    signing = Signing(here.client, HOME)
    own = signing.decide(signing.waiting("takeover", here.reference), who=ME)
    assert own.get_json()["code"] == "own_proposal"
    signing.override("takeover", here.reference)
    assert assigned_to(here) == ME.id
    assert here.desk("assign", ME, change="release").status_code == 200
    assert assigned_to(here) is None
    actions = [row["action"] for row in here.client.get(f"/desk/cases/{here.reference}", ME).get_json()["history"]]
    assert {"case.assigned", "case.taken_over", "case.released"} <= set(actions)


def test_a_case_that_was_left_meanwhile_is_not_handed_over(counter: At) -> None:
    here = counter().until("in_review", "individual-extract")
    here.desk("assign", OTHER, change="take")
    assert here.desk("assign", ME, change="takeover").status_code == 200
    assert here.desk("assign", OTHER, change="release").status_code == 200
    signing = Signing(here.client, HOME)
    reference = signing.waiting("takeover", here.reference)
    assert signing.decide(reference).get_json()["code"] == "not_possible_now"
    assert assigned_to(here) is None


@pytest.mark.parametrize("kind", ["priority", "flag", "takeover"])
@pytest.mark.parametrize("role", ["officer", "head_of_mission"])
def test_an_override_is_asked_for_on_its_case_alone(counter: At, kind: str, role: str) -> None:
    here = counter().until("in_review", "individual-extract")
    terms = {"case_reference": here.reference, "flag": None, "override_reason": "x", "priority_kind": "age"}
    refused = Signing(here.client, HOME).propose(kind, terms, officer(role))
    assert refused.status_code in (403, 422)


@pytest.mark.parametrize("status", ["awaiting_payment", "with_authority"])
def test_only_what_is_in_review_is_assigned(counter: At, status: str) -> None:
    here = counter().until(status, "individual-extract")
    assert here.desk("assign", ME, change="take").get_json()["code"] == "not_possible_now"


def test_several_are_taken_and_those_of_others_left(counter: At) -> None:
    mine, others = (counter().until("in_review", "individual-extract") for _ in range(2))
    others.desk("assign", OTHER, change="take")
    body = {"references": [mine.reference, others.reference, "RUH-22222-22222-2"]}
    answer = mine.client.post("/desk/assignments", ME, body).get_json()
    assert answer["taken"] == [mine.reference] and set(answer["left"]) == set(body["references"]) - {mine.reference}
    listed = mine.client.get("/desk/queue?mine=yes", ME).get_json()["rows"]
    assert mine.reference in {row["reference"] for row in listed}
    assert others.reference not in {row["reference"] for row in listed}
    assert mine.client.post("/desk/assignments", ME, {"references": []}).status_code == 422


def test_the_next_case_is_one_that_can_be_decided(counter: At) -> None:
    """Neither another officer's, nor the one just left, nor one whose applicant has to come first."""
    others, left, wanted = (counter().until("in_review", "individual-extract") for _ in range(3))
    others.desk("assign", OTHER, change="take")
    found = set()
    while (
        reference := left.client.post("/desk/next", ME, {"after": left.reference}).get_json()["reference"]
    ) is not None:
        assert reference not in found
        found.add(reference)
        left.client.post(
            f"/desk/cases/{reference}/return", ME, {"reason": "paper_unreadable", "note": "", "key": reference}
        )
    assert wanted.reference in found and not found & {others.reference, left.reference}
    nothing = left.client.post("/desk/next", ME, {"transaction": "passport-renewal"}).get_json()
    assert nothing == {"reference": None}
