"""The rule book: what applied on a day, by which law, and that nothing later reaches back."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.data import rows_of
from services.consular.missions import reference_data
from services.consular.payments.orders import quote
from services.consular.payments.tariffs import fees, rulebook
from services.consular.views import rule_view
from services.gateway.web.content.announced import announced
from shared.catalogue import CATALOGUE
from shared.documents import validity
from shared.identity.actor import ANONYMOUS
from tests.conftest import ServiceClient
from tests.factories.gateway import Gateway
from tests.factories.payments import owe

pytestmark = pytest.mark.clock

SessionFor = Callable[..., Session]
TODAY = date(2026, 11, 21)
ENDED = (
    *("cash-allowance", "reserve-cash-allowance", "missed-service-allowance"),
    *("residence-deferral", "residence-deferral-renewal", "visit-facilitation"),
)


def opened(session: Session, slug: str, on: date, mission: str = "RUH") -> dict[str, Any]:
    return rule_view.rules_on(session, CATALOGUE[slug], missions.find(session, mission), on, TODAY)


def lines_of(shown: dict[str, Any]) -> list[dict[str, Any]]:
    return list(shown["lines"])


# Where each amount stands: LD 17/2015, Law 18/2017 (missions from 24 April), MoI decision 1/Sh.Q of 26 June 2025.
@pytest.mark.parametrize(
    ("on", "dollars", "since", "source"),
    [
        (date(2015, 4, 21), 200, "2015-04-21", "Legislative Decree 17/2015"),
        (date(2017, 4, 23), 200, "2015-04-21", "Legislative Decree 17/2015"),
        (date(2017, 4, 24), 300, "2017-04-24", "Law 18/2017"),
        (date(2025, 6, 25), 300, "2017-04-24", "Law 18/2017"),
        (date(2025, 6, 26), 200, "2025-06-26", "MoI decision 1/Sh.Q"),
        (date(2030, 1, 1), 200, "2025-06-26", "MoI decision 1/Sh.Q"),
    ],
)
def test_a_day_shows_its_price_with_law_and_first_day(
    session_for: SessionFor, on: date, dollars: int, since: str, source: str
) -> None:
    fee = opened(session_for("consular"), "passport-renewal", on)["prices"][0]["fees"][0]
    assert fee["tariff"] == {"amount": dollars * 100, "currency": "USD"}
    assert fee["since"] == since and fee["source"].startswith(source)


@pytest.mark.parametrize(
    ("on", "codes"),
    [
        (date(2016, 1, 1), {"passport_validity_by_service", "men_need_recruitment_approval"}),
        (date(2024, 12, 7), {"passport_validity_by_service", "men_need_recruitment_approval"}),
        (date(2024, 12, 31), {"passport_validity_by_service"}),
        (date(2025, 1, 1), {"passport_validity_six_years"}),
    ],
)
def test_how_long_a_passport_is_good_for_is_a_dated_rule(session_for: SessionFor, on: date, codes: set[str]) -> None:
    found = opened(session_for("consular"), "passport-renewal", on)["provisions"]
    told = {one["code"] for one in found}
    questioned = {"passport_validity_by_service", "passport_validity_six_years", "men_need_recruitment_approval"}
    assert told & questioned == codes


def test_before_the_first_rule_nothing_is_invented(session_for: SessionFor) -> None:
    rules = opened(session_for("consular"), "passport-renewal", date(2015, 4, 20))
    assert (rules["first_known"], rules["standing"], rules["prices"][0]["fees"]) == ("2015-04-21", None, [])
    assert rules["prices"][0]["price_lacks"] == "tariff_missing"


def test_a_law_of_a_later_year_is_not_told_of_an_earlier_day(session_for: SessionFor) -> None:
    session = session_for("consular")
    assert opened(session, "individual-extract", date(2020, 1, 1))["law"] == []
    assert opened(session, "individual-extract", date(2022, 1, 1))["law"] == ["Law 13/2021"]
    assert opened(session, "individual-extract", TODAY)["law"] == ["Law 13/2021", "Law 19/2023"]


@pytest.mark.parametrize("slug", CATALOGUE)
def test_each_row_of_a_history_has_a_source_and_ends_where_the_next_begins(session_for: SessionFor, slug: str) -> None:
    rows = opened(session_for("consular"), slug, TODAY)["history"]
    assert rows
    last: dict[tuple[object, ...], object] = {}
    for row in rows:
        assert row["source"] and row["certainty"] in ("H", "M", "L")
        if row["what"] == "provision":
            continue
        kind = (row["what"], row.get("line") or row.get("kind"), row["scope"])
        assert last.get(kind, row["from"]) == row["from"]
        last[kind] = row["to"]
    assert all(end is None for end in last.values())


def test_a_missions_own_tariff_is_told_at_that_mission_alone(session_for: SessionFor) -> None:
    session = session_for("consular")
    here, there = opened(session, "individual-extract", TODAY, "MAD"), opened(session, "individual-extract", TODAY)
    own = [row for row in here["history"] if row.get("scope") == "MAD" and row["what"] == "fee"]
    assert [row["tariff"] for row in own] == [{"amount": 9500, "currency": "EUR"}]
    assert not [row for row in there["history"] if row.get("scope") == "MAD"]


def test_every_provision_belongs_to_something_and_is_in_order() -> None:
    outcomes = {f"{rulebook.OUTCOME}{entry.outcome}" for entry in CATALOGUE.values()}
    for one in rulebook.provisions():
        assert one.applies_to and {*one.applies_to} <= {*CATALOGUE, *outcomes, rulebook.EVERY}, one
        assert one.since is None or one.until is None or one.since < one.until


def test_a_document_of_the_group_of_passports_has_none_of_their_rules(session_for: SessionFor) -> None:
    passport = CATALOGUE["passport-renewal"]
    letter = replace(CATALOGUE["individual-extract"], slug="travel-letter", group=passport.group)
    booklets = {one.code for one in rulebook.provisions_of(passport)} - {
        one.code for one in rulebook.provisions_of(letter)
    }
    assert {"passport_validity_six_years", "electronic_passport", "extension_free_once"} <= booklets
    assert {one.code for one in rulebook.provisions_of(letter)} == {"waiver_for_proven_need"}


@pytest.mark.parametrize(
    ("slug", "on", "expected"),
    [
        ("individual-extract", date(2020, 12, 31), []),
        ("individual-extract", date(2021, 1, 1), [("individual-extract", 3, 0)]),
        ("criminal-record", TODAY, [("criminal-record", 3, 0)]),
        ("visit-facilitation", TODAY, [("visit-approval", 0, 180)]),
        ("passport-renewal", TODAY, []),
        ("cash-allowance", TODAY, []),
    ],
)
def test_a_rule_book_says_how_long_its_document_is_good_for(
    session_for: SessionFor, slug: str, on: date, expected: list[tuple[str, int, int]]
) -> None:
    rules = opened(session_for("consular"), slug, on)
    assert [(row["kind"], row["months"], row["days"]) for row in rules["lifetimes"]] == expected
    assert all(row["source"] and row["certainty"] for row in rules["lifetimes"])


def test_a_row_of_validity_ends_where_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    older, entry = validity.lifetimes()[0], CATALOGUE["individual-extract"]
    rows = [replace(older, kind=entry.slug, valid_from=date(year, 1, 1), months=year - 2019) for year in (2020, 2025)]
    monkeypatch.setattr(validity, "lifetimes", lambda: tuple(rows))
    spans = [(row["from"], row["to"], row["months"]) for row in rule_view.lifetimes(entry)]
    assert spans == [("2020-01-01", "2025-01-01", 1), ("2025-01-01", None, 6)]


@pytest.mark.parametrize(("language", "said"), [("ar", "مدة صلاحية «موافقة على زيارة»"), ("en", "good for 180 days")])
def test_the_page_says_how_long_the_document_is_good_for(gateway: Gateway, language: str, said: str) -> None:
    page = re.sub(
        r"<[^>]+>|[\u2066-\u2069]", "", gateway.browser().get(f"/{language}/services/visit-facilitation/rules").text
    )
    assert page.count(said) == 2


def test_a_later_tariff_changes_neither_a_price_given_nor_the_rules_of_its_day(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    before = quote.serialise(session, order)
    day = date.fromisoformat(str(before["priced_on"]))
    rules = opened(session, "passport-renewal", day)
    assert [line["since"] for line in lines_of(before)] == ["2025-06-26"]
    later = (
        "INSERT INTO tariff (id, transaction, line, beneficiary, amount, currency, valid_from, source, certainty,"
        " approver) VALUES ('later', 'passport-renewal', 'passport_value', 'immigration_and_passports', 99900, 'USD',"
        " CAST(:day AS date) + 1, 'a later law', 'L', 'tests')"
    )
    session.execute(text(later), {"day": day})
    reference_data.reread(session)
    assert quote.serialise(session, order) == before
    after = opened(session, "passport-renewal", day)
    assert {**after, "history": None} == {**rules, "history": None}
    assert after["history"][-1]["certainty"] == "L"
    tomorrow = date.fromordinal(day.toordinal() + 1)
    assert (
        fees.applicable(session, "passport-renewal", missions.find(session, "RUH"), tomorrow)["passport_value"].amount
        == 99900
    )


@pytest.mark.parametrize(
    ("slug", "query", "status", "code"),
    [
        ("passport-renewal", {"on": "yesterday"}, 422, "not_a_date"),
        ("passport-renewal", {"on": "2025-02-30"}, 422, "not_a_date"),
        ("passport-renewal", {"on": "1066-10-14"}, 422, "out_of_range"),
        ("passport-renewal", {"on": "2100-01-01"}, 422, "out_of_range"),
        ("passport-renewal", {"mission": "XXX"}, 404, "mission_unknown"),
        ("nothing", {}, 404, "transaction_unknown"),
    ],
)
def test_what_cannot_be_opened_is_refused(
    service_client: Callable[[str], ServiceClient], slug: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = service_client("consular").get(f"/rules/{slug}", ANONYMOUS, query_string={"mission": "RUH", **query})
    assert answer.status_code == status
    told = answer.get_json()
    assert code in (told["code"], *told.get("errors", {}).values())


# LD 31/2020 of 8 November 2020; LD 37/2023 from 1 December 2023; LD 20/2024 from 1 August 2024.
@pytest.mark.parametrize(
    ("slug", "on", "names"),
    [
        ("cash-allowance", "2020-11-07", set()),
        (
            "cash-allowance",
            "2020-11-08",
            {
                "four_years",
                "three_years",
                "two_years",
                "one_year",
                "born_abroad",
                "born_abroad_ten_years",
                "stay_extension",
            },
        ),
        ("reserve-cash-allowance", "2023-11-30", {"reserve_abroad", "reserve_upper_age", "stay_extension"}),
        (
            "reserve-cash-allowance",
            "2024-07-31",
            {"reserve_abroad", "reserve_age", "reserve_month_served", "reserve_upper_age", "stay_extension"},
        ),
        (
            "reserve-cash-allowance",
            "2024-08-01",
            {
                *("reserve_abroad", "reserve_age", "reserve_month_served", "reserve_disability"),
                *("reserve_upper_age", "stay_extension"),
            },
        ),
        ("missed-service-allowance", "2014-12-30", set()),
        ("residence-deferral", "2026-11-21", {"deferral_minimum_stay_days"}),
    ],
)
def test_the_amounts_of_the_decrees_in_force_on_a_day(
    service_client: Callable[[str], ServiceClient], slug: str, on: str, names: set[str]
) -> None:
    told = service_client("conscription").get(f"/rules/{slug}", ANONYMOUS, query_string={"on": on}).get_json()
    assert {row["name"] for row in told["amounts"]} == names
    assert all(row["source"] and row["certainty"] in ("H", "M", "L") for row in told["history"])


@pytest.mark.parametrize(("slug", "on", "status"), [("cash-allowance", "soon", 422), ("passport-renewal", "", 404)])
def test_conscription_refuses_what_it_cannot_tell(
    service_client: Callable[[str], ServiceClient], slug: str, on: str, status: int
) -> None:
    assert (
        service_client("conscription").get(f"/rules/{slug}", ANONYMOUS, query_string={"on": on}).status_code == status
    )


@pytest.mark.parametrize("language", ("ar", "en"))
@pytest.mark.parametrize("slug", CATALOGUE)
def test_the_page_opens_for_every_entry(gateway: Gateway, slug: str, language: str) -> None:
    answer = gateway.browser().get(f"/{language}/services/{slug}/rules")
    assert answer.status_code == 200
    assert f"/{language}/services/{slug}/rules" in gateway.browser().get(f"/{language}/services/{slug}").text


def test_the_page_travels_in_time(gateway: Gateway) -> None:
    page = "/en/services/passport-renewal/rules"
    then = gateway.browser().get(f"{page}?on=2020-01-01").text
    assert "What applied on" in then and "1,125" in then and "Law 18/2017" in then and "two and a half" in then
    early = gateway.browser().get(f"{page}?on=2000-01-01").text
    assert "We know of no rules for that day" in early and "21 April 2015" in early
    ahead = gateway.browser().get(f"{page}?on=2090-01-01").text
    assert "What is announced for" in ahead and "still to come" in ahead
    assert "1,000" not in then


def test_a_typed_day_in_either_calendar_leads_to_an_address_to_keep(gateway: Gateway) -> None:
    page = "/en/services/cash-allowance/rules"
    typed = "on-day=١&on-month=1&on-year=1447"
    answer = gateway.browser().get(f"{page}?{typed}&on-calendar=hijri&mission=MAD")
    assert answer.status_code == 302 and answer.location.endswith("/rules?on=2025-06-26&mission=MAD")
    assert "Legislative Decree" in gateway.browser().get(f"{page}?on=2023-01-01").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("on=yesterday", "day, month and year in figures"),
        ("on=2025-02-30", "does not have this day"),
        ("on-day=1&on-month=13&on-year=2020", "number from 1 to 12"),
        ("on-day=30&on-month=2&on-year=1447&on-calendar=hijri", "had 29 days"),
        ("on-day=1&on-month=&on-year=2020", "day, month and year in figures"),
        ("on-day=1&on-month=1&on-year=1066", "larger or smaller than allowed"),
        ("on=%3Cscript%3E", "day, month and year in figures"),
    ],
)
def test_a_day_that_is_none_is_told_beside_the_field(gateway: Gateway, query: str, said: str) -> None:
    answer = gateway.browser().get(f"/en/services/passport-renewal/rules?{query}")
    assert answer.status_code == 422
    assert said in answer.text and "What applies today" in answer.text and "<script>" not in answer.text


def test_without_conscription_the_page_says_that_the_amounts_are_missing(gateway: Gateway) -> None:
    gateway.wires["conscription"].is_cut = True
    answer = gateway.browser().get("/en/services/cash-allowance/rules?on=2022-01-01")
    assert answer.status_code == 200 and "cannot show the amounts" in answer.text


@pytest.mark.parametrize("language", ("ar", "en"))
def test_the_home_page_shows_both_numbers(gateway: Gateway, language: str) -> None:
    page = gateway.browser().get(f"/{language}/").text
    doors = re.findall(r'<ul class="doors">(.*?)</ul>', page, re.DOTALL)
    assert sum(part.count("<li>") for part in doors) == len(announced(CATALOGUE.values()))
    linked = set(re.findall(rf"/{language}/services/([a-z-]+)", "".join(doors)))
    assert linked == set(CATALOGUE)
    # The announcement is a fact of the past: an entry that came later changes the second number alone.
    (line,) = re.findall(r'<p class="small quiet">(.*?)about#counts', page, re.DOTALL)
    assert re.findall(r"<bdi>(\d+)</bdi>", line) == ["19", str(len(CATALOGUE))]
    assert page.count(f'/{language}/about#counts"') == 1
    about = gateway.browser().get(f"/{language}/about").text
    assert 'id="counts"' in about
    said = {
        "ar": ("أُعلن عن 19 معاملة", "وسُمّيت 22"),
        "en": ("Nineteen services were announced", "twenty-two were named"),
    }
    assert all(part in about for part in said[language])


def test_an_account_is_not_needed_and_nothing_personal_is_asked(gateway: Gateway) -> None:
    gateway.browser().get("/en/services/passport-renewal/rules")
    asked = gateway.wires["consular"].asked[-3:]
    assert all(method == "GET" for method, _ in asked)


def first_day(slug: str) -> date:
    """The day from which an entry has a standing and prices."""
    rows = ([row for row in rows_of(name) if row["transaction"] == slug] for name in ("standing", "tariff"))
    return date.fromisoformat(max(min(row["valid_from"] for row in table) for table in rows if table))


@pytest.mark.parametrize("slug", CATALOGUE)
def test_every_entry_is_offered_with_a_price_or_a_reason_why_it_has_none(session_for: SessionFor, slug: str) -> None:
    """What the data files promise is in the database too, at the mission most expatriates belong to."""
    # An entry may begin after today, with rows of that day.
    entry = CATALOGUE[slug]
    rules = opened(session_for("consular"), slug, max(TODAY, first_day(slug)))
    assert rules["standing"]["status"] == ("historical" if slug in ENDED else "active") and rules["standing"]["source"]
    assert len(rules["prices"]) == max(1, len(entry.tiers))
    for sold in rules["prices"]:
        assert sold["working_days"] >= 0
        assert sold["total"] or not entry.fees or entry.priced == "after_assessment"
        assert all(fee["since"] and fee["source"] for fee in sold["fees"])
