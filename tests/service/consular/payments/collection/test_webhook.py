"""The provider's notifications at the service's own door: forged, old, doubled, wrong, garbage; and a good one."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from deploy.demo.sandbox.notices import event_about
from deploy.demo.sandbox.objects import Writer
from services.consular.api.money import prices
from services.consular.payments.collection import hosted
from services.consular.payments.collection.model import ProviderEvent
from services.consular.payments.ledger.model import Entry
from services.consular.payments.orders import attempts
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import AttemptState, OrderState, Payment
from services.consular.payments.providers.rules import OutcomeUnknown
from services.consular.payments.providers.signature import HEADER, WINDOW_SECONDS, check, sign
from services.consular.payments.providers.stripe.events import read_event
from services.consular.workflow.money import refunds
from shared.database.db import Database
from shared.errors import NotAllowed
from shared.identity.actor import service
from shared.identity.crypto import Keys
from shared.settings import Settings
from shared.web.service import create_service
from tests.conftest import ServiceClient, expatriate, officer
from tests.factories.payments import JOB, RETURN, InMemoryProvider, owed, settle, state_of
from tests.factories.refusals import refuses

SECRET = "specimen-secret"
GATEWAY = service("gateway")
Databases = Callable[[str], Database]


@pytest.fixture
def waiting(database: Databases, provider: InMemoryProvider) -> tuple[Order, Payment]:
    """An order whose payer is on the provider's page."""
    consular = database("consular")
    order = owed(consular)
    return order, hosted.open_page(consular, JOB, provider, settle, order.reference, str(uuid.uuid4()), RETURN)


@pytest.fixture(scope="module")
def client(environment: Callable[[str], dict[str, str]], key_folder: Path) -> Iterator[ServiceClient]:
    """The routes of money alone: these orders have no application that could be moved on."""
    routes = prices.routes(settle, refunds.by_answer)
    application = create_service(Settings.load("consular", environment("consular")), [routes])
    yield ServiceClient(application, Keys(key_folder, "gateway"), "consular")
    application.extensions["database"].engine.dispose()


def notice(payment: Payment, **changes: object) -> dict[str, object]:
    about = {
        "id": payment.provider.provider_reference,
        "object": "checkout.session",
        "client_reference_id": payment.reference,
        "status": "complete",
        "payment_status": "paid",
        "amount_total": payment.amount.amount,
        "currency": payment.amount.currency.lower(),
    }
    return {
        "id": f"evt_{uuid.uuid4().hex}",
        "type": "checkout.session.completed",
        "data": {"object": {**about, **changes}},
    }


def post(client: ServiceClient, event: object, header: str | None = None, at: int | None = None) -> TestResponse:
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    signed = header if header is not None else sign(SECRET, at or int(time.time()), raw)
    return client.ask("POST", "/provider/webhook", GATEWAY, data=raw, headers={HEADER: signed})


def entries(database: Database, payment: Payment) -> int:
    with database.scope("RUH") as session:
        counted = select(func.count()).select_from(Entry).where(Entry.source == payment.reference)
        return session.scalar(counted) or 0


def test_a_good_notification_settles_and_its_double_does_nothing(
    client: ServiceClient, database: Databases, waiting: tuple[Order, Payment], provider: InMemoryProvider
) -> None:
    order, payment = waiting
    provider.choose(payment.reference, "pay-silently")
    event = notice(payment)
    for _ in range(3):
        assert post(client, event).get_json() == {"ok": True}
    other = notice(payment)
    assert post(client, other).status_code == 200
    assert state_of(database("consular"), payment).state is AttemptState.SUCCEEDED
    assert entries(database("consular"), payment) == 1
    with database("consular").scope("RUH") as session:
        assert session.get_one(Order, order.reference).state == OrderState.PAID
        kept = session.execute(
            select(ProviderEvent.id, ProviderEvent.type).where(ProviderEvent.attempt == payment.reference)
        )
        assert {tuple(row) for row in kept} == {(event["id"], event["type"]), (other["id"], other["type"])}


@pytest.mark.parametrize(
    "forge",
    [
        lambda _, __: "",
        lambda _, __: "t=,v1=",
        lambda _, now: f"t={now},v1={'0' * 64}",
        lambda raw, now: sign("another", now, raw),
        lambda raw, now: sign(SECRET, now, raw + b" "),
        lambda raw, now: sign(SECRET, now, raw).replace(f"t={now}", f"t={now + 1}"),
        lambda raw, now: sign(SECRET, now - WINDOW_SECONDS - 5, raw),
        lambda raw, now: sign(SECRET, now + WINDOW_SECONDS + 60, raw),
        lambda raw, now: sign(SECRET, now, raw).upper(),
        lambda _, __: "t=٣,v1=" + "a" * 64,
    ],
)
def test_a_forged_or_old_one_is_refused_and_not_even_kept(
    client: ServiceClient,
    database: Databases,
    waiting: tuple[Order, Payment],
    forge: Callable[[bytes, int], str],
) -> None:
    _, payment = waiting
    event = notice(payment)
    raw = json.dumps(event).encode()
    header = forge(raw, int(time.time())).encode("utf-8").decode("latin-1")
    assert post(client, raw, header=header).status_code == 403
    assert state_of(database("consular"), payment).state is AttemptState.PENDING
    with database("consular").scope(None) as session:
        assert session.get(ProviderEvent, event["id"]) is None


