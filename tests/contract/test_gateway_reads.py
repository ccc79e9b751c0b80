"""What the gateway's typed clients say they receive is what the services really send, key by key, both ways."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import NoneType, UnionType
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from deploy.demo.days import today
from deploy.demo.population import specimens
from services.gateway.clients.civil_registry import CivilRegistry, Confirmed, Statement
from services.gateway.clients.conscription import Conscription
from services.gateway.clients.consular import Consular
from services.gateway.clients.consular.applications import ApplicantView, Application, TrackingStep
from services.gateway.clients.consular.appointments import Calendar, DaySheet, Openings, Services
from services.gateway.clients.consular.approvals import Proposal
from services.gateway.clients.consular.bookings import Overview
from services.gateway.clients.consular.cases import Case, PassportRecord, QueuePage
from services.gateway.clients.consular.letters import LetterPage
from services.gateway.clients.consular.mandates import Deed, Mandate
from services.gateway.clients.consular.notices import Notice
from services.gateway.clients.consular.offers import Mission, Offer
from services.gateway.clients.verification import Verification
from shared.identity.actor import Actor
from shared.identity.representation import PURPOSE
from shared.values.references import new
from tests.factories.gateway import Gateway, build
from tests.factories.gateway_forms import begin, fill, send

ME = specimens.SERVED
EXPATRIATE = Actor("expatriate", "a", "expatriate", "RUH", ME.person)
OFFICER = Actor("officer", "o", "officer", "RUH")
HEAD = Actor("officer", "h", "head_of_mission", "RUH")


@pytest.fixture(scope="module")
def gateway(environment: Any, service_client: Any, registers: int) -> Any:
    assert registers
    made = build(environment, service_client)
    made.forget_tries()
    yield made
    made.app.extensions["database"].engine.dispose()


@pytest.fixture(scope="module")
def consular(gateway: Gateway) -> Consular:
    client = gateway.app.extensions["consular"]
    assert isinstance(client, Consular)
    return client


def differences(kind: Any, value: Any, path: str = "") -> Iterator[str]:
    """Keys that are declared and not sent, or sent and not declared, at any depth; and values of another type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return
    if origin is NotRequired:
        yield from differences(arguments[0], value, path)
    elif origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return
        yield from differences(next(one for one in arguments if one is not NoneType), value, path)
    elif is_typeddict(kind):
        yield from _keys(kind, value, path)
    elif origin is list:
        for one in value:
            yield from differences(arguments[0], one, f"{path}[]")
    elif origin is dict:
        for one in value.values():
            yield from differences(arguments[1], one, f"{path}{{}}")
    elif not isinstance(value, kind):
        yield f"{path} is {type(value).__name__}, not {kind.__name__}"


def _keys(kind: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    declared = get_type_hints(kind, include_extras=True)
    yield from (f"{path}.{name} is not declared" for name in value.keys() - declared.keys())
    yield from (f"{path}.{name} is not sent" for name in kind.__required_keys__ - value.keys())
    for name in value.keys() & declared.keys():
        yield from differences(declared[name], value[name], f"{path}.{name}")


def check(kind: Any, value: Any) -> None:
    assert sorted(set(differences(kind, value, kind.__name__))) == []


def check_all(kind: Any, values: list[Any]) -> None:
    """As `check`, for a list that must not be empty, or nothing would have been compared."""
    assert values
    for value in values:
        check(kind, value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"status": "known"}, "Stage.stages is not sent"),
        ({"transaction": "x", "status": "y", "stages": [], "more": 1}, "Stage.more is not declared"),
        ({"transaction": "x", "status": "y", "stages": [{"code": "c"}]}, "Stage.stages[].state is not sent"),
        ({"transaction": 1, "status": "y", "stages": []}, "Stage.transaction is int, not str"),
    ],
)
def test_the_comparison_sees_every_difference(value: dict[str, Any], found: str) -> None:
    assert found in [*differences(TrackingStep, value, "Stage")]


