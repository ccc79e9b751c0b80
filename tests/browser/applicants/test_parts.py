"""A fee paid in parts at the counter: the payer sees what has arrived and what remains, and gets two receipts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from deploy.demo.population import specimens
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

Visit = Callable[..., Visitor]
SLUGS = {"ar": "individual-extract", "en": "family-extract"}


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_fee_is_paid_in_two_parts(visit: Visit, code: str) -> None:
    payer, cashier = visit(code, "payer"), visit(code, "cashier-parts")
    walking.sign_in(payer, "woman@mahjar.example")
    reference = walking.apply(payer, SLUGS[code], specimens.WOMAN)
    walking.sign_in(cashier, "cashier@mahjar.example")
    walking.open_till(cashier)
    walking.find_at_counter(cashier, reference)
    cashier.field("amount").fill("100.00")
    cashier.field("currency").select_option("SAR")
    cashier.field("part").check()
    cashier.look("counter-part")
    cashier.click("desk.counter.take")
    cashier.sees("desk.done.cash")
    cashier.look("counter-part-taken")
    rest = cashier.page.locator(".due strong").first.inner_text()
    for path, name in ((f"/applications/{reference}", "status"), (f"/applications/{reference}/pay", "pay")):
        payer.open(path)
        payer.sees("parts.title")
        payer.look(f"part-{name}")
    cashier.field("amount").fill("".join(sign for sign in rest if sign.isdecimal() or sign == "."))
    cashier.field("currency").select_option("SAR")
    cashier.click("desk.counter.take")
    cashier.sees("desk.done.cash")
    payer.open(f"/applications/{reference}")
    expect(payer.page.locator("a[href*='/receipts/']")).to_have_count(2)
    payer.look("paid-in-parts")
