"""A mission declares its own rate: two signatures, an alarm where it jumped, and prices by it from then on."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.consular import missions
from services.consular.payments.rates.model import RateRow
from services.consular.payments.tariffs.offer import offer
from shared.catalogue import CATALOGUE
from shared.database.db import Database
from tests.conftest import ServiceClient, expatriate, officer
from tests.factories.approvals import Signing

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("empty_files")]

ServiceFor = Callable[[str], ServiceClient]
Databases = Callable[[str], Database]


@pytest.fixture
def kuwait(service_client: ServiceFor) -> Signing:
    return Signing(service_client("consular"), "KWI")


@pytest.fixture
def today(database: Databases) -> date:
    with database("consular").scope("KWI") as session:
        return missions.today(session, "KWI")


def bulletin(today: date, **change: Any) -> dict[str, Any]:
    return {
        "rate_base": "USD",
        "rate_value": "٠٫٣٠٦",
        "rate_on": today.isoformat(),
        "rate_days": "3",
        "rate_published": "Specimen bulletin 12",
        "band_reason": "",
        **change,
    }


def total_at_kuwait(database: Databases) -> object:
    with database("consular").scope("KWI") as session:
        mission = missions.find(session, "KWI")
        return offer(session, CATALOGUE["passport-renewal"], mission, missions.today(session, "KWI"))["total"]


def test_a_signed_bulletin_prices_at_its_mission_alone(kuwait: Signing, database: Databases, today: date) -> None:
    before = total_at_kuwait(database)
    made = kuwait.propose("rate", bulletin(today)).get_json()
    assert made["params"]["rate_quote"] == "KWD" and made["params"]["rate_value"] == "0.306"
    assert (made["preview"]["last"]["source"], made["preview"]["outside"]) == ("specimen", False)
    assert total_at_kuwait(database) == before
    own = kuwait.decide(made["reference"], who=kuwait.head)
    assert (own.status_code, own.get_json()["code"]) == (422, "own_proposal")
    assert kuwait.decide(made["reference"]).status_code == 200
    assert total_at_kuwait(database) == {"amount": 61_200, "currency": "KWD"}
    with database("consular").scope("KWI") as session:
        row = session.scalars(select(RateRow).where(RateRow.scope == "KWI").order_by(RateRow.stored_at)).all()[-1]
        assert (row.source, row.published, row.max_age_days) == ("mission_table", "Specimen bulletin 12", 3)
        assert row.approver == kuwait.second.id
    rates = kuwait.client.get("/desk/rates", kuwait.head).get_json()
    (dollar,) = [rate for rate in rates["applied"] if rate["from"] == "USD"]
    assert (dollar["value"], dollar["until"], dollar["usable"]) == (
        "0.306",
        (today + timedelta(days=3)).isoformat(),
        True,
    )


def test_a_jump_needs_its_reason_and_says_how_far_it_is(kuwait: Signing, today: date) -> None:
    refused = kuwait.look("rate", bulletin(today, rate_value="3.06"))
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"band_reason": "rate_outside_band"})
    assert float(refused.get_json()["params"]["percent"]) > 800
    told = kuwait.look("rate", bulletin(today, rate_value="3.06", band_reason="The dinar was redenominated."))
    assert (told.status_code, told.get_json()["preview"]["outside"]) == (200, True)


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"rate_value": "3,75"}, {"rate_value": "rate_malformed"}),
        ({"rate_value": "0"}, {"rate_value": "rate_malformed"}),
        ({"rate_value": "-0.3"}, {"rate_value": "rate_malformed"}),
        ({"rate_value": "1000000000000000"}, {"rate_value": "rate_malformed"}),
        ({"rate_value": ""}, {"rate_value": "required"}),
        ({"rate_base": "KWD"}, {"rate_base": "unknown_choice"}),
        ({"rate_base": "SYP"}, {"rate_base": "unknown_choice"}),
        ({"rate_days": "0"}, {"rate_days": "out_of_range"}),
        ({"rate_days": "32"}, {"rate_days": "out_of_range"}),
        ({"rate_published": ""}, {"rate_published": "required"}),
        ({"rate_on": "2020-01-01"}, {"rate_on": "rate_over_already"}),
        ({"rate_on": "2999-01-01"}, {"rate_on": "out_of_range"}),
        ({"rate_on": "soon"}, {"rate_on": "not_a_date"}),
    ],
)
def test_bad_bulletins_name_their_field(
    kuwait: Signing, today: date, change: dict[str, Any], errors: dict[str, str]
) -> None:
    refused = kuwait.look("rate", bulletin(today, **change))
    assert (refused.status_code, refused.get_json().get("errors")) == (422, errors)


def test_a_mission_of_dollars_needs_no_rate_to_them(service_client: ServiceFor, today: date) -> None:
    washington = Signing(service_client("consular"), "WAS")
    refused = washington.look("rate", bulletin(today - timedelta(days=1)))
    assert refused.get_json()["errors"] == {"rate_base": "rate_same_currency"}


def test_rates_are_for_the_desk(kuwait: Signing) -> None:
    assert kuwait.client.get("/desk/rates", officer("cashier", "KWI")).status_code == 200
    assert kuwait.client.get("/desk/rates", officer("clerk", "KWI")).status_code == 403
    assert kuwait.client.get("/desk/rates", expatriate(str(uuid.uuid4()))).status_code == 403
