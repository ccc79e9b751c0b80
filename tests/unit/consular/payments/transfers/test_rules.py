"""When two lines are one movement, and which lines pay what is owed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consular.payments.transfers.reference import find_applications, payer_reference
from services.consular.payments.transfers.rules import (
    Extent,
    ParsedLine,
    Part,
    exclude_each_other,
    fingerprint,
    parts_for,
)
from shared.values import references
from shared.values.digits import ARABIC_INDIC, PERSIAN
from shared.values.money import Money

DAY = date(2026, 3, 2)


def part(name: str, amount: int) -> Part:
    return Part(name, amount, ("2026-03-02", name, 1))


@pytest.mark.parametrize(("owed", "amounts", "taken"), [
    (95, {"a": 95}, {"a": 95}),
    (95, {"a": 50, "b": 45}, {"a": 50, "b": 45}),
    (95, {"a": 50, "b": 60}, {"a": 50, "b": 45}),
    (95, {"a": 50, "b": 95}, {"b": 95}),
    (95, {"a": 95, "b": 95}, {"a": 95}),
    (95, {"a": 200}, {"a": 95}),
    (95, {"a": 94}, None),
    (95, {}, None),
])  # fmt: skip
def test_which_lines_pay(owed: int, amounts: dict[str, int], taken: dict[str, int] | None) -> None:
    assert parts_for(owed, [part(name, amount) for name, amount in amounts.items()]) == taken


@given(st.lists(st.integers(1, 1000), max_size=6), st.integers(1, 2000))
def test_what_pays_does_not_depend_on_the_order(amounts: list[int], owed: int) -> None:
    parts = [part(f"{place}", amount) for place, amount in enumerate(amounts)]
    taken = parts_for(owed, parts)
    assert taken == parts_for(owed, parts[::-1])
    assert taken is None if sum(amounts) < owed else sum((taken or {}).values()) == owed


def line(**more: object) -> ParsedLine:
    values = {"booked_on": DAY, "value_on": DAY, "money": Money(100, "EUR"), "text": "RF18 fee", "party": "Rasha"}
    return ParsedLine(**values | more)  # type: ignore[arg-type]


def test_the_banks_reference_decides_before_the_text() -> None:
    assert fingerprint("I", line(bank_reference="R1")) == fingerprint("I", line(bank_reference="r1 ", text="other"))
    assert fingerprint("I", line()) == fingerprint("I", line(text="rf-18  FEE", bank_reference="NONREF"))


@pytest.mark.parametrize("other", [
    line(money=Money(101, "EUR")), line(money=Money(100, "USD")), line(booked_on=date(2026, 3, 3)),
    line(text="RF19 fee"), line(party="Omar"), line(bank_reference="R1"),
])  # fmt: skip
def test_movements_that_differ_have_other_fingerprints(other: ParsedLine) -> None:
    assert fingerprint("I", line()) != fingerprint("I", other)
    assert fingerprint("I", line()) != fingerprint("J", line())


def extent(number: str, page: str, first: int, last: int, opening: int, closing: int) -> Extent:
    return Extent(number, page, date(2026, 3, first), date(2026, 3, last), opening, closing)


@pytest.mark.parametrize(("one", "other", "excluded"), [
    (extent("1", "", 1, 15, 0, 100), extent("2", "", 15, 31, 100, 90), True),
    (extent("1", "1", 1, 31, 0, 100), extent("1", "2", 1, 31, 100, 90), True),
    (extent("1", "", 1, 31, 0, 90), extent("2", "", 15, 31, 100, 90), False),
    (extent("1", "", 1, 31, 0, 90), extent("1", "", 1, 31, 0, 90), False),
    (extent("1", "", 1, 31, 0, 90), extent("00001", "001", 1, 31, 0, 90), False),
    (extent("1", "", 1, 20, 0, 100), extent("2", "", 10, 31, 60, 90), False),
])  # fmt: skip
def test_when_no_movement_can_be_in_both(one: Extent, other: Extent, excluded: bool) -> None:
    assert exclude_each_other(one, other, ()) == exclude_each_other(other, one, ()) == excluded


def test_statements_between_two_of_one_day_keep_their_movements_apart() -> None:
    first, between, last = extent("1", "", 2, 2, 0, 5), extent("2", "", 2, 2, 5, 9), extent("3", "", 2, 2, 9, 14)
    assert not exclude_each_other(first, last, ())
    assert exclude_each_other(first, last, [between])


@given(st.integers(0, 5), st.sampled_from(["0123456789", ARABIC_INDIC, PERSIAN]), st.booleans(),
       st.sampled_from(["", " ", "-", ".", "\n", "\u200f "]))  # fmt: skip
def test_a_reference_survives_retyping(mission: int, digits: str, lower: bool, gap: str) -> None:
    application = references.new(("RUH", "BER", "KWI", "TYO", "BUD", "LON")[mission], 10)
    written = gap.join(payer_reference(application).replace(" ", ""))
    written = (written.lower() if lower else written).translate(str.maketrans("0123456789", digits))
    assert find_applications(f"رسم جواز {written} مع الشكر 7") == [application]


def test_a_slip_in_a_reference_is_seen() -> None:
    application = references.new("RUH", 10)
    signs = payer_reference(application).replace(" ", "")
    for place in range(2, len(signs)):
        for other in "2A9X":
            if signs[place] != other:
                assert find_applications(signs[:place] + other + signs[place + 1 :]) == []
    swapped = [signs[:at] + signs[at + 1] + signs[at] + signs[at + 2 :] for at in range(2, len(signs) - 1)]
    assert [find_applications(one) for one in swapped if one != signs] == [[]] * sum(one != signs for one in swapped)


def test_several_references_are_all_found() -> None:
    one, other = references.new("RUH", 10), references.new("RUH", 10)
    assert find_applications(f"{payer_reference(one)}{payer_reference(other)} {payer_reference(one)}") == [one, other]