def test_missions_and_offers(consular: Consular) -> None:
    check_all(Mission, consular.offers.missions())
    check_all(Offer, consular.offers.list_offers("RUH", "2026-11-21"))


@pytest.mark.parametrize("slug", ("individual-extract", "passport-renewal"))
def test_an_application_for_its_owner_and_at_the_desk(gateway: Gateway, consular: Consular, slug: str) -> None:
    browser = gateway.visitor(person=ME)
    reference = begin(browser, slug)
    check(Application, consular.applications.detail(EXPATRIATE, reference))
    fill(browser, slug, reference)
    send(browser, reference)
    application = consular.applications.detail(EXPATRIATE, reference)
    check(Application, application)
    assert application["quote"] and application["papers"] and application["timeline"]
    check_all(ApplicantView, consular.applications.list_own(EXPATRIATE))
    check(TrackingStep, consular.applications.track(EXPATRIATE, reference, ME.born.isoformat()))
    check(Case, consular.cases.detail(OFFICER, reference))
    queue = consular.cases.queue(OFFICER)
    check(QueuePage, queue)
    assert queue["rows"]
    consular.applications.withdraw(EXPATRIATE, reference, f"contract {slug}")


def test_appointments(consular: Consular) -> None:
    services = consular.appointments.services("RUH")
    check(Services, services)
    openings = consular.appointments.openings("RUH", services["services"][0])
    check(Openings, openings)
    assert any(day["times"] for day in openings["days"])
    calendar = consular.appointments.calendar(OFFICER)
    check(Calendar, calendar)
    assert calendar["hours"] and calendar["rules"]
    check(DaySheet, consular.appointments.day_sheet(OFFICER, None, None))


def test_mandates(gateway: Gateway, consular: Consular) -> None:
    me = gateway.app.extensions["civil_registry"].state(EXPATRIATE, PURPOSE)["statement"]
    agent = specimens.WOMAN
    body = {
        "agent_number": agent.national_number,
        "agent_given": agent.given_name,
        "until": (today() + timedelta(days=90)).isoformat(),
        "scope": ["individual-extract"],
        "key": "contract-mandate",
        "statement": me,
    }
    consular.mandates.grant(EXPATRIATE, body)
    mandates = consular.mandates.list_own(EXPATRIATE, me)
    check_all(Mandate, mandates)
    for mandate in mandates:
        if mandate["state"] == "offered":
            consular.mandates.settle(EXPATRIATE, mandate["reference"], "end", {"key": "contract", "statement": me})
    for deed in consular.mandates.list_deeds(OFFICER):
        check(Deed, deed)


def test_lists_of_the_desk_and_notices(consular: Consular) -> None:
    check(LetterPage, consular.letters.list_letters(OFFICER))
    check(Overview, consular.bookings.overview(HEAD))
    check(PassportRecord, consular.cases.passport(OFFICER, "N777777777"))
    for proposal in consular.approvals.list_proposals(HEAD):
        check(Proposal, proposal)
    for notice in consular.notices.list_own(EXPATRIATE):
        check(Notice, notice)


def test_the_registers(gateway: Gateway, consular: Consular) -> None:
    registry, conscription = (gateway.app.extensions[name] for name in ("civil_registry", "conscription"))
    assert isinstance(registry, CivilRegistry) and isinstance(conscription, Conscription)
    check(Confirmed, registry.confirm_identity(EXPATRIATE, ME.identity()))
    stated = registry.state(EXPATRIATE, "individual-extract")
    check(Statement, stated)
    assert {"person", "sex", "born", "alive", "registered"} <= set(stated["facts"])
    served = conscription.state(EXPATRIATE, "cash-allowance")
    check(Statement, served)
    assert "service_status" in served["facts"]
    for documents, mark in ((registry, "R"), (conscription, "M"), (consular.documents, "C")):
        check(Verification, documents.verify(EXPATRIATE, new("RUH", 18, mark)))
