"""A passport at an office inside Syria: a relative applies without an appointment, pays dollars and collects there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from deploy.demo.population import specimens
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

Visit = Callable[..., Visitor]
SLUG, OFFICE = "passport-renewal", "DAM"


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_relative_pays_and_collects_inside_syria(visit: Visit, code: str) -> None:
    relative, cashier = visit(code, "relative"), visit(code, "cashier-inside")
    clerk, officer = visit(code, "clerk-inside"), visit(code, "officer-inside")
    reference = filed(relative)
    assert reference.startswith(OFFICE)
    relative.open(f"/applications/{reference}")
    relative.sees("place.file.title")
    expect(relative.page.locator(".office a[href*=openstreetmap]").first).to_be_visible()
    assert not relative.page.get_by_text(relative.text("visit.book")).count()
    relative.look("status-inside-syria")
    relative.open(f"/applications/{reference}/counter")
    relative.look("counter-inside-syria")
    paid(cashier, reference)
    walking.sign_in(officer, "officer.dam@mahjar.example")
    walking.accept(officer, reference)
    relative.open(f"/applications/{reference}")
    relative.until(relative.page.get_by_text(relative.text("application.ready.title")))
    relative.look("ready-inside-syria")
    collected(clerk, reference)


def filed(relative: Visitor) -> str:
    """The wife's passport, at the office that is chosen when the application begins."""
    walking.sign_in(relative, "father@mahjar.example")
    relative.open(f"/services/{SLUG}")
    relative.sees("place.service.title")
    relative.look("service-inside-syria")
    relative.open(f"/apply/{SLUG}/whom")
    relative.page.locator("[name='whom'][value='relative']").check()
    relative.click("whom.go_on")
    relative.page.locator("summary", has_text=relative.text("whom.by_number")).click()
    relative.field("national_number").fill(specimens.MOTHER.national_number)
    relative.field("given_name").fill(specimens.MOTHER.given_name)
    relative.click("whom.go_on")
    relative.sees("eligible.yes.title_other")
    assert not relative.page.locator("[name='place'][value='RUH']").count()
    relative.page.locator(f"[name='place'][value='{OFFICE}']").check()
    relative.look("eligible-inside-syria")
    return walking.finish(relative, SLUG, specimens.MOTHER)


def paid(cashier: Visitor, reference: str) -> None:
    """Riyals are not taken; dollars are."""
    walking.sign_in(cashier, "cashier.dam@mahjar.example")
    walking.open_till(cashier, "USD")
    walking.find_at_counter(cashier, reference)
    cashier.expected.add(422)
    cashier.field("amount").fill("200.00")
    cashier.field("currency").select_option("SAR")
    cashier.click("desk.counter.take")
    cashier.sees("desk.not_done")
    cashier.look("counter-wrong-currency")
    cashier.field("amount").fill("200.00")
    cashier.field("currency").select_option("USD")
    cashier.click("desk.counter.take")
    cashier.sees("desk.done.cash")


def collected(clerk: Visitor, reference: str) -> None:
    """A stranger is handed nothing, the relative is."""
    walking.sign_in(clerk, "clerk.dam@mahjar.example")
    walking.find_at_counter(clerk, reference)
    clerk.sees("desk.counter.may_collect.relative")
    clerk.look("collect-inside-syria")
    clerk.expected.add(422)
    clerk.field("national_number").fill(specimens.ELDER.national_number)
    clerk.click("desk.counter.hand_over")
    clerk.sees("desk.not_done")
    clerk.field("national_number").fill(specimens.FATHER.national_number)
    clerk.click("desk.counter.hand_over")
    clerk.sees("desk.done.collect")
