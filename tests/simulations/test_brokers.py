"""In a small market brokers earn by first come, and nothing by our rules; the sums and the plot are right."""

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from deploy.dev.servers.postgres import Postgres
from shared.database.db import Database
from tests.simulations.brokers import simulate
from tests.simulations.market import BASE, DRAW, FIRST_COME, LIST, MODES, Assumptions, Outcome
from tests.simulations.report import changed, plot, table
from tests.simulations.world import World

SMALL = replace(BASE, applicants=60, seats=20, brokers=3, accounts=4, tries=100)


@pytest.fixture(scope="module")
def outcomes(cluster: Postgres, database: Callable[[str], Database], empty_files: None) -> dict[str, Outcome]:
    world = World(database("consular"), cluster.admin_url)
    found = {mode: simulate(world, SMALL, mode) for mode in MODES}
    world.begin(DRAW, 0, 1)
    world._clear()
    return found


def test_by_first_come_speed_is_sold(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[FIRST_COME]
    assert outcome.grabbed == SMALL.brokers * SMALL.accounts
    assert outcome.profit > 0


@pytest.mark.parametrize("mode", [LIST, DRAW])
def test_by_our_rules_a_seat_cannot_be_handed_on(outcomes: dict[str, Outcome], mode: str) -> None:
    assert outcomes[mode].profit <= 0


def test_no_mode_gives_more_seats_than_there_are(outcomes: dict[str, Outcome]) -> None:
    assert all(0 < outcome.served <= outcome.seats for outcome in outcomes.values())
    assert outcomes[FIRST_COME].seats == outcomes[DRAW].seats


def test_the_sum_of_a_broker() -> None:
    outcome = Outcome(FIRST_COME, Assumptions(brokers=2, accounts=10, price=400, account_cost=5), 9, 8, 3, 9)
    assert (outcome.accounts_paid, outcome.profit) == (20, 1_100)


def test_the_table_and_the_plot_show_every_market() -> None:
    poor = replace(BASE, price=100)
    rows = [
        ("", [Outcome(mode, one, 9, 8, sold, 9) for mode, sold in zip(MODES, (4, 0, 0), strict=True)])
        for one in (BASE, poor)
    ]
    assert changed(BASE) == "base case" and changed(poor) == "price 100"
    assert "| +600 | -1,000 | -1,000 |" in table(rows)
    shapes = ElementTree.fromstring(plot(rows))  # noqa: S314 (written here)
    texts = [each.text for each in shapes.iter() if each.tag.endswith("text")]
    assert {"+600", "-600", "price 100"} <= set(texts)
