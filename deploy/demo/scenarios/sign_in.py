"""Signing in: the password, and of staff the specimen code."""

from urllib.parse import urlsplit

from deploy.demo.demo_data import PASSWORD
from deploy.demo.scenarios.browser import Browser
from services.gateway.accounts.factors.authenticators import SPECIMEN_CODE


def sign_in(browser: Browser, email: str, password: str = PASSWORD) -> None:
    """Signs in. Raises UnexpectedPage when the account is not there."""
    form = browser.open("/sign-in").form("/sign-in")
    page = browser.send(form, {"identifier": email, "password": password})
    if urlsplit(page.url).path.endswith("/sign-in/second"):
        browser.send(page.form("/sign-in/second"), {"factor_code": SPECIMEN_CODE})
