"""Tills, refunds and the ledger on the desk's pages, in both languages, without JavaScript."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from services.gateway.accounts.model import Account
from shared.i18n import language as language_of
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import EMPTY_TILL
from tests.factories.payments.refunds import IBAN

At = Callable[..., Counter]


@pytest.fixture
def cashier(gateway: Gateway) -> Browser:
    return gateway.visitor("cashier")


def withdrawn(counter: At) -> tuple[Counter, str]:
    """A paid application that was withdrawn, and its refund."""
    here = counter().until("in_review")
    here.ask_as_applicant("POST", "/withdraw", {"key": "w"})
    return here, str(here.read()["refunds"][0]["reference"])


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_refund_is_found_prepared_and_paid_out(counter: At, cashier: Browser, language: str) -> None:
    here, refund = withdrawn(counter)
    path = f"/{language}/desk/refunds/{refund}"
    assert refund in cashier.get(f"/{language}/desk/refunds").text
    assert path in cashier.get(f"/{language}/desk/cases/{here.reference}").text
    form = cashier.form(path, f"{path}/prepare")
    assert (form["amount"], form["currency"]) == ("75000", "SAR")
    assert cashier.post(f"{path}/prepare", **form, method="cash").status_code == 303
    if "/desk/tills/RUH-T" not in cashier.get("/en/desk/tills").text:
        assert cashier.post("/en/desk/tills", **cashier.form("/en/desk/tills"), **EMPTY_TILL).status_code == 303
    assert cashier.post(f"{path}/payout", **cashier.form(path, f"{path}/payout")).status_code == 303
    assert "/documents/" in cashier.get(path).text
    assert here.read()["refunds"][0]["state"] == "paid"


def test_what_is_wrong_with_an_account_stands_beside_its_field(counter: At, cashier: Browser) -> None:
    _, refund = withdrawn(counter)
    path = f"/ar/desk/refunds/{refund}"
    form = cashier.form(path, f"{path}/prepare")
    typed = {"method": "transfer", "override": "سبب", "iban": "SA99 1234", "account_holder": "رشا"}
    answer = cashier.post(f"{path}/prepare", **form, **typed)
    assert answer.status_code == 422
    assert 'id="iban-error"' in answer.text and 'id="account_holder-error"' in answer.text
    assert "SA99 1234" in answer.text


def test_a_reason_that_is_too_long_goes_back_whole(counter: At, cashier: Browser) -> None:
    _, refund = withdrawn(counter)
    path = f"/en/desk/refunds/{refund}"
    typed = {"method": "transfer", "override": "ط" * 301, "iban": IBAN, "account_holder": "Rasha Alhussein"}
    answer = cashier.post(f"{path}/prepare", **cashier.form(path, f"{path}/prepare"), **typed)
    assert answer.status_code == 422
    assert 'id="override-error"' in answer.text and typed["override"] in answer.text


def test_reason_and_holder_are_kept_in_the_form_of_all_texts(counter: At, cashier: Browser) -> None:
    """Composed, single-spaced, without marks of direction: as every other field, on the page and in the bank's file."""
    _, refund = withdrawn(counter)
    path = f"/en/desk/refunds/{refund}"
    typed = {"override": "\u200fانتقل\u00a0 إلى بلد\u0622خر\u200e", "account_holder": " Rasha\u200e  Alhussein "}
    form = cashier.form(path, f"{path}/prepare")
    assert cashier.post(f"{path}/prepare", **form, method="transfer", iban=IBAN, **typed).status_code == 303
    shown = cashier.get(path).text
    assert "انتقل إلى بلدآخر" in shown and "Rasha Alhussein" in shown


def test_an_amount_that_changed_is_not_paid(counter: At, cashier: Browser) -> None:
    _, refund = withdrawn(counter)
    path = f"/en/desk/refunds/{refund}"
    form = {**cashier.form(path, f"{path}/prepare"), "amount": "74999"}
    assert cashier.post(f"{path}/prepare", **form, method="cash").status_code == 409