@pytest.mark.parametrize(
    "changes",
    [{}, {"amount_total": 1}, {"currency": "usd"}, {"currency": "xxx"}, {"amount_total": None}, {"status": "expired"}],
)
def test_whatever_a_notification_says_the_provider_is_asked(
    client: ServiceClient,
    database: Databases,
    waiting: tuple[Order, Payment],
    provider: InMemoryProvider,
    changes: dict[str, object],
) -> None:
    """The provider says its page is still open: nothing is booked. When it is paid indeed, it settles."""
    _, payment = waiting
    assert post(client, notice(payment, **changes)).status_code == 200
    assert entries(database("consular"), payment) == 0
    assert state_of(database("consular"), payment).state is AttemptState.PENDING
    provider.choose(payment.reference, "pay")
    assert post(client, notice(payment, **changes)).status_code == 200
    after = state_of(database("consular"), payment)
    assert (after.state, after.held) == (AttemptState.SUCCEEDED, None)


def test_a_notification_that_names_the_providers_payment_alone_finds_its_attempt(
    client: ServiceClient, database: Databases, waiting: tuple[Order, Payment], provider: InMemoryProvider
) -> None:
    """As those of disputes do."""
    _, payment = waiting
    provider.choose(payment.reference, "pay-silently")
    page = provider.books.find(payment.reference)
    assert page is not None and provider.disputes.change(payment.reference, "dispute") is not None
    known = provider.disputes.by_reference[payment.reference]
    about = Writer(provider.refunds, provider.disputes, "http://sandbox").dispute(known)
    assert payment.reference not in json.dumps(about)
    assert post(client, event_about("charge.dispute.created", about)).status_code == 200
    assert state_of(database("consular"), payment).state is AttemptState.SUCCEEDED
    stranger = {**about, "payment_intent": "pi_of_another_shop"}
    assert post(client, event_about("charge.dispute.created", stranger)).status_code == 200


