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


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("individual-extract", {"born": "1990-01-15", "marital_status": "married"}),
        ("passport-page", {"born": "1990-01-15"}),
        ("criminal-record", {"born": "1990-01-15", "finding": SAMPLES["criminal-record"]["finding"]}),
        ("receipt", {"amount": {"amount": 93750, "currency": "SAR"}}),
    ],
)
def test_what_a_forger_would_change_is_told(kind: str, facts: dict[str, Any]) -> None:
    assert facts_of(kind) == facts


def test_what_is_not_printed_is_not_told() -> None:
    person = SAMPLES["individual-extract"]["person"] | {"marital_status": None}
    assert facts_of("individual-extract", person=person) == {"born": "1990-01-15"}
    assert "marital_status" not in facts_of("birth-statement")


def test_a_passport_page_is_known_by_the_passports_number() -> None:
    assert verified_facts.printed_number(document("passport-page")) == "N010203045"
