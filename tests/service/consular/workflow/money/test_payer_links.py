"""Somebody else pays by a link: without an account, seeing reference, service and amount, and nothing of the file."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from services.consular.payments.orders.model import PayerLink
from shared.database.db import Database, now
from shared.identity.actor import ANONYMOUS
from shared.values import references
from tests.conftest import HOME, expatriate
from tests.factories.applications import Counter
from tests.factories.applications.deadlines import notices
from tests.factories.payments import InMemoryProvider
from tests.factories.payments.card import card, notify

At = Callable[..., Counter]
Databases = Callable[[str], Database]
BACK = "http://127.0.0.1:8080/pay/x/done"


def new_link(here: Counter, *, shows_service: bool = False) -> str:
    body = {"shows_service": shows_service, "key": uuid.uuid4().hex}
    answer = here.ask_as_applicant("POST", "/payer-link", body)
    assert answer.status_code == 201, answer.get_json()
    return str(answer.get_json()["token"])


def opened(here: Counter, token: str) -> TestResponse:
    return here.client.get(f"/payer-links/{token}", ANONYMOUS)


def pay(here: Counter, token: str, **changes: object) -> TestResponse:
    terms = {"method": "card", "amount": 75_000, "currency": "SAR", "name": "Omar Alhussein", "return_url": BACK}
    body = {**terms, "key": uuid.uuid4().hex, **changes}
    return here.client.post(f"/payer-links/{token}/payments", ANONYMOUS, body)


def refreshed(here: Counter, token: str) -> dict[str, object]:
    return dict(here.client.post(f"/payer-links/{token}/refresh", ANONYMOUS, {}).get_json())


@pytest.mark.parametrize(("shows", "service"), [(False, None), (True, "passport-renewal")])
def test_a_link_shows_reference_service_and_amount_alone(counter: At, shows: bool, service: str | None) -> None:
    here = counter().until("awaiting_payment")
    shown = opened(here, new_link(here, shows_service=shows)).get_json()
    assert shown.pop("expires_at")
    assert shown == {
        "application": here.reference,
        "transaction": service,
        "mission": HOME,
        "amount": 75_000,
        "currency": "SAR",
        "state": "open",
    }


def test_a_relative_pays_and_has_the_receipt_and_the_applicant_hears_of_it(
    counter: At, provider: InMemoryProvider, database: Databases
) -> None:
    here = counter().until("awaiting_payment")
    token = new_link(here)
    assert here.client.get(f"/payer-links/{token}/receipt.pdf", ANONYMOUS).status_code == 404
    payment = pay(here, token).get_json()["payment"]
    assert refreshed(here, token)["state"] == "open"
    provider.choose(payment, "pay")
    assert refreshed(here, token)["state"] == "paid"
    assert here.read()["status"] == "in_review"
    assert here.client.get(f"/payer-links/{token}/receipt.pdf", ANONYMOUS).data.startswith(b"%PDF-")
    assert "paid_by_other" in notices(database("consular"), here.reference)
    with database("consular").scope(HOME) as session:
        data = session.scalar(text("SELECT data FROM document WHERE about = :a"), {"a": here.reference})
        row = session.execute(text("SELECT payer, payer_name FROM attempt WHERE reference = :p"), {"p": payment}).one()
    assert (data["holder"]["en"], data["beneficiary"], tuple(row)) == ("Omar Alhussein", None, (None, "Omar Alhussein"))
    assert pay(here, token).status_code == 409


def test_a_withdrawal_after_it_is_owed_back_to_the_card(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    token = new_link(here)
    provider.choose(pay(here, token).get_json()["payment"], "pay")
    refreshed(here, token)
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    assert here.read()["refunds"][0]["state"] == "due"


def test_the_seen_amount_the_name_and_the_way_back_are_checked(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    token = new_link(here)
    changed = pay(here, token, amount=74_999)
    assert (changed.status_code, changed.get_json()["code"]) == (409, "price_changed")
    for changes, errors in (
        ({"name": " "}, {"name": "required"}),
        ({"name": "x" * 71}, {"name": "too_long"}),
        ({"amount": 0}, {"amount": "out_of_range"}),
        ({"amount": 10**16}, {"amount": "out_of_range"}),
        ({"currency": "SYP"}, {"currency": "unknown_choice"}),
        ({"return_url": "https://elsewhere.example/"}, {"return_url": "foreign_address"}),
    ):
        wrong = pay(here, token, **changes)
        assert (wrong.status_code, wrong.get_json()["errors"]) == (422, errors)
    assert provider.opened == 0


def test_a_link_ends_when_it_is_revoked_replaced_or_old(counter: At, database: Databases) -> None:
    here = counter().until("awaiting_payment")
    first, second = new_link(here), new_link(here)
    assert (opened(here, first).status_code, opened(here, second).status_code) == (404, 200)
    assert here.ask_as_applicant("POST", "/payer-link/revoke", {}).get_json() == {"link": None}
    assert opened(here, second).get_json()["code"] == "link_unknown"
    third = new_link(here)
    with database("consular").scope(HOME) as session:
        old = update(PayerLink).where(PayerLink.application == here.reference).values(expires_at=now(session))
        session.execute(old)
    assert opened(here, third).status_code == 404
    assert here.ask_as_applicant("GET", "/payer-link").get_json() == {"link": None}


def test_a_token_is_told_once_and_never_stored(counter: At, database: Databases) -> None:
    here, key = counter().until("awaiting_payment"), uuid.uuid4().hex
    body = {"shows_service": False, "key": key}
    first, again = (here.ask_as_applicant("POST", "/payer-link", body).get_json() for _ in range(2))
    assert again == {**first, "token": None}
    with database("consular").scope(HOME) as session:
        rows = session.execute(text("SELECT to_jsonb(payer_link)::text FROM payer_link")).scalars().all()
        answers = session.execute(text("SELECT answer::text FROM command")).scalars().all()
    assert first["token"] not in str([*rows, *answers])


@pytest.mark.parametrize("token", ["x", "RUH-22222-2", "' OR 1=1", "%00", "RUH" * 40])
def test_what_is_no_link_is_unknown(counter: At, token: str) -> None:
    here = counter().until("awaiting_payment")
    assert opened(here, token).status_code == 404
    assert opened(here, references.new(HOME, references.CODE_LENGTH, "Y")).status_code == 404


def test_nobody_makes_a_link_for_a_file_of_another(counter: At) -> None:
    here = counter().until("awaiting_payment")
    body = {"shows_service": True, "key": "k"}
    path = f"/applications/{here.reference}/payer-link"
    assert here.client.post(path, expatriate(), body).status_code == 404
    assert here.client.post(path, ANONYMOUS, body).status_code == 403


def test_two_do_not_pay_at_once(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    token = new_link(here)
    own = card(here).get_json()["reference"]
    assert pay(here, token).get_json()["code"] == "payment_open"
    provider.choose(own, "pay")
    assert notify(here, provider, own).status_code == 200
    assert opened(here, token).get_json()["state"] == "closed"
