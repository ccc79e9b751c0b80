"""A mission declares a tariff: seen before, signed by another, from its day on, and never for a price already given."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.orders.simulation import month_before, simulate
from services.consular.payments.tariffs.change import NewTariff
from services.consular.payments.tariffs.model import Tariff
from services.consular.payments.tariffs.offer import offer
from shared.catalogue import CATALOGUE
from shared.database.db import Database
from shared.values.money import Money
from tests.conftest import ServiceClient, officer
from tests.factories.approvals import Signing
from tests.factories.payments import owe

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("empty_files")]

ServiceFor = Callable[[str], ServiceClient]
Databases = Callable[[str], Database]
SessionFor = Callable[..., Session]
MISSION, FEE = "DOH", "passport-renewal:passport_value"


@pytest.fixture
def doha(service_client: ServiceFor) -> Signing:
    return Signing(service_client("consular"), MISSION)


@pytest.fixture
def today(database: Databases) -> date:
    with database("consular").scope(MISSION) as session:
        return missions.today(session, MISSION)


def terms(day: date, **change: Any) -> dict[str, Any]:
    asked = {"tariff_fee": FEE, "tariff_amount": "٧٠٠٫٥٠", "tariff_currency": "QAR", "valid_from": day.isoformat()}
    return {**asked, "law_source": "Specimen circular 3", "certainty": "M", **change}


def total(database: Databases, on: date) -> object:
    with database("consular").scope(MISSION) as session:
        return offer(session, CATALOGUE["passport-renewal"], missions.find(session, MISSION), on)["total"]


def test_a_signed_tariff_counts_from_its_day_and_the_day_before_stays(
    doha: Signing, database: Databases, today: date
) -> None:
    begins = today + timedelta(days=5)
    made = doha.propose("tariff", terms(begins)).get_json()
    assert made["preview"]["current"]["tariff"] == {"amount": 20_000, "currency": "USD"}
    own = doha.decide(made["reference"], who=doha.head)
    assert (own.status_code, own.get_json()["code"]) == (422, "own_proposal")
    assert total(database, begins) == {"amount": 72_800, "currency": "QAR"}
    assert doha.decide(made["reference"]).status_code == 200
    assert total(database, begins) == {"amount": 70_050, "currency": "QAR"}
    assert total(database, begins - timedelta(days=1)) == {"amount": 72_800, "currency": "QAR"}
    with database("consular").scope(MISSION) as session:
        row = session.scalars(select(Tariff).where(Tariff.scope == MISSION)).one()
        kept = (row.beneficiary, row.source, row.certainty, row.approver, row.valid_to)
    assert kept == ("immigration_and_passports", "Specimen circular 3", "M", doha.second.id, None)
    listed = doha.client.get(f"/desk/tariffs?on={begins}", doha.head).get_json()
    (line,) = [one for one in listed["rows"] if f"{one['transaction']}:{one['line']}" == FEE]
    assert (line["row"]["tariff"]["amount"], line["row"]["scope"]) == (70_050, MISSION)
    coming = doha.client.get("/desk/tariffs", doha.head).get_json()["coming"]
    assert [(one["line"], one["row"]["since"]) for one in coming] == [("passport_value", begins.isoformat())]
    again = doha.look("tariff", terms(begins)).get_json()
    assert again["errors"] == {"valid_from": "tariff_that_day"}
    dearer = doha.look("tariff", terms(begins + timedelta(days=1), tariff_currency="USD")).get_json()
    assert dearer["errors"] == {"tariff_currency": "tariff_own_currency"}


def test_of_two_proposals_for_one_day_the_second_is_overtaken(doha: Signing, today: date) -> None:
    day = today + timedelta(days=40)
    first, second = (doha.propose("tariff", terms(day)).get_json()["reference"] for _ in range(2))
    assert doha.decide(first).status_code == 200
    refused = doha.decide(second)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "proposal_overtaken")


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"tariff_amount": "3,75"}, {"tariff_amount": "tariff_malformed"}),
        ({"tariff_amount": "10.005"}, {"tariff_amount": "tariff_malformed"}),
        ({"tariff_amount": "0"}, {"tariff_amount": "tariff_malformed"}),
        ({"tariff_amount": "-5"}, {"tariff_amount": "tariff_malformed"}),
        ({"tariff_amount": "1000000000000000"}, {"tariff_amount": "tariff_malformed"}),
        ({"tariff_amount": ""}, {"tariff_amount": "required"}),
        ({"tariff_currency": "SYP"}, {"tariff_currency": "unknown_choice"}),
        ({"tariff_currency": "SYP-OLD"}, {"tariff_currency": "unknown_choice"}),
        ({"tariff_currency": ""}, {"tariff_currency": "choose"}),
        ({"tariff_fee": "passport-renewal:loss_fine"}, {"tariff_fee": "unknown_choice"}),
        ({"tariff_fee": ""}, {"tariff_fee": "choose"}),
        ({"valid_from": "2020-01-01"}, {"valid_from": "in_the_past"}),
        ({"certainty": "X"}, {"certainty": "unknown_choice"}),
        ({"law_source": " "}, {"law_source": "required"}),
    ],
)
def test_bad_terms_name_their_field(doha: Signing, today: date, change: dict[str, str], errors: dict[str, str]) -> None:
    refused = doha.look("tariff", terms(today + timedelta(days=9), **change))
    assert (refused.status_code, refused.get_json().get("errors")) == (422, errors)


def test_dinars_take_three_decimals_and_no_doubtful_comma(service_client: ServiceFor, today: date) -> None:
    kuwait, day = Signing(service_client("consular"), "KWI"), today + timedelta(days=9)
    taken = kuwait.look("tariff", terms(day, tariff_currency="KWD", tariff_amount="61.425"))
    assert taken.get_json()["params"]["tariff_amount"] == "61.425"
    for amount in ("61.4255", "3,750"):
        refused = kuwait.look("tariff", terms(day, tariff_currency="KWD", tariff_amount=amount))
        assert refused.get_json()["errors"] == {"tariff_amount": "tariff_malformed"}


def test_last_month_is_counted_again_by_the_new_tariff(session_for: SessionFor) -> None:
    session = session_for("consular", MISSION)
    today = missions.today(session, MISSION)
    first, last = month_before(today)
    orders = [owe(session, MISSION) for _ in range(4)]
    for order, day in zip(orders, (first, first, last, today), strict=True):
        opened = f"{day.isoformat()} 12:00 Asia/Qatar"
        session.execute(
            text("UPDATE fee_order SET opened_at = CAST(:at AS timestamptz) WHERE reference = :reference"),
            {"at": opened, "reference": order.reference},
        )
    session.execute(
        text("UPDATE fee_order SET state = 'cancelled' WHERE reference = :one"), {"one": orders[2].reference}
    )
    mission = missions.find(session, MISSION)
    cheaper = NewTariff("passport-renewal", "passport_value", Money(10_000, "USD"), today, "x", "M")
    charged = {"day": first.isoformat(), "count": 2, "before": 145_600, "after": 72_800}
    assert simulate(session, mission, cheaper, today) == {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "currency": "QAR",
        "days": [charged],
        "count": 2,
        "uncompared": 0,
        "before": 145_600,
        "after": 72_800,
    }


def test_the_month_before_january_is_december() -> None:
    assert month_before(date(2027, 1, 31)) == (date(2026, 12, 1), date(2026, 12, 31))
    assert month_before(date(2028, 3, 1)) == (date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize("on", ["soon", "2026-13-01"])
def test_a_day_that_is_none_is_refused(doha: Signing, on: str) -> None:
    refused = doha.client.get(f"/desk/tariffs?on={on}", doha.head)
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"on": "not_a_date"})


def test_tariffs_are_proposed_by_who_leads(doha: Signing, today: date) -> None:
    for role in ("clerk", "cashier", "officer"):
        who = officer(role, MISSION, f"{role}-{uuid.uuid4().hex[:6]}")
        assert doha.look("tariff", terms(today + timedelta(days=9)), who).status_code == 403
