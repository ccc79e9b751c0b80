"""Texts of the desk: the applicant, reasons, dates and refusals in words."""

from collections.abc import Mapping
from typing import Any

from flask import request
from markupsafe import Markup

from services.gateway.clients.names import PrintedName
from services.gateway.web.forms import words
from services.gateway.web.language import chosen
from services.gateway.web.presentation import date, has_text, in_script, t
from shared.catalogue.promises import split_key
from shared.errors import Refusal
from shared.values.dates import first_day
from shared.values.person import strip_controls


def written_text(name: str, longest: int, lacking: str = "") -> tuple[str, str]:
    """What an officer wrote into a field, and the key of what is wrong with it: `lacking` where nothing was written.

    Nothing is ever cut off: a text that is too long goes back to its field whole.
    """
    text = strip_controls(request.form.get(name, ""))
    return text, ("desk.too_long" if len(text) > longest else "") if text else lacking


def choices(reasons: tuple[str, ...]) -> list[tuple[str, Markup, Markup]]:
    """Reasons as the choices of a form, each with the words the applicant is going to read."""
    return [
        (reason, t(f"desk.reason.{reason}"), t("desk.reason.reads", text=t(f"reason.{reason}"))) for reason in reasons
    ]


def short(reason: str, *families: str) -> Markup | str:
    """A reason as the desk names it; those of the authorities in the applicant's words, unknown ones as their code.

    `families` of texts come before the reasons of decisions.
    """
    keys = (f"{family}.{reason}" for family in (*families, "desk.reason", "reason"))
    known = next((key for key in keys if has_text(key)), None)
    return t(known) if known else reason


def action(name: str) -> Markup:
    """What somebody did with a case, as its log names it: a step of the application has the words of the history."""
    step = f"desk.event.{name.removeprefix('application.')}"
    return t(step) if name.startswith("application.") and has_text(step) else t(f"desk.action.{name}")


def who(case: Mapping[str, Any]) -> dict[str, Any]:
    """The applicant's printed name, and the rows of what the registers attested about them."""
    person = case.get("person") or {}
    names = person.get("name") or {}
    arabic, latin = dict(names.get("ar") or {}), dict(names.get("latin") or {})
    rows: list[tuple[str, Markup | str | None]] = [
        ("desk.person.number", person.get("national_number")),
        ("desk.person.name", whole(arabic)),
        ("desk.person.latin", whole(latin)),
        ("desk.person.mother", arabic.get("mother")),
        *birth(str(person.get("born") or "")),
        ("desk.person.sex", t(f"desk.sex.{person['sex']}") if person.get("sex") else None),
        ("desk.person.service", _service(case)),
    ]
    return {"name": printed(case), "rows": [{"label": t(key), "value": value} for key, value in rows if value]}


def birth(born: str) -> list[tuple[str, Markup | str | None]]:
    """A birth as the register has it, and the day ages are counted from where it has no day."""
    rows: list[tuple[str, Markup | str | None]] = [("desk.person.born", date(born) if born else None)]
    precision = {len("1945"): "year", len("1945-03"): "month"}.get(len(born))
    if precision:
        rows.append(("desk.person.age", t(f"desk.person.age.{precision}", day=first_day(born))))
    return rows


def printed(case: Mapping[str, Any]) -> object:
    """The applicant's name in the script of the page; else in the other one, which says so to voices."""
    name = (case.get("applicant") or {}).get("name") or {}
    return in_script(str(name.get(chosen().code) or name.get("ar") or ""))


def named(name: PrintedName | None) -> str:
    """A whole name in the script of the page, else in Arabic; nothing for a person who is not known yet."""
    return (name["en"] if chosen().code == "en" else name["ar"]) or name["ar"] if name else ""


def promise_name(key: str) -> Markup:
    """What working days are promised for: the transaction, and its speed where it has several."""
    slug, tier = split_key(key)
    title = t(f"transaction.{slug}.title")
    return Markup("{} · {}").format(title, t(f"question.tier.choice.{tier}")) if tier else title


def whole(name: Mapping[str, Any]) -> str:
    """Given name, father's, family name."""
    return " ".join(str(name[part]) for part in ("given", "father", "family") if name.get(part))


def _service(case: Mapping[str, Any]) -> Markup | None:
    status = ((case.get("facts") or {}).get("conscription") or {}).get("service_status")
    return t(f"desk.service.{status}") if status else None


def refusal_text(refusal: Refusal) -> Markup:
    """Why something was refused and what to do about it; the desk's own text if there is one."""
    if has_text(f"desk.refusal.{refusal.code}") and "label" not in refusal.params:
        return t(f"desk.refusal.{refusal.code}")
    return words(refusal.code, **refusal.params)
