"""The bank on real pages: a transfer is chosen, its statement imported, money in suspense decided, the books read."""

import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest

from deploy.demo.population import specimens
from services.consular import missions
from services.consular.payments.transfers.reference import payer_reference
from shared.database.db import Database
from shared.i18n import language as language_of
from tests.conftest import HOME
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill, send
from tests.factories.payments.bank import Movement, Statement, camt, open_account

IBAN = "SA4420000001234567891234"
SLUG = "individual-extract"
LANGUAGES = ("ar", "en")
CUT = camt(Statement([], date(2026, 3, 2), date(2026, 3, 2)))[:-30]


class Bank:
    """The mission's account, and the desk that imports its statements, which go on from test to test."""

    opening = 0

    def __init__(self, gateway: Gateway, database: Database) -> None:
        self.cashier, self.officer = gateway.visitor("cashier"), gateway.visitor("officer")
        with database.scope(HOME) as session:
            open_account(session)
            self.today = missions.today(session, HOME)

    def receive(self, *movements: tuple[int, str]) -> str:
        """Imports a statement; the page after it."""
        Bank.opening += 10**8
        rows = [Movement(amount, self.today, text, party="رشا الحسين", account=IBAN) for amount, text in movements]
        statement = camt(Statement(rows, self.today, self.today, self.opening, str(self.opening)))
        answer = self.send("statement.xml", statement)
        assert answer[0] == 303, answer
        return self.cashier.get(answer[1]).text

    def send(self, name: str, content: bytes) -> tuple[int, str]:
        page = "/en/desk/bank"
        answer = self.cashier.submit(f"{page}/statements", page=page, file=(BytesIO(content), name))
        return answer.status_code, answer.location or answer.text


@pytest.fixture
def bank(gateway: Gateway, database: Callable[[str], Database]) -> Bank:
    return Bank(gateway, database("consular"))


@pytest.fixture
def sent(gateway: Gateway) -> tuple[Browser, str]:
    """Somebody whose application waits for its payment."""
    browser = gateway.visitor(person=specimens.ABROAD)
    reference = begin(browser, SLUG)
    fill(browser, SLUG, reference)
    send(browser, reference)
    return browser, reference


