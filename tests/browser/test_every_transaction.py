"""Every transaction of the catalogue as its applicant sees it, page by page: from its own page to the one that says
who has it now, and out again. One after the other in Arabic and in English; each in both languages in `make full`."""

import os
from collections.abc import Callable
from http.cookiejar import Cookie
from typing import Any

import pytest

from deploy.demo.scenario_runner import Actors
from deploy.demo.scenarios import steps
from deploy.demo.scenarios.browser import Browser
from deploy.demo.scenarios.by_transaction import usual
from deploy.demo.scenarios.people import DemoPerson
from deploy.demo.scenarios.sign_in import sign_in
from shared.catalogue import CATALOGUE
from shared.catalogue.model import APPOINTMENT
from tests.browser.conftest import PEOPLE, Platform
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

FIRST, RENEWAL = "residence-deferral", "residence-deferral-renewal"
# Turns are walked through by tests of their own.
SLUGS = [slug for slug, entry in CATALOGUE.items() if entry.outcome != APPOINTMENT]
CODES = ("ar", "en")
WALKS = [
    (code, slug)
    for code in CODES
    for place, slug in enumerate(SLUGS)
    if os.environ.get("MAHJAR_FULL") or code == CODES[place % len(CODES)]
]


@pytest.fixture(scope="session")
def actors(request: pytest.FixtureRequest, platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Actors:
    """Newcomers for the parts, others in each language."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAHJAR_PEOPLE", PEOPLE)
        clerk = Browser(platform.url, "ar")
        sign_in(clerk, "clerk@mahjar.example")
        return Actors(platform.url, tmp_path_factory.getbasetemp() / "players.txt", clerk, str(request.param))


@pytest.mark.parametrize(("actors", "slug"), WALKS, indirect=["actors"])
def test_it_is_walked_through(visit: Callable[..., Visitor], actors: Actors, platform: Platform, slug: str) -> None:
    browser, person = actors.applicant_for(slug)
    if slug == RENEWAL:
        defer(platform, browser, person)
    who = visit(actors.language, slug)
    who.context.add_cookies([_cookie(one, platform.url) for one in browser.session.cookies])
    who.open(f"/services/{slug}")
    who.look("service")
    who.open(f"/services/{slug}/rules")
    who.look("rules")
    who.open(f"/apply/{slug}")
    who.look("eligibility")
    reference = walking.finish(who, slug, person, person.relative)
    who.look("sent")
    who.open(f"/applications/{reference}")
    who.look("application")
    who.open_link("withdraw.title")
    who.look("withdraw")
    who.click("withdraw.yes")
    who.sees("application.withdrawn.title")
    who.look("withdrawn")


def defer(platform: Platform, browser: Browser, person: DemoPerson) -> None:
    """The first deferral, without which there is none to renew."""
    staff = {role: Browser(platform.url, "ar") for role in ("officer", "cashier")}
    for role, one in staff.items():
        sign_in(one, f"{role}@mahjar.example")
    usual(steps.Steps(browser, person, staff, FIRST))


def _cookie(one: Cookie, url: str) -> Any:
    return {"name": one.name, "value": one.value or "", "url": url}
