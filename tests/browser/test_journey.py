"""A new expatriate's three transactions from the first page to the paper in hand, in each language, desk included."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

MEN = {"ar": specimens.STUDENT, "en": specimens.BORN_ABROAD}
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("code", ("ar", "en"))
def test_three_transactions(visit: Visit, code: str) -> None:
    person = MEN[code]
    applicant, officer = visit(code, "applicant"), visit(code, "officer")
    walking.register(applicant, person, visit(code, "clerk"))
    walking.sign_in(officer, "officer@mahjar.example")
    renew_passport(applicant, officer, visit(code, "cashier"), visit(code, "clerk"), person)
    draw_extract(applicant, officer, person)
    pay_allowance(applicant, officer, person)
    applicant.open("/applications")
    applicant.look("applications")


def renew_passport(applicant: Visitor, officer: Visitor, cashier: Visitor, clerk: Visitor, person: Specimen) -> None:
    """Paid in cash at the counter, collected there by its holder and by nobody else."""
    reference = walking.apply(applicant, "passport-renewal", person)
    applicant.open_link("pay.counter.button")
    expect(applicant.page.get_by_text(reference, exact=True)).to_be_visible()
    applicant.look("counter-slip")
    take_cash(cashier, reference)
    walking.come(officer, reference, person)
    walking.accept(officer, reference)
    applicant.open(f"/applications/{reference}")
    applicant.until(applicant.page.get_by_text(applicant.text("application.ready.title")))
    applicant.look("passport-ready")
    hand_over(clerk, reference, person)
    applicant.open(f"/applications/{reference}")
    applicant.sees("application.collected.title")
    applicant.look("passport-collected")


def take_cash(cashier: Visitor, reference: str) -> None:
    """A wrong amount is not taken; the exact one is, and has a receipt."""
    walking.sign_in(cashier, "cashier@mahjar.example")
    walking.open_till(cashier)
    walking.find_at_counter(cashier, reference)
    cashier.look("counter-cash")
    cashier.expected.add(422)
    cashier.field("amount").fill("7.50")
    cashier.field("currency").select_option("SAR")
    cashier.click("desk.counter.take")
    cashier.sees("desk.not_done")
    cashier.look("counter-wrong-amount")
    cashier.field("amount").fill("٧٥٠٫٠٠")
    cashier.click("desk.counter.take")
    cashier.sees("desk.done.cash")
    cashier.look("counter-taken")
    walking.check_pdf(cashier.download(cashier.page.locator("a[href$='.pdf']").first), cashier, "receipt")


def hand_over(clerk: Visitor, reference: str, person: Specimen) -> None:
    """Another person's number opens nothing."""
    walking.sign_in(clerk, "clerk@mahjar.example")
    walking.find_at_counter(clerk, reference)
    clerk.look("counter-collect")
    clerk.expected.add(422)
    clerk.field("national_number").fill(specimens.ELDER.national_number)
    clerk.click("desk.counter.hand_over")
    clerk.sees("desk.not_done")
    clerk.look("counter-wrong-person")
    clerk.field("national_number").fill(person.national_number)
    clerk.click("desk.counter.hand_over")
    clerk.sees("desk.done.collect")
    clerk.look("counter-collected")


def draw_extract(applicant: Visitor, officer: Visitor, person: Specimen) -> None:
    """Paid by card; the extract opens, and the public page confirms it."""
    reference = walking.apply(applicant, "individual-extract", person)
    walking.pay_by_card(applicant, reference)
    walking.accept(officer, reference)
    code = walking.check_document(applicant, reference, "extract")
    applicant.open(f"/verify/{code}")
    applicant.look("verified")


def pay_allowance(applicant: Visitor, officer: Visitor, person: Specimen) -> None:
    """Assessed first, priced then, paid by card, discharged."""
    reference = walking.apply(applicant, "cash-allowance", person)
    applicant.look("allowance-sent")
    walking.accept(officer, reference)
    applicant.open(f"/applications/{reference}")
    applicant.until(applicant.page.get_by_role("link", name=applicant.text("application.awaiting_payment.action")))
    applicant.look("allowance-assessed")
    walking.pay_by_card(applicant, reference)
    walking.check_document(applicant, reference, "discharge")
