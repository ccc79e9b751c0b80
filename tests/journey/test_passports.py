"""Each of the passports from the first answer to its end, through every service: granted, refused, returned."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from services.consular.passports import booklets
from shared.database.db import Database
from shared.identity.actor import MINISTRIES, service
from shared.identity.crypto import Keys
from tests.conftest import HOME, officer
from tests.factories.ministries.letters import reply
from tests.factories.ministries.sandbox import answer_all, ministries
from tests.journey.conftest import Case, Platform, fresh_key

Begin = Callable[..., Case]
REASON = "رأيته بنفسي"
HEAD = officer("head_of_mission")


@pytest.fixture(autouse=True)
def stock(database: Callable[[str], Database]) -> None:
    """Booklets enough for a test."""
    with database("consular").scope(HOME) as session:
        if booklets.counts(session)["in_stock"] < 5:
            booklets.receive(session, service("consular", HOME), HOME, [f"U{800_000_000 + n}" for n in range(50)])


@pytest.fixture
def answering(platform: Platform, key_folder: Path) -> Callable[[], None]:
    """`answering()`: the ministries answer all that was written to them, and the mission hears it."""
    standing_in = ministries(platform.clients["consular"], platform.pump.post, Keys(key_folder, MINISTRIES))

    def act() -> None:
        platform.pump.drain()
        answer_all(standing_in, platform.pump.post)
        platform.pump.drain()

    return act


def examined(mine: Case) -> None:
    """What the desk must have looked into, looked into."""
    case: dict[str, Any] = mine.consular("GET", f"/desk/cases/{mine.reference}", HEAD)
    for need in case["passport"]["needs"]:
        if need["done"] is None:
            mine.desk("approvals", "head_of_mission", what=need["what"], outcome="approved", reason=REASON)


def reviewed(case: Begin, slug: str, person: Any) -> Case:
    """Filed, paid, come, looked into."""
    mine = case(person, slug).draft()
    mine.submit()
    mine.pay_cash()
    mine.come()
    examined(mine)
    return mine


def test_a_first_passport_is_granted_once(case: Begin) -> None:
    somebody = specimens.STUDENT
    refused = reviewed(case, "passport-first-urgent", somebody)
    refused.desk("refuse", reason="identity_doubt")
    assert [one["amount"] for one in refused.serialise()["refunds"]] == [150_000]
    mine = reviewed(case, "passport-first", somebody)
    mine.desk("return", reason="photo_unsuitable")
    assert mine.status == "returned"
    assert mine.submit()["status"] == "in_review"
    mine.desk("accept")
    assert mine.status == "ready"
    mine.desk("collect", "clerk", national_number=somebody.national_number)
    again = mine.platform.refused(
        "consular", "POST", "/applications", mine.me, json={"transaction": "passport-first", "key": "again-first"}
    )
    assert again.get_json()["code"] == "had_a_passport"


def test_a_damaged_passport_is_replaced_and_made_urgent_on_the_way(case: Begin) -> None:
    mine = reviewed(case, "passport-damaged", specimens.SERVED)
    before = mine.serialise()["due_on"]
    mine.consular("POST", f"/applications/{mine.reference}/upgrade", json={"key": "damaged-urgent"})
    owed = mine.serialise()["upgrade"]
    mine.desk("upgrade-cash", "cashier", amount=owed["cash_total"], currency=owed["currency"])
    assert mine.serialise()["due_on"] < before
    mine.desk("accept")
    assert mine.status == "ready"
    mine.desk("collect", "clerk", national_number=specimens.SERVED.national_number)
    assert mine.status == "collected"


def test_a_lost_passport_is_cleared_over_the_bus(case: Begin, answering: Callable[[], None]) -> None:
    mine = reviewed(case, "passport-lost", specimens.DIVORCED)
    mine.desk("accept")
    assert mine.status == "with_authority"
    answering()
    shown = mine.serialise()
    assert (shown["status"], shown["document"]["owner"]) == ("ready", "consular")
    assert shown["due_on"] is not None


def test_an_urgent_renewal_with_another_spelling_is_confirmed_first(case: Begin) -> None:
    mine = case(specimens.BORN_ABROAD, "passport-renewal-urgent").draft()
    told = {"answers": {"latin_family_name": "Otherwise"}}
    mine.consular("PUT", f"/applications/{mine.reference}/answers", json=told)
    mine.submit()
    mine.pay_cash()
    mine.come()
    path = f"/desk/cases/{mine.reference}/accept"
    refused = mine.platform.refused("consular", "POST", path, HEAD, json={"key": "too-early"})
    assert refused.get_json()["code"] == "needs_name_spelling"
    examined(mine)
    mine.desk("accept")
    assert mine.status == "ready"
    verified = mine.consular("GET", f"/verify/{mine.serialise()['document']['code']}")
    assert (verified["status"], verified["holder_en"].split()[-1]) == ("valid", "Otherwise")


# Nobody loses a passport and then brings it along: each loss here is of somebody who brings none later.
MENDED = {
    "passport-renewal": specimens.FATHER,
    "passport-renewal-urgent": specimens.MOTHER,
    "passport-first-urgent": specimens.PAST_AGE,
    "passport-lost": specimens.SERVED,
    "passport-damaged": specimens.ABROAD,
}


@pytest.mark.parametrize(("slug", "person"), MENDED.items(), ids=MENDED)
def test_a_returned_one_is_mended_and_collected(
    case: Begin, answering: Callable[[], None], slug: str, person: Specimen
) -> None:
    mine = reviewed(case, slug, person)
    mine.desk("return", reason="photo_unsuitable")
    assert mine.status == "returned"
    assert mine.submit()["status"] == "in_review"
    mine.desk("accept")
    if slug == "passport-lost":
        answering()
    assert mine.status == "ready"
    mine.desk("collect", "clerk", national_number=person.national_number)
    shown = mine.serialise()
    assert (shown["status"], len(shown["payments"])) == ("collected", 1)


def test_what_immigration_does_not_clear_is_refused_and_paid_back_whole(case: Begin) -> None:
    mine = reviewed(case, "passport-lost", specimens.STUDENT)
    mine.desk("accept")
    letter, paid = mine.serialise()["letters"][-1]["code"], mine.serialise()["quote"]["total"]
    told = reply("not_cleared", specimens.STUDENT.national_number)
    mine.consular("POST", f"/desk/letters/{letter}/reply", officer(), json={**told, "key": fresh_key()})
    mine.platform.pump.drain()
    shown = mine.serialise()
    assert (shown["status"], shown["timeline"][-1]["reason"]) == ("refused", "clearance_refused")
    assert [one["amount"] for one in shown["refunds"]] == [paid]


REFUSED = {
    "passport-renewal": specimens.ELDER,
    "passport-renewal-urgent": specimens.ELDER,
    "passport-first": specimens.ELDER,
    "passport-damaged": specimens.ELDER,
    "passport-lost": specimens.PAST_AGE,
}


@pytest.mark.parametrize(("slug", "person"), REFUSED.items(), ids=REFUSED)
def test_a_refused_one_is_paid_back_whole(case: Begin, slug: str, person: Specimen) -> None:
    mine = reviewed(case, slug, person)
    paid = mine.serialise()["quote"]["total"]
    mine.desk("refuse", reason="forged_paper")
    shown = mine.serialise()
    assert (shown["status"], [one["amount"] for one in shown["refunds"]]) == ("refused", [paid])
