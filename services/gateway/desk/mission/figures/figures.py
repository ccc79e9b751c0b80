"""The figures of the mission: drawings with their tables, and the same as a file."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.accounts.registration import staff
from services.gateway.clients.consular.mission.figures import MissionFigures, Revenue
from services.gateway.desk.csv_file import csv_file
from services.gateway.desk.mission.figures.bars import Drawing, draw
from services.gateway.desk.wording import short
from services.gateway.web.current import accounts, actor, consular
from services.gateway.web.language import chosen
from services.gateway.web.presentation import figure, t, tn
from shared.values.money import Money

SUBJECTS = ("waits", "decisions", "reasons", "revenue", "revenue_in", "seats", "exceptions", "officers")
DAYS = (7, 30, 90, 365)


@dataclass(frozen=True)
class Table:
    """A subject's rows, each with its words and its figures, and the drawing of the first of them."""

    subject: str
    title: Markup
    heads: Sequence[Markup]
    rows: Sequence[Sequence[object]]
    drawing: Drawing | None
    marked: frozenset[int] = frozenset()


def show() -> str:
    """All figures of the last days."""
    found = _read()
    return render_template("desk/mission/figures/figures.html", found=found, tables=_tables(found), choices=DAYS)


def export() -> Response:
    """The tables below each other, as a file for a spreadsheet."""
    found = _read()
    rows: list[Sequence[object]] = []
    for table in _tables(found):
        rows += [[table.title], table.heads, *table.rows, []]
    return csv_file("figures", [found["first"], found["last"]], rows)


def _read() -> MissionFigures:
    return consular().figures.read(actor(), request.args.get("days", "")[:4])


def _tables(found: MissionFigures) -> list[Table]:
    return [_waits(found), *_decisions(found), *_revenue(found), _seats(found), _exceptions(found), _officers(found)]


def _table(
    subject: str,
    heads: Sequence[Markup],
    rows: Sequence[Sequence[object]],
    drawn: Sequence[float],
    marked: frozenset[int] = frozenset(),
) -> Table:
    return Table(subject, t(f"desk.figures.{subject}"), heads, rows, draw(drawn), marked)


def _heads(*names: str) -> list[Markup]:
    return [t(f"desk.figures.head.{name}") for name in names]


def _waits(found: MissionFigures) -> Table:
    rows = [
        (t(f"status.{one['stage']}"), one["count"], _hours(one["median"]), _hours(one["slowest"]))
        for one in found["waits"]
    ]
    heads = _heads("stage", "count", "median", "slowest")
    return _table("waits", heads, rows, [one["median"] for one in found["waits"]])


def _hours(hours: float) -> Markup:
    if hours < 1:
        return t("desk.figures.soon")
    days = round(hours / 24)
    return tn("desk.figures.last", days) if days > 1 else tn("desk.figures.hours", round(hours))


def _decisions(found: MissionFigures) -> list[Table]:
    decided = [(t(f"status.{one['decision']}"), one["count"]) for one in found["decisions"]]
    reasons = [(t(f"status.{one['decision']}"), short(one["reason"]), one["count"]) for one in found["reasons"]]
    return [
        _table("decisions", _heads("decision", "count"), decided, [one["count"] for one in found["decisions"]]),
        _table("reasons", _heads("decision", "reason", "count"), reasons, [one["count"] for one in found["reasons"]]),
    ]


def _revenue(found: MissionFigures) -> list[Table]:
    """The sums by currency without a drawing, since they are not of one measure; then each currency by transaction,
    drawn in its own."""
    currencies = {one["currency"]: [row for row in found["revenue"] if row["currency"] == one["currency"]]
                  for one in found["revenue"]}  # fmt: skip
    sums = [
        (code, sum(row["count"] for row in rows), figure(Money(sum(row["amount"] for row in rows), code)))
        for code, rows in currencies.items()
    ]
    heads = _heads("currency", "count", "amount")
    return [
        _table("revenue", heads, sums, ()),
        *(_revenue_by_transaction(code, rows) for code, rows in currencies.items()),
    ]


def _revenue_by_transaction(currency: str, found: Sequence[Revenue]) -> Table:
    rows = [(t(f"transaction.{one['transaction']}.title"), one["count"], figure(one)) for one in found]
    heads = [t("desk.queue.transaction"), *_heads("count", "amount")]
    title = t("desk.figures.revenue_in", currency=currency)
    return Table("revenue_in", title, heads, rows, draw([one["amount"] for one in found]))


def _seats(found: MissionFigures) -> Table:
    rows = [(t(f"desk.figures.seat.{one['state']}"), one["count"]) for one in found["seats"]]
    return _table("seats", _heads("state", "count"), rows, [one["count"] for one in found["seats"]])


def _exceptions(found: MissionFigures) -> Table:
    rows = [(t(f"desk.figures.age.{one['age']}"), one["count"]) for one in found["exceptions"]]
    return _table("exceptions", _heads("age", "count"), rows, [one["count"] for one in found["exceptions"]])


def _officers(found: MissionFigures) -> Table:
    names = _names()
    officers = found["officers"]
    rows = [
        (names.get(one["officer"], t("desk.queue.somebody")), one["count"], f"{one['share']}%", f"{one['usual']}%")
        for one in officers
    ]
    far = frozenset(place for place, one in enumerate(officers) if one["far"])
    heads = _heads("officer", "count", "share", "usual")
    return _table("officers", heads, rows, [one["share"] for one in officers], far)


def _names() -> dict[str, str]:
    with accounts().scope(actor().mission) as session:
        is_arabic = chosen().code == "ar"
        return {
            str(one.id): str((one.name_ar if is_arabic else one.name_latin) or one.email)
            for one in staff.list_staff(session, actor())
        }