def test_while_the_provider_says_nothing_a_notification_is_kept_or_comes_again(
    client: ServiceClient,
    database: Databases,
    waiting: tuple[Order, Payment],
    provider: InMemoryProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the attempt is known the job asks again; where only the provider knows it, nobody else would."""
    _, payment = waiting
    provider.choose(payment.reference, "pay-silently")
    provider.broken = [OutcomeUnknown()]
    known = notice(payment)
    assert post(client, known).status_code == 200
    assert state_of(database("consular"), payment).state is AttemptState.PENDING

    def silent(_: object) -> None:
        raise OutcomeUnknown

    monkeypatch.setattr(provider, "find_attempt", silent)
    unknown = notice(payment)
    assert post(client, unknown).status_code == 503
    with database("consular").scope("RUH") as session:
        assert session.get(ProviderEvent, known["id"]) is not None
        assert session.get(ProviderEvent, unknown["id"]) is None
    hosted.refresh(database("consular"), JOB, provider, settle, payment.reference)
    assert entries(database("consular"), payment) == 1


@pytest.mark.parametrize(("fault", "held"), [("wrong-amount", "overpaid"), ("wrong-currency", "wrong_currency")])
def test_wrong_money_that_the_provider_confirms_is_held(
    client: ServiceClient,
    database: Databases,
    waiting: tuple[Order, Payment],
    provider: InMemoryProvider,
    fault: str,
    held: str,
) -> None:
    order, payment = waiting
    provider.choose(payment.reference, f"pay-{fault}")
    assert post(client, notice(payment)).status_code == 200
    assert state_of(database("consular"), payment).held == held
    with database("consular").scope("RUH") as session:
        assert session.get_one(Order, order.reference).state == OrderState.OPEN


def test_a_notification_that_could_not_be_settled_is_not_kept_and_comes_again(
    database: Databases, provider: InMemoryProvider, waiting: tuple[Order, Payment]
) -> None:
    consular, (_, payment) = database("consular"), waiting
    provider.choose(payment.reference, "pay-silently")
    event = read_event(json.dumps(notice(payment)).encode())

    def broken(*_: object) -> None:
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        hosted.receive(consular, GATEWAY, provider, broken, event)  # type: ignore[arg-type]
    outcome = hosted.receive(consular, GATEWAY, provider, settle, event)
    assert outcome is not None and outcome.payment.state is AttemptState.SUCCEEDED


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"id": 1, "type": "x"}',
        b'{"id": "e\\u0000", "type": "x"}',
        b"[" * 9000,
    ],
)
def test_garbage_is_refused_politely(client: ServiceClient, garbage: bytes) -> None:
    answer = post(client, garbage)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "event_malformed")


def test_a_megabyte_is_refused(client: ServiceClient) -> None:
    raw = b'{"id": "e", "type": "x", "pad": "' + b"x" * 2**20 + b'"}'
    answer = post(client, raw)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "event_too_large")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "payout.created"},
        {"type": "checkout.session.renamed", "data": 1},
        {"type": "checkout.session.completed", "data": None},
        {"type": "checkout.session.completed", "data": {"object": {"client_reference_id": "RUH-PZZZZ-ZZZZZ-Z"}}},
        {"type": "checkout.session.completed", "data": {"object": {"client_reference_id": {"a": 1}, "metadata": 7}}},
        {"type": "checkout.session.completed", "data": {"object": {"client_reference_id": "BER-P2222-22222-2"}}},
        {"type": "charge.refunded", "data": {"object": {"payment_intent": "pi_unknown", "metadata": {}}}},
    ],
)
def test_unknown_types_and_unknown_payments_are_kept_and_answered_well(
    client: ServiceClient,
    database: Databases,
    provider: InMemoryProvider,
    event: dict[str, object],
) -> None:
    identity = f"evt_{uuid.uuid4().hex}"
    assert post(client, {"id": identity, **event}).status_code == 200
    with database("consular").scope(None) as session:
        kept = session.get_one(ProviderEvent, identity)
        assert json.loads(kept.raw)["type"] == event["type"]


def test_only_the_gateway_may_bring_notifications(client: ServiceClient) -> None:
    for actor in (expatriate(), officer("administrator"), service("conscription")):
        assert client.post("/provider/webhook", actor, {}).status_code == 403


def test_two_secrets_are_good_while_one_replaces_the_other() -> None:
    raw, at = b"{}", 1_800_000_000
    for secret in ("old", "new"):
        check(("new", "old"), sign(secret, at, raw), raw, at)
    both = sign("gone", at, raw) + "," + sign("new", at, raw).split(",")[1]
    check(("new",), both, raw, at + WINDOW_SECONDS)
    with refuses("signature_wrong", NotAllowed):
        check(("new",), sign("old", at, raw), raw, at)
    with refuses("signature_wrong", NotAllowed):
        check((), sign("", at, raw), raw, at)
    with refuses("signature_old", NotAllowed):
        check(("new",), sign("new", at, raw), raw, at + WINDOW_SECONDS + 1)


def test_the_payer_may_refresh_their_own_payment_and_nobody_elses(
    client: ServiceClient,
    database: Databases,
    waiting: tuple[Order, Payment],
    provider: InMemoryProvider,
) -> None:
    order, payment = waiting
    path = f"/payments/{payment.reference}/refresh"
    for stranger, status in ((expatriate(), 404), (officer("cashier", "BER"), 404), (officer("auditor"), 403)):
        assert client.post(path, stranger).status_code == status
    provider.choose(payment.reference, "pay-silently")
    answer = client.post(path, expatriate(order.person)).get_json()
    assert (answer["state"], answer["amount"], answer["currency"]) == ("succeeded", 75000, "SAR")
    assert answer["receipt"].startswith("RUH-RC-")
    with database("consular").scope("RUH") as session:
        assert attempts.find(session, payment.reference).receipt == answer["receipt"]
    assert client.post("/payments/nonsense/refresh", expatriate()).status_code == 404


def test_a_page_that_another_attempt_has_is_no_fault_of_the_provider(
    client: ServiceClient,
    database: Databases,
    provider: InMemoryProvider,
    waiting: tuple[Order, Payment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A provider that contradicts itself: nothing is booked on the strength of another attempt's page."""
    _, first = waiting
    order = owed(database("consular"))
    second = hosted.open_page(database("consular"), JOB, provider, settle, order.reference, str(uuid.uuid4()), RETURN)
    provider.choose(first.reference, "pay-silently")
    provider.choose(second.reference, "pay-silently")
    honest = provider.query_status

    with monkeypatch.context() as patch:
        patch.setattr(provider, "query_status", lambda _: honest(first.provider))
        assert post(client, notice(second)).status_code == 200
    assert entries(database("consular"), second) == 0
    assert state_of(database("consular"), second).state is AttemptState.PENDING
    assert post(client, notice(second)).status_code == 200
    assert entries(database("consular"), second) == 1
