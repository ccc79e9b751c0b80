"""What a look-up tells is what stands on the document: its printed number, and what a forger would change."""

from typing import Any

import pytest

from shared.documents import verified_facts
from shared.documents.model import KINDS
from shared.documents.typesetting import day, html
from shared.i18n import language
from tests.factories.documents.snapshots import SAMPLES, document


def facts_of(kind: str, **changed: Any) -> dict[str, Any]:
    return {one["fact"]: one["value"] for one in verified_facts.facts(document(kind, **changed))}


@pytest.mark.parametrize("kind", KINDS)
def test_number_and_days_are_those_that_are_printed(kind: str) -> None:
    issued = document(kind)
    page, number = html(issued, KINDS[kind].service), verified_facts.printed_number(issued)
    body = page.partition('<div class="hair">')[2]
    assert f">{number}<" in body
    for one in verified_facts.facts(issued):
        if one["kind"] == "day":
            assert day(one["value"], language("en")) in page, one


@pytest.mark.parametrize("kind", ["individual-extract", "birth-statement"])
def test_the_day_of_death_is_told_where_it_is_printed(kind: str) -> None:
    dead = SAMPLES[kind]["person"] | {"alive": False, "died_on": "2019-04-02"}
    page = html(document(kind, person=dead), KINDS[kind].service)
    assert facts_of(kind, person=dead)["died_on"] == "2019-04-02"
    assert "Deceased on <bdi>" in page and day("2019-04-02", language("en")) in page
    assert day("2019-04-02", language("ar")) in page


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("individual-extract", {"born": "1990-01-15", "marital_status": "married"}),
        ("passport-page", {"born": "1990-01-15"}),
        ("criminal-record", {"born": "1990-01-15", "finding": "convicted", "convictions": 1}),
        ("death-statement", {"born": "1963-04-27", "event_on": "2021-02-14", "marital_status": "married"}),
        ("family-extract", {"people": 7}),
        ("turn-slip", {"appointment_on": "2026-11-24", "appointment_time": "09:30"}),
        ("pending-proof", {"pending_since": "2026-11-20"}),
        (
            "driving-licence-check",
            {"born": "1990-01-15", "licence_until": "2031-05-31", "finding": "valid", "licence_category": "B"},
        ),
        ("receipt", {"amount": {"amount": 93750, "currency": "SAR"}}),
    ],
)
def test_what_a_forger_would_change_is_told(kind: str, facts: dict[str, Any]) -> None:
    assert facts_of(kind) == facts


def test_the_days_inside_are_told_by_year_as_they_are_printed() -> None:
    told = [one for one in verified_facts.facts(document("movement-statement")) if one["fact"] == "days_inside"]
    assert [(one["kind"], one["year"], one["value"]) for one in told] == [("days", 2018, 182), ("days", 2019, 153)]
    assert "days_inside" not in facts_of("movement-statement", entries=[])


def test_the_end_of_a_marriage_is_told() -> None:
    (ended,) = SAMPLES["marriage-statement"]["marriages"]
    assert facts_of("marriage-statement", marriages=[ended | {"divorced_on": "2021-03-09"}])["ended_on"] == "2021-03-09"
    assert "ended_on" not in facts_of("marriage-statement", marriages=[ended | {"divorced_on": None}])


def test_rows_that_are_left_out_or_added_are_noticed() -> None:
    sample = SAMPLES["family-extract"]
    assert facts_of("family-extract", head=None, blocks=[], others=sample["others"] * 3) == {"people": 3}
    nobody = {"spouse": None, "married_on": None, "divorced_on": None, "children": sample["others"]}
    assert facts_of("family-extract", head=None, blocks=[nobody], others=[]) == {"people": 1}
    convictions = SAMPLES["criminal-record"]["entries"]
    assert facts_of("criminal-record", entries=convictions * 4)["convictions"] == 4
    assert "convictions" not in facts_of("criminal-record", entries=[], finding="clean")
    for kind, events in (("marriage-statement", "marriages"), ("divorce-statement", "divorces")):
        (one,) = SAMPLES[kind][events]
        assert (facts_of(kind)[events], facts_of(kind, **{events: [one] * 3})[events]) == (1, 3)


FACTS = {one["fact"] for kind in KINDS for one in verified_facts.facts(document(kind))}


@pytest.mark.parametrize("code", ["ar", "en"])
@pytest.mark.parametrize("fact", sorted(FACTS | {"ended_on", "died_on"}))
def test_every_fact_has_its_words(code: str, fact: str) -> None:
    assert language(code).has(f"verify.fact.{fact}")


def test_what_is_not_printed_is_not_told() -> None:
    person = SAMPLES["individual-extract"]["person"] | {"marital_status": None}
    assert facts_of("individual-extract", person=person) == {"born": "1990-01-15"}
    assert "marital_status" not in facts_of("birth-statement")


def test_a_passport_page_is_known_by_the_passports_number() -> None:
    assert verified_facts.printed_number(document("passport-page")) == "N010203045"
