"""What every template can use: texts, dates and money in the page's language, addresses, the visitor."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from babel.dates import format_date
from flask import Flask, url_for
from jinja2 import FileSystemLoader
from markupsafe import Markup

from services.gateway.accounts import sessions
from services.gateway.web.access.form_tokens import csrf_token
from services.gateway.web.calendars import weekday_of
from services.gateway.web.current import settings, visitor_or_none
from services.gateway.web.days import missions, now, today, zone_of
from services.gateway.web.http.compression import is_without_secrets
from services.gateway.web.language import chosen
from services.gateway.web.links import addresses, navigation
from services.gateway.web.links.form_pages import (
    has_form,
    page_address,
    this_page,
    this_page_in_the_other_language,
)
from services.gateway.web.security import csp_nonce
from services.gateway.web.whom import about, whom
from shared.catalogue import CATALOGUE
from shared.catalogue.scopes import group_of
from shared.direction import language_of
from shared.documents import validity
from shared.i18n import language
from shared.values.dates import local_date
from shared.values.money import Money

# Templates of a subject stand beside its pages; what all of them share is in `templates`.
FOLDER = Path(__file__).parent.parent


def t(key: str, /, **params: object) -> Markup:
    """The text of a key as safe HTML. Texts that state how long a document is good for take it from its dated rows."""
    tongue = chosen()
    key, named = about(key)
    lifetimes = validity.placeholders(language(tongue.code), today()) if validity.is_stated_in(tongue, key) else {}
    return tongue.html(key, **{**lifetimes, **named, **params})


def tn(key: str, n: int, /, **params: object) -> Markup:
    """The text of a key in the plural form of n."""
    return chosen().plural_html(key, n, **params)


def has_text(key: str) -> bool:
    """Whether the page's language knows the key."""
    return chosen().has(key)


def source(sources: str) -> Markup:
    """Legal sources as the data name them, between semicolons; in the page's language where they are translated."""
    parts = [part.strip() for part in sources.split(";")]
    return Markup(" · ").join(_source(part) for part in parts)


def _source(part: str) -> Markup:
    known = next((key for key in (f"source.{part}", f"law.{part}") if has_text(key)), None)
    return t(known) if known else Markup('<bdi dir="auto">{}</bdi>').format(part)


def money_of(value: Money | Mapping[str, Any]) -> Money:
    """Money from an API answer: minor units and currency."""
    return value if isinstance(value, Money) else Money(int(value["amount"]), str(value["currency"]))


def money(value: Money | Mapping[str, Any]) -> str:
    """Amount and currency in words."""
    return chosen().money(money_of(value))


def figure(value: Money | Mapping[str, Any]) -> str:
    """Amount and currency in a column of a table."""
    return money(value)


def day_of(value: dt.date | str) -> dt.date:
    """A date from an API answer. Raises ValueError for an instant, whose day depends on the mission: see `date_at`."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def date(value: dt.date | str) -> str:
    """A date in words; a year, or a year and a month, where no more is known."""
    if isinstance(value, str) and len(value) < len("2026-11-22"):
        return chosen().partial_date(value)
    return chosen().date(day_of(value))


def weekday(value: dt.date | str, mission: str | None = None) -> str:
    """The weekday of a date, or of an instant at a mission, in words."""
    if isinstance(value, str) and len(value) > len("2026-11-22"):
        return chosen().weekday(local_date(moment_of(value), zone_of(mission)))
    return chosen().weekday(day_of(value))


def date_at(instant: str, mission: str) -> str:
    """The date of an instant at a mission, in words."""
    return date(local_date(moment_of(instant), zone_of(mission)))


def weekday_name(column: int) -> str:
    """The name of a column of a calendar, which begins with Sunday."""
    return chosen().weekday(weekday_of(column))


def weekday_short(column: int) -> str:
    """The same for narrow columns: a name that never has to break."""
    return format_date(weekday_of(column), "EEEEEE" if chosen().code == "ar" else "EEE", locale=chosen().locale)


def month_name(value: dt.date | str) -> str:
    """The name of a date's month, as the date is written: Arabic ones may be of two words."""
    return " ".join(date(value).split()[1:-1])


CALENDAR_WORDS = (weekday, weekday_name, weekday_short, month_name)


def unindented(page: str) -> str:
    """The page without the indentation of its source, for pages with much on them; what people typed stays as it is."""
    parts = re.split("(<textarea.*?</textarea>)", page, flags=re.DOTALL)
    return "".join(part if index % 2 else re.sub(r"\n\s+", "\n", part) for index, part in enumerate(parts))


def in_script(value: object) -> object:
    """A name of the other script, which says so; everything else as it is."""
    is_name = isinstance(value, str) and not isinstance(value, Markup) and language_of(value, chosen().code)
    return chosen().in_script(str(value)) if is_name else value