def test_the_second_person_sees_the_account_and_approves(gateway: Gateway, counter: At, cashier: Browser) -> None:
    here, refund = withdrawn(counter)
    path = f"/en/desk/refunds/{refund}"
    terms = {"method": "transfer", "override": "moved", "iban": IBAN, "account_holder": "Rasha Alhussein"}
    assert cashier.post(f"{path}/prepare", **cashier.form(path, f"{path}/prepare"), **terms).status_code == 303
    assert f"{path}/approve" not in cashier.get(path).text
    head = gateway.visitor("head_of_mission")
    assert IBAN in head.get(path).text
    assert head.post(f"{path}/approve", **head.form(path, f"{path}/approve")).status_code == 303
    own = {"iban": "DE89370400440532013000", "account_holder": "Specimen Mission", "currency": "SAR"}
    form = cashier.form("/en/desk/refunds", "/en/desk/refunds/files")
    assert cashier.post("/en/desk/refunds/files", **{**form, **own}).status_code == 303
    file = str(gateway.app.extensions["consular"].refunds.detail(officer("cashier"), refund)["file"])
    downloaded = cashier.get(f"/en/desk/refunds/files/{file}.xml")
    assert downloaded.headers["Content-Disposition"].startswith("attachment") and refund in downloaded.text
    assert here.read()["refunds"][0]["state"] == "sent"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_till_is_opened_counted_and_read(gateway: Gateway, language: str) -> None:
    head = gateway.visitor("head_of_mission")
    page = f"/{language}/desk/tills"
    unwritten = head.post(page, **head.form(f"{page}?currency=EUR", page), **{"piece-5000": " ", "piece-10": ""})
    assert unwritten.status_code == 422 and 'id="piece-5000-error"' in unwritten.text
    opened = head.post(page, **head.form(f"{page}?currency=EUR", page), **{"piece-5000": "٢", "piece-10": "3"})
    assert opened.status_code == 303
    text = head.get(page).text
    till = "RUH-T" + text.split("/desk/tills/RUH-T")[1].split('"')[0]
    path = f"{page}/{till}"
    wrong = head.post(f"{path}/close", **head.form(path, f"{path}/close"), **{"piece-5000": "2.5"})
    assert wrong.status_code == 422 and 'id="piece-5000-error"' in wrong.text
    nothing = head.post(f"{path}/close", **head.form(path, f"{path}/close"), **{"piece-5000": " ", "piece-10": ""})
    assert nothing.status_code == 422 and 'id="piece-5000-error"' in nothing.text
    closed = head.post(f"{path}/close", **head.form(path, f"{path}/close"), **{"piece-5000": "2"})
    assert closed.status_code == 303
    assert "0.30" in head.get(path).text


@pytest.mark.parametrize(("language", "words"), [("ar", "دفعة جزئية"), ("en", "part payment")])
def test_a_closed_till_tells_parts_from_payments(gateway: Gateway, counter: At, language: str, words: str) -> None:
    here, head, page = (
        counter().until("awaiting_payment"),
        gateway.visitor("head_of_mission"),
        f"/{language}/desk/tills",
    )
    assert head.post(page, **head.form(f"{page}?currency=SAR", page), **{"piece-1000": "1"}).status_code == 303
    counter_page = f"/{language}/desk/counter?reference={here.reference}"
    cash = f"/{language}/desk/counter/{here.reference}/cash"
    assert head.post(cash, **head.form(counter_page, cash), amount="50", currency="SAR", part="yes").status_code == 303
    assert head.post(cash, **head.form(counter_page, cash), amount="700", currency="SAR").status_code == 303
    assert here.read()["status"] == "in_review"
    with gateway.app.extensions["database"].scope(None) as session:
        ids = session.scalars(select(Account.id).where(Account.role == "head_of_mission")).all()
    ledger = re.sub("<[^>]+>", " ", head.get(f"/{language}/desk/ledger").text)
    assert language_of(language).text("desk.ledger.account.cash") in ledger
    assert [one for one in ids if one in ledger] == []
    till = f"{page}/RUH-T" + head.get(page).text.split("/desk/tills/RUH-T")[1].split('"')[0]
    closed = head.post(f"{till}/close", **head.form(till, f"{till}/close"), **{"piece-50000": "1", "piece-10000": "2"})
    assert closed.status_code == 303
    read = head.get(till)
    assert read.status_code == 200 and read.text.count(words) == 2, read.text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_head_and_auditor_open_the_ledger(gateway: Gateway, counter: At, language: str) -> None:
    counter().until("in_review")
    for role in ("head_of_mission", "auditor"):
        visitor = gateway.visitor(role)
        assert visitor.get(f"/{language}/desk/ledger").status_code == 200
        assert visitor.get(f"/{language}/desk/ledger?at=2026-02-30").status_code == 422
        assert visitor.get(f"/{language}/desk/ledger/export.csv").text.startswith("booked_at,")
    assert gateway.visitor("cashier").get(f"/{language}/desk/ledger").status_code in (403, 404)
