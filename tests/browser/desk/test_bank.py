"""A fee by bank transfer, from the page that says what to type to the books, in both languages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from deploy.demo.population import specimens
from deploy.demo.sandbox.bank import Bank
from deploy.demo.scenarios.steps import figures
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

Visit = Callable[..., Visitor]
BANKS: dict[str, Bank] = {}


@pytest.mark.parametrize(("code", "person"), [("ar", specimens.ABROAD), ("en", specimens.WOMAN)])
def test_a_transfer_and_the_books(
    visit: Visit, code: str, person: specimens.Specimen, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bank = BANKS.setdefault("bank", Bank(tmp_path_factory.mktemp("bank") / "bank.txt"))
    applicant, cashier = visit(code, person.key), visit(code, "cashier")
    walking.sign_in(applicant, f"{person.key}@mahjar.example")
    reference = walking.apply(applicant, "individual-extract", person)
    applicant.open(f"/applications/{reference}/pay")
    applicant.look("pay-three-ways")
    applicant.click("pay.transfer.button")
    applicant.sees("transfer.lead")
    applicant.look("transfer")
    written = applicant.page.locator("bdi.code")
    answers = applicant.page.locator("dl.summary dd")
    amount, iban = figures(answers.nth(1).inner_text()), written.nth(2).inner_text()
    walking.sign_in(cashier, "cashier@mahjar.example")
    unknown = bank.pay(iban, "12.50", f"gift {code}", "عمر نموذج")
    send(cashier, tmp_path_factory.mktemp("statements"), unknown)
    cashier.look("bank-suspense")
    cashier.page.locator("table a.code").first.click()
    expect(cashier.page.locator("h1")).to_be_visible()
    cashier.look("bank-line")
    paid = bank.pay(iban, amount, written.nth(0).inner_text(), person.latin_family)
    send(cashier, tmp_path_factory.mktemp("statements"), paid)
    send(cashier, tmp_path_factory.mktemp("statements"), paid)
    cashier.sees("desk.bank.imported.none")
    cashier.look("bank-imported-twice")
    cashier.open("/desk/books")
    expect(cashier.page.locator("svg.bars").first).to_be_visible()
    cashier.look("books")
    applicant.open(f"/applications/{reference}")
    expect(applicant.page.locator("a[href*='/receipts/']").first).to_be_visible()
    applicant.look("paid-by-transfer")


def send(cashier: Visitor, folder: Path, statement: bytes) -> None:
    """Imports a statement, without a script."""
    file = folder / "statement.xml"
    file.write_bytes(statement)
    cashier.open("/desk/bank")
    cashier.page.locator("input[type=file]").set_input_files(file)
    cashier.click("desk.bank.import")
    cashier.sees("desk.bank.imported")
