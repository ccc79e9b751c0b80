"""Each transaction that a ministry decides, from the first answer to its end: granted, refused, returned."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.population import specimens
from deploy.demo.sandbox.ministries import Ministries
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from shared.database.db import Database
from shared.identity.actor import MINISTRIES
from shared.identity.crypto import Keys
from tests.conftest import HOME, officer
from tests.factories.ministries.letters import CONVICTION, LICENCE, reply
from tests.factories.ministries.sandbox import answer_all, ministries
from tests.factories.refusals import refuses
from tests.journey.conftest import Case, Platform, fresh_key

pytestmark = pytest.mark.clock

Begin = Callable[..., Case]


@pytest.fixture
def answering(platform: Platform, key_folder: Path) -> Callable[[], None]:
    """`answering()`: the ministries answer all that was written to them, and the mission hears it."""
    standing_in: Ministries = ministries(platform.clients["consular"], platform.pump.post, Keys(key_folder, MINISTRIES))

    def act() -> None:
        platform.pump.drain()
        answer_all(standing_in, platform.pump.post)
        platform.pump.drain()

    return act


@pytest.fixture
def visit_approvals_are_active(database: Callable[[str], Database], cluster: Postgres) -> Iterator[None]:
    """The dated row by which the demo activates visits, for the length of a test."""
    from deploy.demo import demo_data
    from services.consular.payments.tariffs import transaction_status

    with database("consular").scope(HOME) as session:
        transaction_status.declare_status(
            session, "visit-facilitation", transaction_status.ACTIVE, demo_data.ACTIVATED_ON, "test", "test"
        )
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM consular.standing WHERE scope IS NULL AND approver = 'test'")


def sent(mine: Case) -> dict[str, Any]:
    """Filed, paid and accepted; its letter."""
    mine.draft().submit()
    mine.pay_cash()
    mine.desk("accept")
    assert mine.status == "with_authority"
    return dict(mine.serialise()["letters"][-1])


def answer(mine: Case, letter: dict[str, Any], told: dict[str, Any]) -> Any:
    """An officer records what came on paper."""
    path = f"/desk/letters/{letter['code']}/reply"
    return mine.consular("POST", path, officer(mission=mine.mission), json={**told, "key": fresh_key()})


def document_of(mine: Case) -> dict[str, Any]:
    """What was issued, as anybody may verify it."""
    document = mine.serialise()["document"]
    assert document["owner"] == "consular"
    return dict(mine.consular("GET", f"/verify/{document['code']}"))


def refunds(mine: Case) -> list[str]:
    return [one["state"] for one in mine.serialise()["refunds"]]


def test_a_clear_record_comes_over_the_bus(case: Begin, answering: Callable[[], None]) -> None:
    mine = case(specimens.MOTHER, "criminal-record")
    letter = sent(mine)
    assert letter["answered_at"] is None
    answering()
    assert (mine.status, document_of(mine)["kind"], refunds(mine)) == ("ready", "criminal-record", [])
    answering()
    assert [step["code"] for step in mine.serialise()["timeline"]].count("granted") == 1


def test_convictions_make_a_record_and_no_refund(case: Begin) -> None:
    mine = case(specimens.WOMAN, "criminal-record")
    answer(mine, sent(mine), reply("convicted", specimens.WOMAN.national_number, entries=[CONVICTION]))
    assert (mine.status, document_of(mine)["status"], refunds(mine)) == ("ready", "valid", [])


def test_a_name_clash_is_mended_and_answered_in_the_second_round(case: Begin, answering: Callable[[], None]) -> None:
    mine = case(specimens.STUDENT, "criminal-record")
    sent(mine)
    answering()
    assert (mine.status, mine.serialise()["timeline"][-1]["reason"]) == ("returned", "name_clash")
    mine.submit()
    mine.desk("accept")
    answering()
    assert mine.status == "ready" and len(mine.serialise()["letters"]) == 2


def test_movements_with_a_gap_are_a_statement_that_says_so(case: Begin, answering: Callable[[], None]) -> None:
    mine = case(specimens.FATHER, "movement-statement")
    sent(mine)
    answering()
    assert (mine.status, mine.serialise()["letters"][0]["finding"], refunds(mine)) == ("ready", "partial", [])
    data = mine.consular("GET", f"/desk/letters/{mine.serialise()['letters'][0]['code']}", officer())["replies"][0]
    assert len(data["entries"]) == 6


def test_movements_without_a_gap(case: Begin, answering: Callable[[], None]) -> None:
    mine = case(specimens.SERVED, "movement-statement")
    sent(mine)
    answering()
    assert (mine.serialise()["letters"][0]["finding"], document_of(mine)["kind"]) == ("complete", "movement-statement")


@pytest.mark.parametrize(("finding", "details"), [("valid", LICENCE), ("withdrawn", LICENCE), ("no_record", {})])
def test_a_licence_is_answered_on_paper_and_no_record_is_an_answer(
    case: Begin, answering: Callable[[], None], finding: str, details: dict[str, str]
) -> None:
    mine = case(specimens.SERVED, "driving-licence-check")
    letter = sent(mine)
    answering()
    assert mine.status == "with_authority", "traffic is not on the bus"
    answer(mine, letter, reply(finding, specimens.SERVED.national_number, details=details))
    assert (mine.status, document_of(mine)["kind"], refunds(mine)) == ("ready", "driving-licence-check", [])


def test_a_visit_is_approved_and_not_again_within_the_year(
    case: Begin, answering: Callable[[], None], visit_approvals_are_active: None
) -> None:
    mine = case(specimens.ABROAD, "visit-facilitation")
    sent(mine)
    answering()
    assert (mine.status, document_of(mine)["kind"]) == ("ready", "visit-approval")
    again = case(specimens.ABROAD, "visit-facilitation").draft()
    told = {"statements": again.statements(), "key": fresh_key()}
    path = f"/applications/{again.reference}/submit"
    refused = again.platform.refused("consular", "POST", path, again.me, json=told).get_json()
    assert (refused["code"], refused["params"]["condition"]) == ("not_eligible", "visit_not_repeated")


def test_who_left_without_a_stamp_settles_first(
    case: Begin, answering: Callable[[], None], visit_approvals_are_active: None
) -> None:
    mine = case(specimens.STUDENT, "visit-facilitation").draft()
    path = f"/applications/{mine.reference}/answers"
    mine.consular("PUT", path, json={"answers": {"left_how": "irregular"}})
    mine.submit()
    mine.pay_cash()
    mine.desk("accept")
    answering()
    assert (mine.status, mine.serialise()["timeline"][-1]["reason"]) == ("returned", "settlement_needed")
    assert refunds(mine) == []
    mine.submit()
    mine.desk("accept")
    letter = mine.serialise()["letters"][-1]
    answer(mine, letter, reply("visit_refused", specimens.STUDENT.national_number))
    assert (mine.status, refunds(mine)) == ("refused", ["due"])
    answering()
    assert mine.status == "refused", "the late answer changes nothing"


SLUGS = ("criminal-record", "movement-statement", "driving-licence-check", "visit-facilitation")


@pytest.mark.parametrize("slug", SLUGS)
def test_each_is_returned_mended_and_refused_by_the_mission(
    case: Begin, visit_approvals_are_active: None, slug: str
) -> None:
    mine = case(specimens.STUDENT, slug).draft()
    mine.submit()
    mine.pay_cash()
    mine.desk("return", reason="paper_unreadable", note="")
    assert mine.status == "returned"
    mine.submit()
    mine.desk("refuse", reason="identity_doubt", note="")
    assert (mine.status, refunds(mine), mine.serialise()["letters"]) == ("refused", ["due"], [])


@pytest.mark.parametrize(
    ("slug", "given", "errors"),
    [
        ("movement-statement", {"period_until": "2017-12-31"}, {"period_until": "period_backwards"}),
        ("movement-statement", {"period_until": "2099-01-01"}, {"period_until": "in_the_future"}),
        ("movement-statement", {"passport_number": "N01-23"}, {"passport_number": "passport_number"}),
        (
            "driving-licence-check",
            {"licence_expires_on": "2011-01-01"},
            {"licence_expires_on": "licence_ends_before_issue"},
        ),
        ("driving-licence-check", {"licence_category": "Z"}, {"licence_category": "unknown_choice"}),
        ("driving-licence-check", {"licence_number": "7" * 41}, {"licence_number": "too_long"}),
        ("criminal-record", {"destination_country": " "}, {"destination_country": "required"}),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_beside_it(
    platform: Platform, slug: str, given: dict[str, str], errors: dict[str, str]
) -> None:
    from deploy.demo.scenarios.answers import answers
    from shared.errors import Invalid
    from shared.forms import check_answers

    told = {**answers(slug, specimens.WOMAN), **given}
    with refuses("invalid", Invalid) as wrong:
        check_answers(slug, told, date(2026, 11, 22))
    assert wrong.value.errors == errors
