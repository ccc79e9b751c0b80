"""Following an application without an account: the stage, and not a word more."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.identity.actor import ANONYMOUS
from tests.factories.applications import Counter
from tests.factories.payments import InMemoryProvider
from tests.factories.payments.card import card, notify

pytestmark = pytest.mark.clock

At = Callable[..., Counter]
BORN = "1998-04-17"


def track(here: Counter, reference: str, born: str = BORN) -> tuple[int, object]:
    answer = here.client.get("/track", ANONYMOUS, query_string={"reference": reference, "born": born})
    return answer.status_code, answer.get_json()


def test_reference_and_birth_date_show_the_stage_only(counter: At) -> None:
    here = counter().until("in_review")
    status, shown = track(here, here.reference)
    assert status == 200
    assert shown == {
        "transaction": "passport-renewal",
        "status": "in_review",
        "money_waits": None,
        "stages": [
            {"code": "awaiting_payment", "state": "done"},
            {"code": "in_review", "state": "current"},
            {"code": "with_authority", "state": "ahead"},
            {"code": "ready", "state": "ahead"},
            {"code": "collected", "state": "ahead"},
        ],
    }


def test_held_money_is_said_without_its_amount(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    payment = str(card(here).get_json()["reference"])
    assert track(here, here.reference)[1]["money_waits"] is None  # type: ignore[index]
    provider.choose(payment, "pay-wrong-amount")
    assert notify(here, provider, payment).status_code == 200
    shown: Any = track(here, here.reference)[1]
    assert (shown["status"], shown["money_waits"]) == ("awaiting_payment", "held")
    assert set(shown) == {"transaction", "status", "money_waits", "stages"}


def test_it_is_found_however_it_was_typed(counter: At) -> None:
    here = counter().until("awaiting_payment")
    for typed in (here.reference.lower(), here.reference.replace("-", ""), f" {here.reference.replace('-', ' ')} "):
        assert track(here, typed)[0] == 200
    assert track(here, here.reference, "١٩٩٨-٠٤-١٧")[0] == 200


def test_a_wrong_date_an_absent_reference_and_a_typing_slip_are_told_alike(counter: At) -> None:
    here = counter().until("awaiting_payment")
    slip = here.reference[:-1] + ("2" if here.reference[-1] != "2" else "3")
    answers = [
        track(here, here.reference, "1998-04-18"),
        track(here, "RUH-22222-22222-2"),
        track(here, "BER" + here.reference[3:]),
        track(here, slip),
        track(here, ""),
    ]
    assert {status for status, _ in answers} == {404}
    assert len({str(body) for _, body in answers}) == 1


def test_a_draft_is_not_found(counter: At) -> None:
    here = counter()
    here.start("passport-renewal")
    assert track(here, here.reference)[0] == 404


@pytest.mark.parametrize("born", ["", "yesterday", "1998-02-30", "17.04.1998"])
def test_what_is_no_date_is_said_to_be_none(counter: At, born: str) -> None:
    here = counter().until("awaiting_payment")
    status, problem = track(here, here.reference, born)
    assert status == 422
    assert isinstance(problem, dict)
    assert problem["errors"] == {"born": "not_a_date"}


def test_a_returned_application_halts_where_it_was(counter: At) -> None:
    here = counter().until("in_review")
    here.desk("return", reason="paper_unreadable")
    _, shown = track(here, here.reference)
    assert isinstance(shown, dict)
    assert [stage["state"] for stage in shown["stages"]] == ["done", "halted", "ahead", "ahead", "ahead"]
    assert here.read()["stages"] == shown["stages"]
