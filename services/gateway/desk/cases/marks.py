"""What an officer marks in a case to be put right, and what has become of it, side by side."""

from collections.abc import Mapping
from typing import Any

from flask import request

from services.gateway.clients.consular.applications.cases import Case
from services.gateway.desk.wording import written_text
from services.gateway.web.forms import answer_in_words, questions_asked
from services.gateway.web.presentation import t
from shared.catalogue.model import Transaction
from shared.catalogue.reasons import ANSWER, MARK_REASONS, PAPER

LONGEST_NOTE = 500
REASON, NOTE = "reason-", "note-"


def markable(details: Case, entry: Transaction) -> list[dict[str, Any]]:
    """Everything of a case that may be marked."""
    papers = [{"kind": PAPER, "name": one.name, "label": t(f"paper.{one.name}.label")} for one in entry.papers]
    asked = questions_asked(entry, details["answers"])
    return papers + [{"kind": ANSWER, "name": one.name, "label": t(f"question.{one.name}.label")} for one in asked]


def typed_marks() -> dict[str, dict[str, str]]:
    """What was chosen and written, by field; rows that were left alone are not among it."""
    fields = [name.removeprefix(REASON) for name in request.form if name.startswith(REASON)]
    rows = {
        one: {"reason": request.form[REASON + one], "note": written_text(NOTE + one, LONGEST_NOTE)[0]} for one in fields
    }
    return {one: row for one, row in rows.items() if row["reason"] or row["note"]}


def faults_of(marks: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What is wrong with the marks, as keys of texts by field."""
    wrong = {one: _fault(one, row) for one, row in marks.items()}
    if not marks:
        wrong["marks"] = "desk.marks.needed"
    return {one: key for one, key in wrong.items() if key}


def _fault(field: str, row: Mapping[str, str]) -> str:
    if row["reason"] not in MARK_REASONS.get(field.partition("-")[0], ()):
        return "desk.reason_needed"
    return "desk.too_long" if len(row["note"]) > LONGEST_NOTE else ""


def items_of(marks: Mapping[str, Mapping[str, str]]) -> list[dict[str, str]]:
    """The marks as the service takes them."""
    split = [(field.partition("-"), row) for field, row in marks.items()]
    return [{"kind": kind, "name": name, **row} for (kind, _, name), row in split]


def compared(details: Case, entry: Transaction) -> list[dict[str, Any]]:
    """What was marked at the last return: as it was then, and as it is now."""
    asked = {one.name: one for one in entry.questions}
    rows = []
    for one in details["corrections"]:
        family, name = ("paper" if one["kind"] == PAPER else "question"), one["name"]
        sides: dict[str, Any] = {"now": [file for file in details["papers"] if file["name"] == name]}
        if one["kind"] == ANSWER:
            both = {"before": one["before"], "now": details["answers"]}
            sides = {side: answer_in_words(asked[name], answers) for side, answers in both.items()}
        rows.append({**one, "label": t(f"{family}.{name}.label"), **sides})
    return rows
