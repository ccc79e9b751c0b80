"""Letters to ministries: what is open and overdue, one letter with its reminders, and the reply an officer records."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from flask import Response as Download
from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.clients.consular.correspondence.letters import LetterRow
from services.gateway.desk.csv_file import csv_file
from services.gateway.desk.paging import list_page
from services.gateway.desk.wording import named, refusal_text
from services.gateway.web.current import actor, consular
from services.gateway.web.forms import words
from services.gateway.web.presentation import has_text, t
from services.gateway.web.sent_forms.kept_answers import keep_unfinished, kept_names
from shared.errors import Invalid, NotAllowed, NotFound, Refusal, Unavailable
from shared.values.digits import ascii_digits
from shared.values.person import strip_controls

STATES = ("open", "overdue", "answered")
AUTHORITIES = ("criminal_security", "immigration", "traffic", "foreign_affairs")
ROWS, MORE_ROWS, MOST_ROWS = 4, 4, 100
LONGEST_SEARCH = 300
COLUMNS = (
    *("desk.letters.number", "desk.queue.applicant", "desk.letters.authority", "desk.letters.sent"),
    *("desk.letters.reply_by", "desk.queue.status", "desk.queue.reference"),
)
SINGLE = ("number", "dated", "national_number", "remark")

Answer = Response | str | tuple[str, int]


def list_letters() -> str:
    """The letters, those that wait longest first."""
    filters = _filters()
    return render_template(
        "desk/correspondence/letters/letters.html",
        letters=consular().letters.list_letters(actor(), **filters, page=list_page()),
        sought=filters["q"] or "",
        filters=filters,
        states=STATES,
        authorities=AUTHORITIES,
        named=named,
        turn=lambda page: url_for("desk.letters", page=page, **filters),
    )


def _filters() -> dict[str, Any]:
    state, authority = request.args.get("state", ""), request.args.get("authority", "")
    return {
        "state": state if state in STATES else None,
        "authority": authority if authority in AUTHORITIES else None,
        "q": request.args.get("q", "").strip()[:LONGEST_SEARCH] or None,
    }


def export() -> Download:
    """The whole list with these filters, as a file for a spreadsheet."""
    rows = consular().letters.list_letters(actor(), **_filters(), whole="yes")["rows"]
    return csv_file("letters", [t(key) for key in COLUMNS], map(_cells, rows))


def _cells(row: LetterRow) -> tuple[object, ...]:
    state = f"finding.{row['finding']}" if row["answered_at"] else "desk.letters.waiting"
    return (
        row["number"],
        named(row["name"]),
        t(f"authority.short.{row['authority']}"),
        row["sent_on"],
        row["reply_by"],
        t("desk.letters.state.overdue" if row["overdue"] else state),
        row["application"],
    )


def show(code: str) -> str:
    """One letter; with `finding` the form for a reply of that kind."""
    return _page(code, done="done" in request.args, rows=[{}] * max(ROWS, _kept_lines(code)))


def _kept_lines(code: str) -> int:
    """How many lines an officer has begun whose reply is not recorded yet: the page needs a row for each."""
    names = kept_names(url_for("desk.reply", code=code))
    lines = (re.fullmatch(r"entries-(\d{1,2})-\w+", name) for name in names)
    return 1 + max((int(line[1]) for line in lines if line), default=-1)


def _page(code: str, **more: Any) -> str:
    letter = consular().letters.detail(actor(), code)
    wanted = more.pop("finding", request.args.get("finding", ""))
    finding = next((kind for kind in letter["findings"] if kind["code"] == wanted), None)
    shown = {"typed": {}, "rows": [{}] * ROWS, "errors": {}, **more}
    return render_template(
        "desk/correspondence/letters/letter.html",
        letter=letter,
        holder=named(letter["holder"]),
        finding=finding if letter["answerable"] else None,
        key=request.form.get("key") or str(uuid.uuid4()),
        refusal_text=refusal_text,
        **shown,
    )


def reply(code: str) -> Answer:
    """Records the reply; with `more` only gives room for more lines, and nothing typed is lost."""
    finding, letter = request.form.get("finding", ""), consular().letters.detail(actor(), code)
    kind = next((known for known in letter["findings"] if known["code"] == finding), None)
    if kind is None:
        return _page(code, errors={"finding": words("choose", label=t("desk.letter.finding"))}), 422
    typed = {name: request.form.get(name, "").strip() for name in (*SINGLE, *kind["details"])}
    rows = _rows(kind["entry_fields"])
    again: dict[str, Any] = {"finding": finding, "typed": typed, "rows": rows + [{}] * MORE_ROWS}
    if "more" in request.form:
        keep_unfinished()
        return _page(code, **again)
    try:
        consular().letters.reply(actor(), code, _reply_body(kind, typed, rows))
    except Invalid as wrong:
        return _page(code, **again, errors=_faults(wrong, kind)), 422
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Refusal as refused:
        return _page(code, **again, refused=refused), refused.status
    return redirect(url_for("desk.letter", code=code, done="1"), 303)


def _rows(names: list[str]) -> list[dict[str, str]]:
    """Lines in which anything was typed."""
    every = [
        {name: request.form.get(f"entries-{line}-{name}", "").strip() for name in names} for line in range(MOST_ROWS)
    ]
    return [row for row in every if any(row.values())]


def _reply_body(kind: Mapping[str, Any], typed: dict[str, str], rows: list[dict[str, str]]) -> dict[str, Any]:
    return {
        **{name: day(typed[name]) if name == "dated" else typed[name] for name in SINGLE},
        "finding": kind["code"],
        "details": {name: day(typed[name]) if name.endswith("_on") else typed[name] for name in kind["details"]},
        "entries": [{name: day(value) if name == "on" else value for name, value in row.items()} for row in rows],
        "key": request.form.get("key") or str(uuid.uuid4()),
    }


def day(text: str) -> str:
    """A date as officers write it, day first or year first, as ISO 8601; anything else as it was typed: of a year in
    two figures nobody can say which it is."""
    typed = ascii_digits(strip_controls(text))
    if parts := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", typed, re.ASCII):
        number, month, year = parts.groups()
    elif parts := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", typed, re.ASCII):
        year, month, number = parts.groups()
    else:
        return text
    return f"{year}-{month:0>2}-{number:0>2}"


def _faults(wrong: Invalid, kind: Mapping[str, Any]) -> dict[str, Markup]:
    """In the order of the form."""
    order = [*SINGLE[:3], *kind["details"], "entries"]
    errors = sorted(wrong.errors.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order))
    return {name: words(code, label=_label(name, kind)) for name, code in errors}


def _label(name: str, kind: Mapping[str, Any]) -> Markup:
    line = re.fullmatch(r"entries-(\d+)-(\w+)", name)
    if not line:
        return t(f"reply.field.{name}") if has_text(f"reply.field.{name}") else t("reply.field.finding")
    return t("reply.line", n=int(line[1]) + 1, field=t(f"reply.field.{kind['entries']}.{line[2]}"))
