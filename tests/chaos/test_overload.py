"""At twice the measured capacity most of it still goes to good answers, and what is refused is refused at once."""

import os
import time
from collections.abc import Iterator

import pytest

from shared.identity.actor import request_token
from tests.chaos.load import Run, at_rate
from tests.chaos.platform import Platform, running
from tests.conftest import officer

SECONDS = float(os.environ.get("MAHJAR_OVERLOAD_SECONDS", "60"))
FIRST_RATE, GROWTH = 40.0, 1.4
pytestmark = [
    pytest.mark.skipif(not os.environ.get("MAHJAR_FULL"), reason="only in make full"),
    pytest.mark.timeout(1800),
]
PATH = "/openings?mission=RUH"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Platform]:
    with running(tmp_path_factory.mktemp("overload") / "data", False, pytestconfig.cache.mkdir("fonts")) as up:
        yield up


def at(platform: Platform, rate: float, seconds: float) -> Run:
    """An officer's look at the services with appointments: database, token and JSON, as most requests."""
    actor = officer("officer")

    def headers() -> dict[str, str]:
        return {"Authorization": f"Bearer {request_token(platform.keys, actor, 'consular')}"}

    return at_rate(platform.child("consular").port, PATH, headers, rate, seconds)


def test_goodput_at_twice_the_capacity(platform: Platform) -> None:
    at(platform, FIRST_RATE, 5)
    rate, capacity, normal = FIRST_RATE, 0.0, 0.0
    while True:
        run = at(platform, rate, 6)
        print(f"{rate:.0f}/s: {run.goodput:.0f} good, p95 {run.p95() * 1000:.0f} ms", flush=True)
        if run.goodput > capacity:
            capacity = run.goodput
        if run.goodput < rate * 0.95:
            break
        normal, rate = run.p95(), rate * GROWTH
    over = at(platform, 2 * capacity, SECONDS)
    refused = [answer for answer in over.answers if answer.status != 200]
    recovered = recovery(platform, capacity / 2, normal)
    share = over.goodput / capacity
    print(f"capacity {capacity:.0f}/s, at twice of it {over.goodput:.0f} good/s ({share:.0%}), {len(refused)} refused")
    print(f"p95 {over.p95() * 1000:.0f} ms, usually {normal * 1000:.0f} ms; as usual again after {recovered:.0f} s")
    assert over.goodput >= 0.8 * capacity
    assert {answer.status for answer in refused} <= {503}
    assert all(answer.retry_after for answer in refused)
    assert recovered < 30


def recovery(platform: Platform, rate: float, normal: float) -> float:
    """Seconds until answers take as long as usual again, at half the capacity."""
    began = time.monotonic()
    while at(platform, rate, 2).p95() > max(2 * normal, 0.05):
        assert time.monotonic() - began < 60
    return time.monotonic() - began
