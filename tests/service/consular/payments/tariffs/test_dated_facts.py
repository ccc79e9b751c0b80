"""Facts by date and mission beside the price: what has ended, photos, registration, promised days."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import reference_data
from services.consular.missions.model import PromiseRule
from services.consular.payments.orders import quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState
from services.consular.payments.tariffs import transaction_status
from services.consular.payments.tariffs.offer import offer
from services.consular.payments.tariffs.price import price
from shared.catalogue import CATALOGUE
from shared.values import references
from shared.values.money import Money
from tests.factories.payments import JOB

SessionFor = Callable[..., Session]
ENDED = (
    *("cash-allowance", "reserve-cash-allowance", "missed-service-allowance"),
    *("residence-deferral", "residence-deferral-renewal", "visit-facilitation"),
)


@pytest.mark.parametrize("slug", ENDED)
def test_what_ended_in_december_2024_is_called_historical_even_where_it_is_active_again(
    session_for: SessionFor, slug: str
) -> None:
    session = session_for("consular")
    mission = missions.find(session, "RUH")
    ended = {"since": "2024-12-08", "certainty": "H"}
    before = offer(session, CATALOGUE[slug], mission, date(2024, 12, 7))
    assert (before["status"], before["historical"]) == ("active", None)
    then = offer(session, CATALOGUE[slug], mission, date(2026, 1, 1))
    assert then["status"] == "historical"
    assert ended.items() <= then["historical"].items()  # type: ignore[attr-defined]
    transaction_status.declare_status(session, slug, "active", date(2026, 2, 1), "test", "tests", scope="RUH")
    revived = offer(session, CATALOGUE[slug], mission, date(2026, 2, 1))
    assert revived["status"] == "active"
    assert ended.items() <= revived["historical"].items()  # type: ignore[attr-defined]


def test_nothing_else_is_historical(session_for: SessionFor) -> None:
    session = session_for("consular")
    mission = missions.find(session, "RUH")
    offers = [offer(session, entry, mission, date(2026, 11, 21)) for entry in CATALOGUE.values()]
    assert {one["slug"] for one in offers if one["historical"]} == set(ENDED)


@pytest.mark.parametrize(
    ("slug", "mission", "on", "expected"),
    [
        ("passport-renewal", "RUH", date(2026, 11, 21), (3, None)),
        ("passport-lost", "RUH", date(2026, 11, 21), (6, None)),
        ("passport-renewal", "IST", date(2026, 11, 21), (6, 40)),
        ("passport-renewal", "RUH", date(2025, 8, 6), None),
        ("individual-extract", "RUH", date(2026, 11, 21), None),
        # A photo of another kind: the rules are those of passports.
        ("cash-allowance", "RUH", date(2026, 11, 21), None),
        ("missed-service-allowance", "IST", date(2026, 11, 21), None),
    ],
)
def test_photos_are_counted_by_mission(
    session_for: SessionFor, slug: str, mission: str, on: date, expected: tuple[int, int | None] | None
) -> None:
    session = session_for("consular")
    photos = offer(session, CATALOGUE[slug], missions.find(session, mission), on)["photos"]
    assert (photos and (photos["count"], photos["width_mm"])) == expected  # type: ignore[index]
    assert photos is None or (photos["source"] and photos["certainty"] in ("H", "M", "L"))  # type: ignore[index]


@pytest.mark.parametrize(
    ("mission", "on", "expected"),
    [
        ("RUH", date(2018, 2, 13), ("25", "USD")),
        ("RUH", date(2023, 10, 28), ("25", "USD")),
        ("RUH", date(2023, 10, 29), ("50", "USD")),
        ("BRU", date(2026, 11, 2), ("50", "EUR")),
    ],
)
def test_registration_is_a_dated_line_on_top_for_who_is_not_registered(
    session_for: SessionFor, mission: str, on: date, expected: tuple[str, str]
) -> None:
    session = session_for("consular")
    row, entry = missions.find(session, mission), CATALOGUE["individual-extract"]
    lines = {
        answer: [line.line for line in price(session, entry, row, on, answers={"consular_registration": answer})]
        for answer in ("registered", "not_registered", "short_stay")
    }
    assert lines["registered"] == lines["short_stay"] == ["document_from_syria"]
    assert lines["not_registered"] == ["document_from_syria", "consular_registration"]
    told = offer(session, entry, row, on)["registration"]
    amount = Money.of(*expected)
    assert told["tariff"] == {"amount": amount.amount, "currency": amount.currency}  # type: ignore[index]
    assert "consular_registration" not in str(offer(session, entry, row, on)["fees"])


def test_the_promised_days_of_a_deferral_are_a_dated_row(session_for: SessionFor) -> None:
    session = session_for("consular")
    mission, entry = missions.find(session, "RUH"), CATALOGUE["residence-deferral"]
    assert offer(session, entry, mission, date(2024, 1, 1))["working_days"] == 30
    session.add(
        PromiseRule(
            id="test",
            transaction=entry.slug,
            scope="RUH",
            working_days=7,
            needs_lawyer=True,
            valid_from=date(2024, 1, 1),
            source="test",
            certainty="L",
            approver="tests",
        )
    )
    session.flush()
    reference_data.reread(session)
    assert offer(session, entry, mission, date(2023, 12, 31))["working_days"] == 30
    assert offer(session, entry, mission, date(2024, 1, 1))["working_days"] == 7
    assert offer(session, entry, missions.find(session, "BER"), date(2024, 1, 1))["working_days"] == 30


def charged(session: Session, person: str, mission: str = "RUH") -> tuple[Order, set[str]]:
    order = quote.issue_order(
        session,
        JOB,
        application=references.new(mission, 10, "A"),
        transaction="individual-extract",
        mission=mission,
        person=person,
        parties=lambda: quote.Parties({"ar": "", "en": ""}),
        answers={"consular_registration": "not_registered"},
    )
    return order, {line.line for line in quote.lines_of(order)}


def test_registration_is_charged_once_and_again_only_after_its_money_went_back(session_for: SessionFor) -> None:
    session, person = session_for("consular", "RUH"), str(uuid.uuid4())
    first, lines = charged(session, person)
    assert "consular_registration" in lines
    for state in (OrderState.OPEN, OrderState.PAID):
        first.state = state
        session.flush()
        assert charged(session, person)[1] == {"document_from_syria"}
    assert "consular_registration" in charged(session, str(uuid.uuid4()))[1]
    for state in (OrderState.REFUND_DUE, OrderState.CANCELLED):
        first.state = state
        session.flush()
        last, lines = charged(session, person)
        assert "consular_registration" in lines
        quote.cancel(session, last)
