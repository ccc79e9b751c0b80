"""Mandates and minors by the calendar alone: how long, for what, until which birthday; and when two may be one."""

from datetime import date, timedelta

import pytest

from services.consular.people import rules
from services.consular.people.rules import Months
from shared.catalogue import CATALOGUE, TRANSACTIONS, scopes
from shared.catalogue.model import AGENT, GUARDIAN, HOLDER, RELATIVE

pytestmark = pytest.mark.clock

NAME = {"given": "أحمد", "father": "محمد علي", "family": "مثال", "mother": "هدى نموذج"}


def test_a_mandate_lasts_until_the_same_day_of_the_next_year() -> None:
    assert rules.latest_end(date(2026, 11, 22)) == date(2027, 11, 22)
    assert rules.latest_end(date(2028, 2, 29)) == date(2029, 2, 28)


def test_a_guardians_certificate_is_good_for_three_months() -> None:
    assert rules.deed_valid_until(date(2026, 8, 22)) == date(2026, 11, 22)
    assert rules.deed_valid_until(date(2026, 11, 30)) == date(2027, 2, 28)


def test_terms_are_dated_rows_with_a_source() -> None:
    rows = (Months(date(2025, 1, 1), 12, "old", "H"), Months(date(2027, 1, 1), 6, "new", "H"))
    assert [rules.in_force(rows, day).months for day in (date(2020, 1, 1), date(2026, 12, 31), date(2027, 1, 1))] == [
        12,
        12,
        6,
    ]
    assert all(row.source and row.certainty for row in (*rules.LONGEST, *rules.GUARDIAN_DEED))


@pytest.mark.parametrize("born", [date(2008, 11, 22), date(2008, 1, 1), date(2008, 12, 31)])
def test_childhood_ends_on_the_eighteenth_birthday(born: date) -> None:
    birthday = born.replace(year=born.year + 18)
    assert rules.is_minor(born, birthday - timedelta(days=1))
    assert not rules.is_minor(born, birthday)


def test_a_scope_names_transactions_or_their_group() -> None:
    extract, birth = CATALOGUE["individual-extract"], CATALOGUE["birth-statement"]
    assert scopes.covers(["individual-extract"], extract) and not scopes.covers(["individual-extract"], birth)
    assert scopes.covers([scopes.group_scope("civil_status")], birth)
    assert not scopes.covers([], extract)
    assert scopes.group_of("group:travel") == "travel" and scopes.group_of("travel") is None


def test_only_what_agents_may_ask_for_is_offered() -> None:
    offered = scopes.available_scopes(TRANSACTIONS, AGENT)
    assert "individual-extract" in offered and "passport-renewal" not in offered
    assert len(offered) == len(set(offered))
    named = {one for one in offered if scopes.group_of(one) is None}
    assert named == {entry.slug for entry in TRANSACTIONS if AGENT in entry.acts}


def test_everybody_may_apply_for_themselves_and_capacities_are_known() -> None:
    for entry in TRANSACTIONS:
        assert HOLDER in entry.acts and set(entry.acts) <= {HOLDER, RELATIVE, AGENT, GUARDIAN}, entry.slug


def test_two_spellings_of_one_person_share_a_key() -> None:
    born = date(1990, 5, 4)
    key = rules.match_key(NAME, born)
    assert key == rules.match_key({**NAME, "given": "احمـد", "father": "محمد  علي", "mother": "هدي نموذج"}, born)
    assert key != rules.match_key(NAME, date(1990, 5, 5))
    assert key != rules.match_key({**NAME, "mother": "منى نموذج"}, born)
    assert rules.match_key({**NAME, "mother": ""}, born) is None