def plain(text: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", text).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_transfer_from_the_price_to_the_receipt(bank: Bank, sent: tuple[Browser, str], language: str) -> None:
    browser, reference = sent
    page = f"/{language}/applications/{reference}/pay"
    assert browser.submit(f"{page}/transfer", page=page).location.endswith(f"{page}/transfer")
    shown = plain(browser.get(f"{page}/transfer").text)
    assert payer_reference(reference) in shown and "SA03 8000 0000 6080 1016 7519" in shown
    assert "356.25" in shown or "375.00" in shown, shown
    amount = int(re.findall(r"([0-9,]+\.[0-9]{2})", shown)[0].replace(",", "").replace(".", ""))
    bank.receive((amount - 100, payer_reference(reference)))
    partly = plain(browser.get(f"{page}/transfer").text)
    assert "1.00" in partly
    bank.receive((100, f"{payer_reference(reference)} rest"))
    text = browser.get(f"/{language}/applications/{reference}").text
    assert "/receipts/" in text
    assert browser.get(f"{page}/transfer").status_code == 409
    notices = plain(browser.get(f"/{language}/notices").text)
    assert {"ar": "وصلت حوالتك", "en": "Your transfer of"}[language] in notices


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_file_leaves_the_other_language_on_its_page(bank: Bank, language: str) -> None:
    """The form has nothing but a file, so that the usual link changes the language."""
    page, other = f"/{language}/desk/bank", "en" if language == "ar" else "ar"
    form = bank.cashier.form(f"{page}?page=1", f"{page}/statements")
    refused = bank.cashier.post(f"{page}/statements", **form, file=(BytesIO(CUT), "cut.xml"))
    assert refused.status_code >= 400
    assert f'<a class="language" href="/{other}/desk/bank?page=1"' in refused.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_money_is_decided_at_the_desk(bank: Bank, sent: tuple[Browser, str], language: str) -> None:
    _, reference = sent
    listed = bank.receive((12_345, f"somebody {language}"))
    lines = re.findall(r"/en/desk/bank/lines/(RUH-[A-Z0-9-]+)", listed)
    page = f"/{language}/desk/bank/lines/{lines[-1]}"
    shown = bank.cashier.get(page).text
    assert f"somebody {language}" in shown
    assert f"/{language}/desk/bank.csv" in bank.cashier.get(f"/{language}/desk/bank").text
    file = bank.cashier.get(f"/{language}/desk/bank.csv").data.decode("utf-8-sig")
    row = next(row for row in csv.reader(StringIO(file)) if row[0] == lines[-1])
    assert row[2:6] == ["123.45", "SAR", "رشا الحسين", language_of(language).text("bank_reason.unknown")]
    assert bank.cashier.submit(f"{page}/take", page=page).status_code == 303
    for verb, fields in (
        ("assign", {"application": ""}), ("assign", {"application": "nonsense"}), ("book", {}),
        ("override", {"override": "give_back", "reason": " "}), ("override", {"reason": "why"}),
    ):  # fmt: skip
        wrong = bank.cashier.submit(f"{page}/{verb}", page=page, key=f"k-{language}", **fields)
        assert wrong.status_code == 422
        assert 'class="error"' in wrong.text, (verb, fields)
    proposed = bank.cashier.submit(
        f"{page}/override", page=page, key=f"o-{language}", override="give_back", reason="no such payer"
    )
    assert proposed.status_code == 303
    again = bank.cashier.submit(f"{page}/take", page=f"/{language}/desk/bank", key=f"t-{language}")
    assert again.status_code == 303
    overview = f"/{language}/desk/bank"
    waiting = bank.officer.get(overview).text
    assert "no such payer" in waiting
    decision = re.search(rf"{overview}/decisions/(RUH-[A-Z0-9-]+)", waiting)
    assert decision is not None
    unsaid = bank.officer.submit(f"{overview}/decisions/{decision[1]}", page=overview, key=f"n-{language}")
    assert unsaid.status_code == 422 and 'id="verdict"' in unsaid.text
    signed = bank.officer.submit(
        f"{overview}/decisions/{decision[1]}", page=overview, verdict="approve", key=f"s-{language}"
    )
    assert signed.status_code == 303
    assert "no such payer" not in bank.officer.get(overview).text
    assert bank.cashier.get(f"/{language}/desk/cases/{reference}").status_code == 200
    refund = check_refund(bank.cashier, page, language)
    check_paid_out(bank, refund, language)


def check_refund(cashier: Browser, line: str, language: str) -> str:
    """What is owed back for a movement is found from it, and listed without an application; its reference."""
    found = re.search(rf"/{language}/desk/refunds/(RUH-[A-Z0-9-]+)", cashier.get(line).text)
    assert found is not None
    page, listed = found[0], cashier.get(f"/{language}/desk/refunds").text
    assert page in listed and line in listed
    assert line.rpartition("/")[2] in cashier.get(f"/{language}/desk/refunds.csv").text
    shown = cashier.get(page).text
    assert "/desk/cases/" not in shown.partition("<main")[2] and line in shown and f'value="{IBAN}"' in shown
    assert 'value="cash"' not in shown and "رشا الحسين" in shown
    form = cashier.form(page, f"{page}/prepare")
    account = {"method": "transfer", "iban": IBAN, "account_holder": "Rasha Alhussein"}
    refused = cashier.post(f"{page}/prepare", **{**form, **account, "method": "cash"})
    assert refused.status_code == 422 and 'id="method-error"' in refused.text
    prepared = cashier.post(f"{page}/prepare", **{**form, **account})
    assert prepared.status_code == 303, plain(prepared.text)
    assert "/desk/refunds/files" in cashier.get(f"/{language}/desk/refunds").text
    return page.rpartition("/")[2]


def check_paid_out(bank: Bank, refund: str, language: str) -> None:
    """A debit without a reference is booked as the refund that an officer names, with one press on a suggestion."""
    own = {"iban": "SA0380000000608010167519", "account_holder": "Specimen Embassy", "currency": "SAR"}
    form = bank.cashier.form("/en/desk/refunds", "/en/desk/refunds/files")
    assert bank.cashier.post("/en/desk/refunds/files", **{**form, **own}).status_code == 303
    listed = bank.receive((-12_345, f"standing order {language}"))
    page = f"/{language}/desk/bank/lines/" + re.findall(r"/en/desk/bank/lines/(RUH-[A-Z0-9-]+)", listed)[-1]
    for number, typed in enumerate(("", "nonsense", "RUH-FAAAA-AAAAA-A")):
        wrong = bank.cashier.submit(
            f"{page}/book", page=page, key=f"w{number}-{language}", kind="refund_paid", refund=typed
        )
        assert wrong.status_code == 422 and 'id="refund-error"' in wrong.text
    assert f'value="{refund}"' in bank.cashier.get(page).text
    pressed = bank.cashier.submit(f"{page}/book", page=page, key=f"r-{language}", kind="refund_paid", refund=refund)
    assert pressed.status_code == 303
    assert f"/desk/refunds/{refund}" in bank.cashier.get(page).text
    assert f"/desk/refunds/{refund}/confirm" not in bank.cashier.get(f"/{language}/desk/refunds/{refund}").text


def test_a_suggestion_settles_with_one_press(bank: Bank, sent: tuple[Browser, str]) -> None:
    browser, reference = sent
    listed = bank.receive((1, f"my fee, {reference}"))
    line = re.findall(r"/en/desk/bank/lines/(RUH-[A-Z0-9-]+)", listed)[-1]
    page = f"/en/desk/bank/lines/{line}"
    assert reference in bank.cashier.get(page).text
    answer = bank.cashier.submit(f"{page}/assign", page=page, application=reference, key="a")
    assert answer.status_code == 303
    assert "Less than is owed" in bank.cashier.get(page).text
    assert "0.01" in plain(browser.get(f"/en/applications/{reference}/pay/transfer").text)


@pytest.mark.parametrize(("name", "content", "words"), [
    ("notes.txt", b"hello", "This is no bank statement"),
    ("cut.xml", CUT, "damaged or ends too early"),
    ("", b"", "Please choose a file"),
])  # fmt: skip
def test_a_file_that_is_none_is_told_beside_its_field(bank: Bank, name: str, content: bytes, words: str) -> None:
    status, text = bank.send(name, content)
    assert status == 422
    assert words in plain(text), plain(text)[:2000]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_books_have_a_picture_with_its_table(bank: Bank, language: str) -> None:
    bank.receive((777, f"unknown in the books {language}"))
    page = bank.cashier.get(f"/{language}/desk/books")
    assert page.status_code == 200
    assert '<svg class="bars"' in page.text and 'role="img"' in page.text
    day = bank.today - timedelta(days=1)
    assert bank.cashier.get(f"/{language}/desk/books", query_string={"on": f"{day:%d/%m/%Y}"}).status_code == 200
    assert bank.cashier.get(f"/{language}/desk/books", query_string={"on": "whenever"}).status_code == 422


def test_the_desk_proposes_an_account_and_a_second_person_signs(gateway: Gateway, bank: Bank) -> None:
    head = gateway.visitor("head_of_mission")
    page = "/en/desk/proposals/new/bank_account"
    soon = bank.today + timedelta(days=10)
    terms = {
        "account_currency": "usd", "iban": "SA44 2000 0001 2345 6789 1234", "bic": "SPECSARI",
        "account_holder": "Specimen Embassy", "bank_name": "Specimen Bank", "account_source": "letter of the bank",
        "valid_from-year": str(soon.year), "valid_from-month": str(soon.month), "valid_from-day": str(soon.day),
    }  # fmt: skip
    wrong = head.submit(page, page=page, **{**terms, "iban": "SA45 2000 0001 2345 6789 1234"})
    assert wrong.status_code == 422 and "no valid IBAN" in wrong.text
    assert head.submit(page, page=page, **{**terms, "account_currency": "GOLD"}).status_code == 422
    previewed = head.submit(page, page=page, **terms)
    assert previewed.status_code == 200 and "SA4420000001234567891234" in previewed.text
    assert head.submit(page, page=page, confirmed="yes", key="account-1", **terms).status_code == 303
    proposals = "/en/desk/proposals"
    found = re.search(r"/en/desk/proposals/(RUH-[A-Z0-9-]+)", bank.officer.get(proposals).text)
    assert found is not None
    signed = bank.officer.submit(f"{proposals}/{found[1]}", page=proposals, verdict="approve", key="sign-1")
    assert signed.status_code == 303
    assert "SA44 2000 0001 2345 6789 1234" in bank.cashier.get("/en/desk/bank").text
