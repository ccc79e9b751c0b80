"""The suite sees a hole: four are planted, one at a time, and each turns a test of the suite red."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from deploy.demo.population import specimens
from services.gateway.accounts.factors import authenticators
from services.gateway.web import access, security
from shared.database.db import Database
from shared.identity import access as services_access
from tests.factories.gateway import Gateway
from tests.service.gateway.accounts import test_second_factors
from tests.service.gateway.web import test_access_matrix, test_security, test_strings
from tests.service.gateway.web.test_access_matrix import File

files = test_access_matrix.files


def fails(test: Callable[..., Any], *given: Any) -> bool:
    try:
        test(*given)
    except AssertionError:
        return True
    return False


def test_a_table_of_pages_that_nobody_asks(
    gateway: Gateway, files: dict[str, File], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "check_page", lambda *_: None)
    assert fails(test_access_matrix.test_no_cell_is_wrong, gateway, files, access.ANONYMOUS)


def test_an_owner_that_nobody_compares(
    gateway: Gateway, files: dict[str, File], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number changed in an address leads to another person's file."""
    for place in ("services.consular.views.application_view", "services.consular.payments.orders.receipt"):
        module = __import__(place, fromlist=["check_access"])
        if hasattr(module, "check_access"):
            monkeypatch.setattr(module, "check_access", lambda *_, **__: None)
    monkeypatch.setattr(services_access, "check_access", lambda *_, **__: None)
    assert fails(test_access_matrix.test_no_cell_is_wrong, gateway, files, "confirmed")


def test_a_form_token_that_nobody_checks(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "check_token", lambda: None)
    assert fails(test_security.test_unsafe_calls_without_the_token_change_nothing, gateway)


def test_a_template_that_escapes_nothing(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    app: Flask = gateway.app
    monkeypatch.setattr(app.jinja_env, "autoescape", False)
    app.jinja_env.cache.clear()  # type: ignore[union-attr]
    try:
        assert fails(test_strings.test_no_text_field_of_the_web_fails_or_lets_markup_through, gateway, "anonymous")
    finally:
        monkeypatch.undo()
        app.jinja_env.cache.clear()  # type: ignore[union-attr]


def test_a_code_that_is_good_twice(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    original = authenticators._use

    def forgetful(session: Any, secret: str, row: Any, typed: str) -> bool:
        row.last_step = 0
        return original(session, secret, row, typed)

    monkeypatch.setattr(authenticators, "_use", forgetful)
    browser = gateway.visitor(person=specimens.SON)
    email = gateway.account(person=specimens.SON).email
    database: Database = gateway.app.extensions["database"]
    assert database
    owner = (email, *test_second_factors.enrol(gateway, browser), browser)
    assert fails(test_second_factors.test_a_code_of_the_app_is_good_once, gateway, owner)
