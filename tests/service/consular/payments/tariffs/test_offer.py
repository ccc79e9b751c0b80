"""What a mission offers on a day and what the rule book says of it, value by value."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.rates.rules import Rate
from services.consular.payments.rates.table import rates_on
from services.consular.payments.tariffs import fees, rulebook, transaction_status
from services.consular.payments.tariffs.model import TransactionStatus
from services.consular.payments.tariffs.offer import offer
from services.consular.payments.tariffs.price import price
from services.consular.payments.tariffs.rules import PricedLine
from shared.catalogue import CATALOGUE
from shared.values.money import Money
from tests.factories.refusals import refuses
from tests.factories.rows import columns

SessionFor = Callable[..., Session]
DAY = date(2026, 11, 21)
PEG = {"value": "3.75", "from": "USD", "to": "SAR", "source": "peg", "on": "2026-11-21"}
EXTRACT_LAW, EXTRACT_SOURCE = "Law 2/2018; Law 13/2021; Law 19/2023", "Law 19/2023 as reported; table 2 not seen"
PASSPORT_SOURCE = "MoI decision 1/Sh.Q of 2025-06-26 under Decree 119/2025"
FINE_SOURCE = "MOFAE, passport lost abroad, copy of 2024; Law 19/2023 may have doubled it"


def dollars(amount: int, currency: str = "USD") -> dict[str, object]:
    return {"amount": amount, "currency": currency}


def fee(line: str, beneficiary: str, tariff: int, collected: int, source: str, certainty: str) -> dict[str, object]:
    """A line in dollars as it is taken at Riyadh."""
    return {
        "line": line,
        "beneficiary": beneficiary,
        "tariff": dollars(tariff),
        "collected": dollars(collected, "SAR"),
        "amount": collected,
        "currency": "SAR",
        "source": source,
        "certainty": certainty,
        "rate": PEG,
    }


REGISTRATION = fee("consular_registration", "foreign_affairs", 5_000, 18_750, EXTRACT_SOURCE, "M")
EXTRACT = fee("document_from_syria", "civil_affairs", 10_000, 37_500, EXTRACT_SOURCE, "M")
FINE = fee("loss_fine", "foreign_affairs", 6_000, 22_500, FINE_SOURCE, "L")


def offered(session: Session, slug: str, mission: str = "RUH", on: date = DAY) -> dict[str, object]:
    return offer(session, CATALOGUE[slug], missions.find(session, mission), on)


def test_an_extract_is_offered_with_its_price_and_its_registration(session_for: SessionFor) -> None:
    assert offered(session_for("consular"), "individual-extract") == {
        "slug": "individual-extract",
        "status": "active",
        "status_source": EXTRACT_LAW,
        "status_since": "2018-02-13",
        "historical": None,
        "working_days": 3,
        "photos": None,
        "priced": "at_submit",
        "registration": REGISTRATION,
        "fees": [EXTRACT],
        "total": {"amount": 37_500, "currency": "SAR"},
        "cash_total": 37_500,
        "price_lacks": None,
        "tiers": [],
    }


def test_a_lost_passport_has_a_price_for_each_speed_and_none_of_its_own(session_for: SessionFor) -> None:
    found = offered(session_for("consular"), "passport-lost")
    assert (found["fees"], found["total"], found["price_lacks"], found["working_days"]) == ([], None, None, 14)
    assert found["photos"] == {
        "count": 6,
        "width_mm": None,
        "height_mm": None,
        "source": "MOFAE, passport lost abroad",
        "certainty": "H",
        "since": "2020-01-01",
    }
    booklet = ("immigration_and_passports", PASSPORT_SOURCE, "H")
    assert found["tiers"] == [
        {
            "tier": "regular",
            "working_days": 14,
            "fees": [fee("passport_value", booklet[0], 20_000, 75_000, *booklet[1:]), FINE],
            "total": {"amount": 97_500, "currency": "SAR"},
            "cash_total": 97_500,
            "price_lacks": None,
        },
        {
            "tier": "urgent",
            "working_days": 3,
            "fees": [fee("passport_value_urgent", booklet[0], 40_000, 150_000, *booklet[1:]), FINE],
            "total": {"amount": 172_500, "currency": "SAR"},
            "cash_total": 172_500,
            "price_lacks": None,
        },
    ]


def test_what_has_ended_is_offered_as_ended_and_without_a_price(session_for: SessionFor) -> None:
    ended = "Compulsory service ended after 8 December 2024; no repealing text found"
    found = offered(session_for("consular"), "cash-allowance")
    del found["photos"]
    assert found == {
        "slug": "cash-allowance",
        "status": "historical",
        "status_source": ended,
        "status_since": "2024-12-08",
        "historical": {"since": "2024-12-08", "source": ended, "certainty": "H"},
        "working_days": 30,
        "priced": "after_assessment",
        "registration": None,
        "fees": [],
        "total": None,
        "cash_total": None,
        "price_lacks": None,
        "tiers": [],
    }


def test_before_anything_was_known_the_offer_says_what_it_lacks(session_for: SessionFor) -> None:
    found = offered(session_for("consular"), "individual-extract", on=date(2017, 1, 1))
    names = ("status", "status_source", "status_since", "fees", "total", "price_lacks", "registration")
    assert [found[name] for name in names] == ["unknown", None, None, [], None, "tariff_missing", None]


def test_the_rule_book_says_the_same_with_the_days_and_the_law(session_for: SessionFor) -> None:
    session = session_for("consular")
    entry = CATALOGUE["individual-extract"]
    rules = rulebook.rules_on(session, entry, missions.find(session, "RUH"), DAY, date(2026, 11, 29))
    provisions, changes = rules.pop("provisions"), rules.pop("history")
    assert rules == {
        "slug": "individual-extract",
        "mission": "RUH",
        "on": "2026-11-21",
        "today": "2026-11-29",
        "first_known": "2018-02-13",
        "standing": {
            "status": "active",
            "source": EXTRACT_LAW,
            "certainty": "H",
            "since": "2018-02-13",
            "scope": None,
        },
        "historical": None,
        "photos": None,
        "registration": REGISTRATION,
        "prices": [
            {
                "tier": None,
                "working_days": 3,
                "total": {"amount": 37_500, "currency": "SAR"},
                "cash_total": 37_500,
                "price_lacks": None,
                "fees": [EXTRACT | {"since": "2023-10-29"}],
            }
        ],
        "priced": "at_submit",
        "papers": [{"name": "identity", "required": True, "law": ""}],
        "conditions": [
            {"code": "registered", "law": "Law 13/2021, art. 22", "later": False},
            {"code": "alive_or_kin", "law": "Law 13/2021, art. 22", "later": False},
        ],
        "law": ["Law 13/2021", "Law 19/2023"],
    }
    waiver = {
        "code": "waiver_for_proven_need",
        "aspect": "fee",
        "source": "Law 19/2023",
        "certainty": "H",
        "from": "2023-10-29",
        "to": None,
    }
    assert [one["code"] for one in provisions] == [  # type: ignore[attr-defined]
        "any_service_centre",
        "correction_by_any_magistrate",
        "waiver_for_proven_need",
    ]
    assert provisions[-1] == waiver  # type: ignore[index]
    assert [(one["what"], one.get("line") or one.get("code"), one["from"], one["to"]) for one in changes] == [  # type: ignore[attr-defined]
        ("fee", "consular_registration", "2018-02-13", "2023-10-29"),
        ("fee", "document_from_syria", "2018-02-13", "2023-10-29"),
        ("standing", None, "2018-02-13", None),
        ("provision", "any_service_centre", "2021-12-31", None),
        ("fee", "consular_registration", "2023-10-29", None),
        ("fee", "document_from_syria", "2023-10-29", None),
        ("provision", "waiver_for_proven_need", "2023-10-29", None),
        ("provision", "correction_by_any_magistrate", "2026-02-22", None),
    ]
    assert changes[2] == {  # type: ignore[index]
        "what": "standing",
        "status": "active",
        "source": EXTRACT_LAW,
        "certainty": "H",
        "since": "2018-02-13",
        "scope": None,
        "from": "2018-02-13",
        "to": None,
    }
    assert changes[5] == {  # type: ignore[index]
        "what": "fee",
        "line": "document_from_syria",
        "scope": None,
        "tariff": dollars(10_000),
        "source": EXTRACT_SOURCE,
        "certainty": "M",
        "before": dollars(5_000),
        "from": "2023-10-29",
        "to": None,
    }
    assert changes[6] == {"what": "provision", **waiver}  # type: ignore[index]


def test_each_speed_of_a_passport_has_a_price_in_the_rule_book(session_for: SessionFor) -> None:
    session = session_for("consular")
    rules = rulebook.rules_on(session, CATALOGUE["passport-lost"], missions.find(session, "RUH"), DAY, DAY)
    prices = [
        (sold["tier"], sold["working_days"], sold["total"], [(line["line"], line["since"]) for line in sold["fees"]])
        for sold in rules["prices"]  # type: ignore[attr-defined]
    ]
    assert prices == [
        ("regular", 14, dollars(97_500, "SAR"), [("passport_value", "2025-06-26"), ("loss_fine", "2024-01-01")]),
        ("urgent", 3, dollars(172_500, "SAR"), [("passport_value_urgent", "2025-06-26"), ("loss_fine", "2024-01-01")]),
    ]
    assert [(one["name"], one["required"]) for one in rules["papers"]] == [  # type: ignore[attr-defined]
        ("police_report", True),
        ("identity", True),
        ("photo", True),
        ("residence_permit", False),
        ("lost_passport_copy", False),
    ]


@pytest.mark.parametrize(
    ("law", "day", "existed"),
    [
        ("Law 13/2021", date(2020, 12, 31), False),
        ("Law 13/2021", date(2021, 1, 1), True),
        ("Law 2/2018; Law 19/2023", date(2022, 6, 1), False),
        ("Law 2/2018; Law 19/2023", date(2023, 1, 1), True),
        ("MOFAE FAQ", date(1950, 1, 1), True),
        ("Circular 7/20211", date(1950, 1, 1), True),
    ],
)
def test_a_law_exists_from_its_year_on(law: str, day: date, existed: bool) -> None:
    assert rulebook.sources_on(law, day) is existed


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (date(2025, 1, 1), date(2025, 1, 3), [False, True, True, False]),
        (None, date(2025, 1, 2), [True, True, False, False]),
        (date(2025, 1, 2), None, [False, False, True, True]),
        (None, None, [True, True, True, True]),
    ],
)
def test_a_provision_holds_from_its_first_day_to_the_day_before_its_end(
    since: date | None, until: date | None, days: list[bool]
) -> None:
    one = rulebook.Provision("code", ("*",), "fee", since, until, "Law 1/2000", "M")
    around = (date(2024, 12, 31), date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3))
    assert [one.holds_on(day) for day in around] == days
    assert one.serialise() == {
        "code": "code",
        "aspect": "fee",
        "source": "Law 1/2000",
        "certainty": "M",
        "from": since.isoformat() if since else None,
        "to": until.isoformat() if until else None,
    }


def test_the_book_opens_between_two_far_days() -> None:
    assert (date(1900, 1, 1), date(2100, 1, 1)) == (rulebook.EARLIEST, rulebook.LATEST)


def test_weak_rows_are_listed_by_transaction_and_line(session_for: SessionFor) -> None:
    session = session_for("consular")
    weak = fees.unverified_at(session, missions.find(session, "RUH"), DAY)
    listed = [(row.transaction, row.line) for row in weak]
    assert listed == sorted(listed) and ("passport-lost", "loss_fine") in listed
    assert fees.unverified_at(session, missions.find(session, "RUH"), date(2017, 1, 1)) == []


@pytest.mark.parametrize(
    ("on", "began"), [(date(2025, 6, 25), "2015-04-21"), (date(2025, 6, 26), "2015-04-21"), (date(2015, 4, 20), None)]
)
def test_a_line_names_the_day_its_tariff_began(session_for: SessionFor, on: date, began: str | None) -> None:
    session = session_for("consular")
    rows = fees.history(session, "passport-renewal")
    source = "Legislative Decree 17/2015 amending Law 1/2014"
    line = PricedLine("passport_value", "x", Money(20_000, "USD"), Money(75_000, "SAR"), source, "H")
    assert fees.began_on(rows, line, on) == began
    other = PricedLine("passport_value", "x", Money(20_001, "USD"), Money(75_000, "SAR"), source, "H")
    assert fees.began_on(rows, other, on) is None


def test_a_peg_is_dated_by_the_day_and_a_market_rate_by_its_publication(session_for: SessionFor) -> None:
    rates = rates_on(session_for("consular"), "TYO", date(2026, 11, 1))
    assert rates["USD", "SAR"] == Rate("USD", "SAR", Decimal("3.75"), date(2026, 11, 1), "peg")
    assert rates["EUR", "JPY"] == Rate("EUR", "JPY", Decimal("175.68"), date(2026, 10, 30), "ecb", date(2026, 11, 6))


def test_a_price_without_an_assessment_or_tariff_names_its_line(session_for: SessionFor) -> None:
    session = session_for("consular")
    mission = missions.find(session, "RUH")
    with refuses("tariff_missing") as refused:
        price(session, CATALOGUE["passport-renewal"], mission, date(2015, 4, 20))
    assert refused.value.params == {"line": "passport_value"}
    assert price(session, CATALOGUE["cash-allowance"], mission, DAY, Money(100_000, "USD")) == [
        PricedLine(
            "cash_allowance",
            "recruitment_directorate",
            Money(100_000, "USD"),
            Money(375_000, "SAR"),
            "assessment",
            "H",
            Rate("USD", "SAR", Decimal("3.75"), DAY, "peg"),
        )
    ]


def test_a_declared_status_is_a_row_of_its_own_and_is_added_once(session_for: SessionFor) -> None:
    session = session_for("consular")
    mission, day = missions.find(session, "RUH"), date(2027, 3, 1)
    for _ in range(2):
        transaction_status.declare_status(
            session, "cash-allowance", "active", day, "a circular", "head-1", "L", scope="RUH"
        )
    row = session.get_one(TransactionStatus, "cash-allowance/RUH/2027-03-01/active")
    assert columns(row, "id") == {
        "transaction": "cash-allowance",
        "status": "active",
        "scope": "RUH",
        "valid_from": day,
        "source": "a circular",
        "certainty": "L",
        "approver": "head-1",
    }
    found = transaction_status.status_on(session, "cash-allowance", mission, day)
    assert found is not None and found.id == row.id
    before = transaction_status.status_on(session, "cash-allowance", mission, date(2027, 2, 28))
    assert before is not None and (before.status, before.scope) == ("historical", None)
    elsewhere = transaction_status.status_on(session, "cash-allowance", missions.find(session, "BER"), day)
    assert elsewhere is before
    assert transaction_status.general_status_on(session, "cash-allowance", day) is before
    begins = [
        transaction_status.begins_on(session, slug, code, on)
        for slug, code, on in (
            ("cash-allowance", "RUH", day),
            ("cash-allowance", "BER", day),
            ("cash-allowance", "RUH", date(2027, 3, 2)),
            ("passport-renewal", "RUH", day),
        )
    ]
    assert begins == [True, False, False, False]


def test_a_general_status_is_declared_for_all_missions(session_for: SessionFor) -> None:
    session, day = session_for("consular"), date(2027, 3, 1)
    transaction_status.declare_status(session, "cash-allowance", "active", day, "a law", "founding")
    row = session.get_one(TransactionStatus, "cash-allowance/all/2027-03-01/active")
    assert (row.scope, row.certainty) == (None, "M")
    found = transaction_status.general_status_on(session, "cash-allowance", day)
    assert found is not None and found.id == row.id


def test_nothing_is_taken_for_what_nobody_declared(session_for: SessionFor) -> None:
    session = session_for("consular")
    with refuses("transaction_not_active") as refused:
        transaction_status.check_active(session, "unheard-of", "RUH")
    assert refused.value.params == {"status": "unknown", "source": ""}
    transaction_status.check_active(session, "passport-renewal", "RUH")
