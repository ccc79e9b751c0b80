"""The two numbers of the press: nineteen announced, twenty-two named."""

from dataclasses import replace

import pytest

from services.gateway.web.content.announced import NAMED, VITAL_EVENTS, announced, counts
from shared.catalogue import CATALOGUE, TRANSACTIONS


def test_the_announcement_named_twenty_two_and_counted_nineteen() -> None:
    assert len(NAMED) == len(set(NAMED)) == 22
    assert set(VITAL_EVENTS) <= set(NAMED) <= set(CATALOGUE)
    assert len(announced(CATALOGUE[slug] for slug in NAMED)) == 19


def test_folding_the_four_statements_makes_one_item_of_them() -> None:
    assert len(announced(TRANSACTIONS)) == len(TRANSACTIONS) - len(VITAL_EVENTS) + 1


@pytest.mark.parametrize("more", [0, 1, 2])
def test_what_came_later_is_in_the_catalogue_and_was_not_announced(more: int) -> None:
    named = [CATALOGUE[slug] for slug in NAMED]
    later = [replace(named[0], slug=f"later-entry-{number}") for number in range(more)]
    assert counts([*later, *named]) == {"announced": 19, "named": 22 + more}


def test_every_entry_is_in_exactly_one_item_and_only_the_four_share_one() -> None:
    items = announced(TRANSACTIONS)
    assert sorted(entry.slug for item in items for entry in item) == sorted(CATALOGUE)
    assert [sorted(entry.slug for entry in item) for item in items if len(item) > 1] == [sorted(VITAL_EVENTS)]


def test_folding_nothing_gives_nothing() -> None:
    assert announced([]) == []