def pages_of(url: str) -> tuple[str, list[tuple[str, str]]]:
    """The address of a list's page without its number, and what it says besides: for a form that asks for a number."""
    parts = urlsplit(url)
    return parts.path, [(name, value) for name, value in parse_qsl(parts.query) if name != "page"]


def scope_name(scope: str) -> Markup:
    """What a scope covers, in words."""
    group = group_of(scope)
    return t("mandate.scope.group", group=t(f"group.{group}")) if group else t(f"transaction.{scope}.title")


def outcome_of(slug: str) -> str:
    """What a transaction results in: a document, a booklet, an appointment."""
    return CATALOGUE[slug].outcome if slug in CATALOGUE else ""


def hijri_date(value: str) -> Markup:
    """A Hijri date such as 1447-01-30 AH in words."""
    year, month, day = value.split(" ")[0].split("-")
    return t("form.date.hijri_words", day=int(day), month=t(f"hijri.month.{int(month)}"), year=str(int(year)))


def moment_of(value: dt.datetime | str) -> dt.datetime:
    """An instant from an API answer; without a zone it is UTC."""
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def moment(value: dt.datetime | str, mission: str | None = None) -> str:
    """Day and hour in the zone of a mission, by default the page's."""
    return chosen().datetime(moment_of(value), zone_of(mission))


def printed_at() -> str:
    """Day and hour at which the page is drawn; a printed page shows them."""
    return moment(now())


def country_of(mission: str | None) -> str:
    """The country of a mission, by default the visitor's; empty when it is not known."""
    visitor = visitor_or_none()
    code = mission or (visitor.mission if visitor else "")
    return next((one["country"] for one in missions() if one["code"] == code), "")


def mission_name(code: str) -> str:
    """A mission's name in the page's language, or its code when there is no name for it."""
    known = f"mission.{code}"
    return chosen().text(known) if has_text(known) else code


def office_of(code: str) -> dict[str, Any] | None:
    """Where and when a mission receives people, its weekdays as columns from Sunday; None while nobody can say."""
    office = next((mission["office"] for mission in missions() if mission["code"] == code), None)
    if office is None:
        return None
    return {**office, "hours": [{**row, "column": (row["weekday"] + 1) % 7} for row in office["hours"]]}


def days_left(last: str, mission: str) -> int:
    """How many days remain up to a last day at a mission, today among them; 0 once it is over."""
    return max(0, (day_of(last) - today(mission)).days + 1)


def lapses(last: str, mission: str) -> Markup:
    """How long an application still waits for its applicant."""
    left = days_left(last, mission)
    return tn("application.lapses", left, day=date(last)) if left else t("application.lapses.over", day=date(last))


def _session_seconds() -> int:
    """How long the session of whoever reads the page lasts if nothing more is done."""
    visitor = visitor_or_none()
    return sessions.idle_seconds(visitor, has_form()) if visitor else 0


def _context() -> dict[str, object]:
    language, visitor = chosen(), visitor_or_none()
    return {
        "language": {"code": language.code, "dir": language.direction},
        "visitor": visitor,
        "actor": visitor.actor if visitor else None,
        "other_language_url": this_page_in_the_other_language(),
        "home_url": url_for("home.show"),
        "navigation": navigation.links(),
        "group_links": navigation.group_links(),
        "account_links": navigation.account_links(),
        "foot_links": navigation.foot_links(),
        "help_url": navigation.help_url(),
        "specimen": settings().specimen,
    }


def init_templates(app: Flask) -> None:
    """Sets template folders, context and functions. Functions are globals so that imported macros see them too."""
    app.jinja_loader = FileSystemLoader([FOLDER / "templates", FOLDER])
    app.context_processor(_context)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        t=t,
        tn=tn,
        has_text=has_text,
        whom=whom,
        source=source,
        money=money,
        figure=figure,
        date=date,
        date_at=date_at,
        datetime=moment,
        mission_name=mission_name,
        office_of=office_of,
        lapses=lapses,
        in_script=in_script,
        pages_of=pages_of,
    )
    app.jinja_env.globals.update({each.__name__: each for each in CALENDAR_WORDS}, outcome_of=outcome_of)
    app.jinja_env.globals.update(
        csrf_token=csrf_token,
        page_address=page_address,
        this_page=this_page,
        has_form=has_form,
        session_seconds=_session_seconds,
        csp_nonce=csp_nonce,
        is_without_secrets=is_without_secrets,
        path=url_for,
        alternates=addresses.alternates,
        canonical=addresses.canonical,
        printed_at=printed_at,
        number=lambda n: chosen().number(n),
    )
