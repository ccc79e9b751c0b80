"""What the gateway's typed clients say they receive is what the services really send."""

from collections.abc import Mapping
from typing import Any

import pytest

from deploy.demo.population import specimens
from services.gateway.civil_registry import Confirmed, Statement
from services.gateway.consular import Amount, Application, Fee, Happening, Mission, Offer, PaperOf, Quote, Stage
from shared.identity import Actor
from shared.references import new
from tests.service.gateway_app import Gateway, build
from tests.service.test_gateway_journey import begin, fill, send

ME = specimens.SERVED


@pytest.fixture(scope="module")
def gateway(environment: Any, service_client: Any, registers: int) -> Any:
    assert registers
    made = build(environment, service_client)
    made.forget_tries()
    yield made
    made.app.extensions["database"].engine.dispose()


def check(kind: Any, answer: Mapping[str, Any]) -> None:
    """Every key the type promises is there."""
    assert kind.__required_keys__ <= set(answer), (kind.__name__, kind.__required_keys__ - set(answer))


def test_consular_sends_what_the_client_promises(gateway: Gateway) -> None:
    client, me = gateway.app.extensions["consular"], Actor("expatriate", "a", "expatriate", "RUH", ME.person)
    browser = gateway.visitor(person=ME)
    reference = begin(browser, "individual-extract")
    fill(browser, "individual-extract", reference)
    send(browser, reference)
    check(Mission, client.missions()[0])
    offer = next(one for one in client.offers("RUH", "2026-11-21") if one["slug"] == "individual-extract")
    check(Offer, offer)
    check(Fee, offer["fees"][0])
    check(Amount, offer["total"])
    application = client.application(me, reference)
    check(Application, application)
    check(Quote, application["quote"])
    check(PaperOf, application["papers"][0])
    check(Happening, application["timeline"][0])
    head = next(one for one in client.mine(me) if one["reference"] == reference)
    assert {"transaction", "status", "mission", "due_on"} <= set(head)
    check(Stage, client.track(me, reference, ME.born.isoformat()))
    client.withdraw(me, reference, "contract")


def test_the_registers_send_what_the_client_promises(gateway: Gateway) -> None:
    me = Actor("expatriate", "a", "expatriate", "RUH", ME.person)
    registry, conscription = (gateway.app.extensions[name] for name in ("civil_registry", "conscription"))
    check(Confirmed, registry.confirm_identity(me, ME.identity()))
    stated = registry.state(me, "individual-extract")
    check(Statement, stated)
    assert {"person", "sex", "born", "alive", "registered"} <= set(stated["facts"])
    served = conscription.state(me, "cash-allowance")
    check(Statement, served)
    assert "service_status" in served["facts"]
    told = registry.verify(me, new("RUH", 18, "R"))
    assert {"status", "kind", "number", "issued_on", "expires_on", "holder", "specimen"} <= set(told)
