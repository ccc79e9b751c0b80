"""Fixtures of the tests that drive one service on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.consular.api.money import payer_links, payments, prices, refunds
from shared.web import readiness
from tests.conftest import ServiceClient
from tests.factories.applications import Counter, Registers
from tests.factories.gateway import Gateway, build
from tests.factories.payments import InMemoryProvider


@pytest.fixture(autouse=True)
def ask_readiness_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A good answer that another test was given a moment ago counts for nothing."""
    monkeypatch.setattr(readiness, "AGREED_SECONDS", 0.0)


@pytest.fixture
def counter(service_client: Callable[[str], ServiceClient], key_folder: Path) -> Callable[..., Counter]:
    """`counter()`: a new applicant at the mission; `counter(mission="BER")` at another one."""

    def give(**options: object) -> Counter:
        return Counter(service_client("consular"), Registers(key_folder), **options)  # type: ignore[arg-type]

    return give


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> InMemoryProvider:
    """The card provider that the consular API asks in this test."""
    double = InMemoryProvider()
    for module in (payer_links, payments, prices):
        monkeypatch.setattr(module, "card_provider", lambda: double)
    for module in (prices, refunds):
        monkeypatch.setattr(module, "refund_provider", lambda: double)
    return double


@pytest.fixture(scope="session")
def whole_gateway(
    environment: Callable[[str], dict[str, str]], service_client: Callable[[str], ServiceClient], registers: int
) -> Iterator[Gateway]:
    """The gateway on the real services, once per run."""
    assert registers
    made = build(environment, service_client, MAHJAR_PROVIDER_URL="http://127.0.0.1:9")
    yield made
    made.app.extensions["database"].engine.dispose()


@pytest.fixture
def gateway(whole_gateway: Gateway) -> Gateway:
    """The gateway with every wire whole and no try counted."""
    whole_gateway.forget_tries()
    for wire in whole_gateway.wires.values():
        wire.mend()
    return whole_gateway


@pytest.fixture(scope="module", autouse=True)
def nobody_filed_before(empty_files: None) -> None:
    """Each module begins with an empty mission."""
