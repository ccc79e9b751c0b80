"""Processes are killed at seeded random points while people apply, pay and collect: nothing is lost or doubled.

50 applications and 12 kills in all in `make test`; `make full` plays 2,000 with 120.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.dev.servers.broker import available
from tests.chaos.faults import kills
from tests.chaos.oracle import REQUESTS_PER_APPLICATION, gather, run_trial
from tests.chaos.platform import Platform, applications_wanted, running
from tests.factories.messages.messaging import seeded

LEAST_KILLS, KILLS_PER_APPLICATION = 6, 0.12


@pytest.fixture(params=["rabbitmq", "embedded"])
def platform(request: pytest.FixtureRequest, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Platform]:
    """The platform on either bus."""
    with_broker = request.param == "rabbitmq"
    if with_broker and not available():
        pytest.skip("RabbitMQ is not installed")
    with running(tmp_path / "data", with_broker, pytestconfig.cache.mkdir("fonts")) as up:
        yield up


@pytest.mark.timeout(3600)
def test_nothing_is_lost_or_doubled_in_a_storm_of_kills(platform: Platform) -> None:
    dice = seeded()
    wanted = applications_wanted()
    count = max(LEAST_KILLS, int(wanted * KILLS_PER_APPLICATION) // 2)
    people = gather(platform, dice)
    run_trial(platform, dice, people, kills(dice, platform, count, wanted * REQUESTS_PER_APPLICATION))
