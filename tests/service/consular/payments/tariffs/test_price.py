"""What applied on a date, at which mission, in which coin; and which transactions take money at all."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta, timezone
from zoneinfo import available_timezones

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database import reference_data
from services.consular import missions
from services.consular.missions.model import Mission
from services.consular.payments.orders import quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState
from services.consular.payments.tariffs import fees, transaction_status
from services.consular.payments.tariffs.offer import offer
from services.consular.payments.tariffs.price import price
from shared.catalogue import CATALOGUE
from shared.database.db import now
from shared.errors import Conflict, NotFound
from shared.values import references
from shared.values.money import Money, exponent
from tests.conftest import ServiceClient, expatriate
from tests.factories.payments import JOB, activate, owe
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

SessionFor = Callable[..., Session]
PASSPORT, EXTRACT, ALLOWANCE = (
    CATALOGUE[slug] for slug in ("passport-renewal", "individual-extract", "cash-allowance")
)


def price_of(session: Session, slug: str, mission: str, on: date) -> list[tuple[Money, Money]]:
    lines = price(session, CATALOGUE[slug], missions.find(session, mission), on)
    return [(line.tariff, line.collected) for line in lines]


@pytest.mark.parametrize(
    ("on", "usd", "sar"),
    [
        (date(2025, 6, 25), "300", "1125"),
        (date(2025, 6, 26), "200", "750"),
        (date(2017, 4, 24), "300", "1125"),
        (date(2017, 4, 23), "200", "750"),
        (date(2026, 11, 21), "200", "750"),
    ],
)
def test_a_passport_costs_what_the_law_said_that_day(session_for: SessionFor, on: date, usd: str, sar: str) -> None:
    session = session_for("consular")
    assert price_of(session, "passport-renewal", "RUH", on) == [(Money.of(usd, "USD"), Money.of(sar, "SAR"))]


def test_the_missions_own_row_in_its_own_currency_comes_first(session_for: SessionFor) -> None:
    session = session_for("consular")
    day = date(2026, 11, 2)
    assert price_of(session, "individual-extract", "MAD", day) == [(Money.of("95", "EUR"), Money.of("95", "EUR"))]
    assert price_of(session, "individual-extract", "RUH", day) == [(Money.of("100", "USD"), Money.of("375", "SAR"))]
    # Berlin has no row of its own: 100 / 1.1172, the European Central Bank's rate of 30 October 2026.
    assert price_of(session, "individual-extract", "BER", day) == [(Money.of("100", "USD"), Money.of("89.51", "EUR"))]
    assert price_of(session, "individual-extract", "RUH", date(2018, 2, 13))[0][0] == Money.of("50", "USD")


OWN_ROWS = (
    "INSERT INTO tariff (id, transaction, line, beneficiary, scope, amount, currency, valid_from, valid_to, source, "
    "certainty, approver) SELECT 't-' || v.currency, transaction, line, beneficiary, :mission, v.amount, v.currency, "
    "CAST(v.valid_from AS date), NULL, 'test', 'M', 'tests' FROM tariff, "
    "(VALUES ('USD', 11000, '2026-03-01'), ('EUR', 9700, '2026-02-01')) AS v (currency, amount, valid_from) "
    "WHERE id = 'individual-extract/document_from_syria/all/2023-10-29'"
)


@pytest.mark.parametrize(
    ("mission", "tariff", "collected"),
    [
        # Both rows are the mission's own: the one in its currency counts, though the other is later.
        ("BER", Money(9_700, "EUR"), Money(9_700, "EUR")),
        # Neither is in its currency: the later one counts, before the general row.
        ("RUH", Money(11_000, "USD"), Money(41_250, "SAR")),
    ],
)
def test_of_two_own_rows_the_one_in_the_missions_currency_counts(
    session_for: SessionFor, mission: str, tariff: Money, collected: Money
) -> None:
    session = session_for("consular", mission)
    assert session.execute(text(OWN_ROWS), {"mission": mission}).rowcount == 2  # type: ignore[attr-defined]
    assert price_of(session, "individual-extract", mission, date(2026, 11, 2)) == [(tariff, collected)]
    assert price_of(session, "individual-extract", "MAD", date(2026, 11, 2)) == [
        (Money(9_500, "EUR"), Money(9_500, "EUR"))
    ]


def test_a_rate_says_where_it_comes_from_and_of_which_day(session_for: SessionFor) -> None:
    session = session_for("consular")
    sunday = date(2026, 11, 1)
    (line,) = price(session, PASSPORT, missions.find(session, "TYO"), sunday)
    assert line.rate is not None
    assert (line.rate.source, line.rate.on) == ("ecb", date(2026, 10, 30))
    assert line.collected == Money(31450, "JPY")  # 200 x 175.68 / 1.1172 = 31450.05...


def test_the_certainty_of_a_tariff_is_told(session_for: SessionFor) -> None:
    session = session_for("consular")
    certainties = {row.id: row.certainty for slug in CATALOGUE for row in fees.history(session, slug)}
    assert certainties["passport-renewal/passport_value/all/2025-06-26"] == "H"
    assert certainties["individual-extract/document_from_syria/all/2023-10-29"] == "M"
    weak = fees.unverified_at(session, missions.find(session, "RUH"), date(2026, 11, 21))
    assert {row.transaction for row in weak} == {
        *("passport-lost", "passport-damaged", "movement-statement", "driving-licence-check", "visit-facilitation")
    }


def test_a_mission_without_a_rate_takes_the_tariffs_currency_instead_of_guessing(session_for: SessionFor) -> None:
    session = session_for("consular")
    dollars = Money(20_000, "USD")
    assert price_of(session, "passport-renewal", "KWI", date(2026, 11, 2)) == [(dollars, dollars)]
    offered = offer(session, PASSPORT, missions.find(session, "KWI"), date(2026, 11, 2))
    assert (offered["total"], offered["price_lacks"]) == ({"amount": 20_000, "currency": "USD"}, None)


def test_dinars_have_three_decimals(session_for: SessionFor) -> None:
    session = session_for("consular")
    bulletin = (
        "INSERT INTO rate VALUES "
        "('t-kwd', 'USD', 'KWD', 0.3071, '2026-11-01', 'mission_table', 'x', 'M', 'test', 'KWI', 9)"
    )
    session.execute(text(bulletin))
    assert price_of(session, "passport-renewal", "KWI", date(2026, 11, 2))[0][1] == Money(61420, "KWD")


@pytest.mark.parametrize(
    ("slug", "on", "status"),
    [
        ("passport-renewal", date(2026, 11, 21), "active"),
        ("individual-extract", date(2026, 11, 21), "active"),
        ("cash-allowance", date(2024, 12, 7), "active"),
        ("cash-allowance", date(2024, 12, 8), "historical"),
        ("cash-allowance", date(2026, 11, 21), "historical"),
        ("reserve-cash-allowance", date(2020, 11, 8), "active"),
        ("reserve-cash-allowance", date(2024, 12, 8), "historical"),
        ("missed-service-allowance", date(2024, 12, 7), "active"),
        ("missed-service-allowance", date(2024, 12, 8), "historical"),
        ("residence-deferral", date(2024, 12, 7), "active"),
        ("residence-deferral", date(2024, 12, 8), "historical"),
        ("residence-deferral-renewal", date(2024, 12, 8), "historical"),
    ],
)
def test_standing_by_date(session_for: SessionFor, slug: str, on: date, status: str) -> None:
    session = session_for("consular")
    found = transaction_status.status_on(session, slug, missions.find(session, "RUH"), on)
    assert found is not None and found.status == status


def test_a_historical_transaction_takes_no_money_until_a_dated_row_activates_it(session_for: SessionFor) -> None:
    session = session_for("consular")
    assessed = Money.of("8000", "USD")
    known = {"application": references.new("RUH", 10, "A"), "transaction": "cash-allowance", "mission": "RUH"}
    person = {"person": str(uuid.uuid4()), "parties": lambda: quote.Parties({"ar": "أ", "en": "A"})}
    with refuses("transaction_not_active") as refused:
        quote.issue_order(session, JOB, **known, **person, assessed=assessed)  # type: ignore[arg-type]
    assert refused.value.code == "transaction_not_active"
    assert refused.value.params["status"] == "historical"
    activate(session, "cash-allowance")
    order = quote.issue_order(session, JOB, **known, **person, assessed=assessed)  # type: ignore[arg-type]
    assert order.money == Money.of("30000", "SAR")
    (line,) = quote.lines_of(order)
    assert (line.tariff, line.beneficiary, line.source) == (assessed, "recruitment_directorate", "assessment")


def test_before_the_assessment_there_is_no_price(session_for: SessionFor) -> None:
    session = session_for("consular")
    assert price(session, ALLOWANCE, missions.find(session, "RUH"), date(2026, 11, 21)) == []


def test_a_promise_is_kept_while_it_lasts_and_renewed_after(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    again = _again(session, order.application)
    assert again.reference == order.reference
    # The clock cannot be turned forward, so a promise is made that has ended.
    expired = uuid.uuid4()
    session.execute(
        text(
            "INSERT INTO quote SELECT :new, mission, application, transaction, amount, currency, made_at - interval "
            "'11 days', expires_at - interval '11 days', cash_amount FROM quote WHERE id = :old"
        ),
        {"new": expired, "old": order.quote_id},
    )
    session.execute(
        text("UPDATE fee_order SET quote_id = :q WHERE reference = :r"), {"q": expired, "r": order.reference}
    )
    session.expire_all()
    renewed = _again(session, order.application)
    session.refresh(order)
    assert renewed.reference != order.reference
    assert order.state == OrderState.CANCELLED
    quoted = quote.serialise(session, renewed)
    assert quoted["expired"] is False


def _again(session: Session, application: str) -> Order:
    return quote.issue_order(
        session,
        JOB,
        application=application,
        transaction="passport-renewal",
        mission="RUH",
        person=str(uuid.uuid4()),
        parties=lambda: quote.Parties({"ar": "", "en": ""}),
    )


def test_a_paid_application_owes_nothing_more(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    order.state = OrderState.PAID.value
    session.flush()
    with refuses("order_paid", Conflict):
        _again(session, order.application)


def test_every_fee_of_the_catalogue_has_a_tariff_or_is_assessed(session_for: SessionFor) -> None:
    session = session_for("consular")
    riyadh = missions.find(session, "RUH")
    for entry in CATALOGUE.values():
        found = fees.applicable(session, entry.slug, riyadh, missions.today(session, riyadh.code))
        for fee in entry.fees:
            assert fee.name in found or entry.priced == "after_assessment", (entry.slug, fee.name)
            assert fee.name not in found or found[fee.name].beneficiary == fee.beneficiary


def test_missions_are_loaded_once_and_every_one_is_sound(session_for: SessionFor, cluster: Postgres) -> None:
    session = session_for("consular")
    before = session.scalar(select(func.count()).select_from(Mission))
    assert reference_data.load(cluster.admin_url) == []
    assert session.scalar(select(func.count()).select_from(Mission)) == before == 61
    missions.check_zones()
    for mission in missions.list_all(session):
        assert mission.zone in available_timezones()
        assert exponent(mission.currency) in (0, 2, 3)
        assert mission.name_ar and mission.name_en and len(mission.country) == 2
    with refuses("mission_unknown", NotFound):
        missions.find(session, "XXX")
    with refuses("mission_unknown", NotFound):
        missions.find(session, None)


def test_the_day_is_the_missions_own(session_for: SessionFor) -> None:
    session = session_for("consular")
    days = {code: missions.today(session, code) for code in ("TYO", "RUH", "WAS")}
    assert days["WAS"] <= days["RUH"] <= days["TYO"] <= days["WAS"] + timedelta(days=1)
    assert days["RUH"] == now(session).astimezone(timezone(timedelta(hours=3))).date()


def test_prices_are_told_as_agreed(service_client: Callable[[str], ServiceClient]) -> None:
    client = service_client("consular")
    offers = client.get("/transactions?mission=RUH&on=2026-11-21", expatriate()).get_json()
    shown = next(each for each in offers if each["slug"] == "passport-renewal")
    assert (shown["status"], shown["working_days"], shown["total"]) == (
        "active",
        14,
        {"amount": 75000, "currency": "SAR"},
    )
    (fee,) = shown["fees"]
    assert fee["tariff"] == {"amount": 20000, "currency": "USD"}
    assert fee["rate"] == {"value": "3.75", "from": "USD", "to": "SAR", "source": "peg", "on": "2026-11-21"}
    assert (fee["certainty"], fee["source"]) == ("H", "MoI decision 1/Sh.Q of 2025-06-26 under Decree 119/2025")
    one = client.get("/transactions/passport-renewal?mission=RUH&on=2026-11-21", expatriate()).get_json()
    assert one == shown
    codes = [each["code"] for each in client.get("/missions", expatriate()).get_json()]
    assert "RUH" in codes and codes == sorted(codes)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/transactions?mission=XXX", 404),
        ("/transactions", 404),
        ("/transactions?mission=RUH&on=soon", 422),
        ("/transactions/none?mission=RUH", 404),
        ("/transactions?mission=RUH&on=0001-01-01", 200),
    ],
)
def test_odd_questions_get_plain_answers(
    service_client: Callable[[str], ServiceClient], path: str, status: int
) -> None:
    assert service_client("consular").get(path, expatriate()).status_code == status
