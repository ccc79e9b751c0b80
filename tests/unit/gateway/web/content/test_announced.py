"""The two numbers of the press: nineteen announced, twenty-two named."""

from services.gateway.web.content.announced import ANNOUNCED, NAMED, VITAL_EVENTS, announced
from shared.catalogue import CATALOGUE, TRANSACTIONS

# The entries the announcement named, in its own order.
SLUGS = """
criminal-record individual-extract family-extract marriage-statement divorce-statement birth-statement
death-statement movement-statement passport-renewal driving-licence-check passport-first passport-first-urgent
passport-renewal-urgent passport-lost passport-damaged embassy-queue-riyadh cash-allowance reserve-cash-allowance
missed-service-allowance residence-deferral residence-deferral-renewal visit-facilitation
""".split()


def test_the_announcement_named_twenty_two_and_counted_nineteen() -> None:
    assert len(SLUGS) == len(set(SLUGS)) == NAMED
    assert set(VITAL_EVENTS) <= set(SLUGS)
    assert NAMED - len(VITAL_EVENTS) + 1 == ANNOUNCED


def test_folding_the_four_statements_gives_the_announced_number() -> None:
    assert len(announced(TRANSACTIONS)) == len(TRANSACTIONS) - len(VITAL_EVENTS) + 1
    assert set(SLUGS) <= set(CATALOGUE)
    assert len(announced(CATALOGUE[slug] for slug in SLUGS)) == ANNOUNCED


def test_every_entry_is_in_exactly_one_item_and_only_the_four_share_one() -> None:
    items = announced(TRANSACTIONS)
    assert sorted(entry.slug for item in items for entry in item) == sorted(CATALOGUE)
    assert [sorted(entry.slug for entry in item) for item in items if len(item) > 1] == [sorted(VITAL_EVENTS)]


def test_folding_nothing_gives_nothing() -> None:
    assert announced([]) == []
