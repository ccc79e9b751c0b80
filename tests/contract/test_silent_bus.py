"""A bus behind a broken network: it confirms nothing it has not taken, holds nobody up, and is found again."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from deploy.dev.servers.broker import Broker
from shared.messaging.bus import BusDown, check_bus
from shared.messaging.bus.connection import ANSWER_SECONDS, CONFIRM_SECONDS, CONNECT_SECONDS
from tests.contract.conftest import Bus, letter, take
from tests.factories.environment.servers.fault_proxy import Fault, FaultProxy, fault_proxy

SLACK = 8.0
BROKEN = (Fault.SILENT, Fault.DRIP, Fault.CUT, Fault.RESET)


@contextmanager
def proxied(bus: Bus) -> Iterator[tuple[Bus, FaultProxy]]:
    """The same bus behind a proxy."""
    port = urlsplit(bus.url).port
    assert port is not None
    with fault_proxy("127.0.0.1", port) as proxy:
        yield replace(bus, url=bus.url.replace(f":{port}", f":{proxy.port}")), proxy


def seconds_of(act: Callable[[], object]) -> tuple[object, float]:
    """What an act gave, or BusDown, and how long it took."""
    began = time.monotonic()
    try:
        return act(), time.monotonic() - began
    except BusDown as down:
        return down, time.monotonic() - began


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_link_ends_every_wait_and_loses_nothing(bus: Bus, fault: Fault) -> None:
    with (
        proxied(bus) as (far, proxy),
        closing(far.publisher("civil_registry")) as sender,
        closing(far.consumer("consular")) as consumer,
    ):
        proxy.fault = fault
        confirmed, seconds = seconds_of(lambda: sender.publish([letter(b"unknown", number=1)]))
        assert seconds < CONFIRM_SECONDS + ANSWER_SECONDS + SLACK
        # One that drips may still say that it took the message, and then it has.
        assert isinstance(confirmed, BusDown) or (fault is Fault.DRIP and confirmed == {})
        heard, seconds = seconds_of(lambda: consumer.next(0.2))
        assert seconds < ANSWER_SECONDS + SLACK
        assert heard is None or isinstance(heard, BusDown)
        opened, seconds = seconds_of(lambda: far.publisher("civil_registry"))
        assert seconds < CONNECT_SECONDS + ANSWER_SECONDS + SLACK
        assert isinstance(opened, BusDown)
        assert isinstance(seconds_of(lambda: check_bus(far.url))[0], BusDown)
    with closing(bus.publisher("civil_registry")) as sender, closing(bus.consumer("consular")) as consumer:
        assert sender.publish([letter(b"after", number=2)]) == {}
        arrived = [take(consumer).delivery.raw]
        while arrived[-1] != b"after":
            arrived.append(take(consumer).delivery.raw)
    assert b"unknown" in arrived or isinstance(confirmed, BusDown)


def test_a_frozen_broker_says_nothing_and_holds_nobody(rabbit: Bus, broker: Broker) -> None:
    consumer = rabbit.consumer("consular")
    broker.pause()
    try:
        for act, limit in ((lambda: consumer.next(0.2), 0.2), (lambda: check_bus(rabbit.url), 3.0)):
            answer, seconds = seconds_of(act)
            assert answer is None or isinstance(answer, BusDown)
            assert seconds < limit + SLACK
    finally:
        broker.resume()
    consumer.close()
    check_bus(rabbit.url)
