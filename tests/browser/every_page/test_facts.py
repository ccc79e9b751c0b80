"""Pages that state facts with their sources: ended services, photos, registration, holidays, doubtful figures."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_service_that_has_ended_says_so_wherever_it_is_offered(visit: Visit, code: str) -> None:
    stranger = visit(code, "facts")
    stranger.open("/?mission=RUH")
    stranger.look("home")
    stranger.sees("offer.historical.active")
    stranger.open("/services/cash-allowance")
    stranger.sees("service.status.revived.title")
    stranger.look("ended")
    stranger.open("/services/cash-allowance/rules")
    stranger.sees("service.status.revived.title")
    stranger.look("ended-rules")
    for slug in ("reserve-cash-allowance", "missed-service-allowance"):
        stranger.open(f"/services/{slug}")
        stranger.sees(f"service.price.assessed.{slug}")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_first_passport_names_parents_photos_and_registration(visit: Visit, code: str) -> None:
    stranger = visit(code, "facts")
    stranger.open("/services/passport-first")
    stranger.sees("paper.parents_identity.label")
    expect(stranger.page.get_by_text("50").first).to_be_visible()
    stranger.look("first-passport")
    stranger.open("/services/passport-first?mission=IST")
    stranger.look("first-passport-ist")
    stranger.open("/services/passport-first/rules")
    stranger.look("first-passport-rules")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_the_desk_sees_holidays_and_the_figures_that_need_a_lawyer(visit: Visit, code: str) -> None:
    officer = visit(code, "facts-calendar")
    walking.sign_in(officer, "officer@mahjar.example")
    officer.open("/desk/calendar")
    officer.sees("closure.estimated")
    officer.look("holidays")
    head = visit(code, "facts-head")
    walking.sign_in(head, "head-of-mission@mahjar.example")
    head.open("/desk/parameters")
    head.sees("law_amount.reserve_upper_age")
    head.look("parameters")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_an_uncle_finds_his_form(visit: Visit, code: str) -> None:
    uncle = visit(code, "facts-uncle")
    walking.sign_in(uncle, "abroad@mahjar.example")
    uncle.open("/account/mandates")
    uncle.open_link("mandates.paper.kin_guardianship")
    uncle.sees("mandate.absence.label")
    uncle.look("uncle")
