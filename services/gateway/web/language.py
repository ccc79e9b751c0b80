"""The language of a page: the first part of its address. Every link keeps it. Flask-Babel selects it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from babel.support import Translations
from flask import Flask, current_app, g, request, url_for
from flask_babel import Babel, Domain, format_date, get_locale, get_translations, refresh

from services.gateway.web.days import page_zone
from shared.fragments import LANGUAGES, LOCALES
from shared.i18n import Language, language

DEFAULT = "ar"
PREFIX = f"/<any({','.join(LANGUAGES)}):lang>"


class Texts(Domain):  # type: ignore[misc]
    """The texts of the fragments, in the language of the request."""

    def get_translations(self) -> Translations:
        return language(get_locale().language).translations


@dataclass(frozen=True, eq=False)
class PageLanguage(Language):
    """The language of a request: texts and dates through Flask-Babel, in the locale that it has selected."""

    @property
    def translations(self) -> Translations:
        return cast(Translations, get_translations())

    def date(self, day: dt.date) -> str:
        return str(format_date(day, "d MMMM y"))

    def weekday(self, day: dt.date) -> str:
        return str(format_date(day, "EEEE"))


def chosen() -> Language:
    """The language of this page."""
    code = get_locale().language
    return PageLanguage(code, language(code).texts)


def selected_locale() -> str:
    """Of the address, even where it leads to no page; for addresses without a language, what the browser prefers."""
    first = request.path.removeprefix("/").partition("/")[0]
    return str(LOCALES[g.get("lang") or (first if first in LANGUAGES else preferred())])


def preferred() -> str:
    """What the browser asks for, Arabic when it asks for neither."""
    wanted = (tag.partition("-")[0].lower() for tag, _ in request.accept_languages)
    return next((code for code in wanted if code in LANGUAGES), DEFAULT)


def other() -> str:
    """The code of the language the page is not in."""
    return next(code for code in LANGUAGES if code != chosen().code)


def this_page_in(code: str) -> str:
    """The same page in another language, or its home page when this address leads nowhere by GET.

    Built from the matched route, never from text the request brought, so it cannot lead elsewhere.
    """
    rule = request.url_rule
    if rule is None or "GET" not in (rule.methods or ()) or "lang" not in rule.arguments:
        return url_for("home.show", lang=code)
    return url_for(rule.endpoint, **{**(request.view_args or {}), "lang": code})


def _take(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "lang" in values:
        g.lang = values.pop("lang")
        refresh()


def _give(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = chosen().code


def init_language(app: Flask) -> None:
    """Removes the language from the arguments of views and adds it to url_for."""
    babel = Babel(configure_jinja=False)
    babel.domain_instance = Texts()
    default = str(LOCALES[DEFAULT])
    babel.init_app(app, default_locale=default, locale_selector=selected_locale, timezone_selector=page_zone)
    app.url_value_preprocessor(_take)
    app.url_defaults(_give)
