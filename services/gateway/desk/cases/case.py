"""One case as an officer reads it: answers beside register facts, uploads, payments, history."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.applications import Upload
from services.gateway.clients.consular.cases import Case
from services.gateway.desk.cases import marks
from services.gateway.desk.cases.compare import beside
from services.gateway.desk.cases.details import held, holder, may
from services.gateway.desk.wording import refusal_text, short, who
from services.gateway.web.current import actor, consular
from services.gateway.web.forms import answer_in_words, questions_asked
from services.gateway.web.presentation import unindented
from services.gateway.web.stored_files import asked_page, send_stored
from services.gateway.web.submission import submit
from shared.catalogue import CATALOGUE
from shared.catalogue.model import Transaction
from shared.catalogue.reasons import MARK_REASONS


def show(reference: str) -> str:
    """The case. Opening it is recorded by the service that keeps it."""
    return page(reference, done=request.args.get("done", ""))


def page(reference: str, **more: Any) -> str:
    """The case page, with what was done last or the refusal of what was tried."""
    details = consular().cases.detail(actor(), reference)
    entry = CATALOGUE[details["transaction"]]
    page = render_template(
        "desk/cases/case.html",
        case=details,
        entry=entry,
        who=who(details),
        answers=_answers(details, entry),
        papers=_checklist(details, entry),
        markable=marks.markable(details, entry),
        mark_reasons=MARK_REASONS,
        corrections=marks.compared(details, entry),
        held=held(details),
        holder=holder(details),
        may=may,
        key=str(uuid.uuid4()),
        refusal_text=refusal_text,
        short=short,
        **more,
    )
    return unindented(page)


def act(reference: str, done: str, verb: Callable[[], object], anchor: str = "") -> Response | tuple[str, int]:
    """Does something with a case and shows it with `done`, or with the refusal."""
    next_page = url_for("desk.case", reference=reference, done=done) + anchor
    return submit(verb, lambda refusal: page(reference, refused=refusal), next_page)


def _answers(details: Case, entry: Transaction) -> list[dict[str, Any]]:
    asked = {question.name: question for question in questions_asked(entry, details["answers"])}
    rows = beside(list(asked), details["answers"], details.get("person") or {})
    return [{"row": row, "shown": answer_in_words(asked[row.question], details["answers"])} for row in rows]


def _checklist(details: Case, entry: Transaction) -> list[dict[str, Any]]:
    """Every upload the transaction asks for, with the files that were handed in for it."""
    uploads: dict[str, list[Upload]] = {}
    for upload in details["papers"]:
        uploads.setdefault(upload["name"], []).append(upload)
    return [
        {"name": paper.name, "required": paper.required, "given": uploads.get(paper.name, [])} for paper in entry.papers
    ]


def upload_content(paper: str) -> Response:
    """The file of an upload: an image to look at, a PDF to store."""
    return send_stored(consular().applications.upload(actor(), paper), paper, inline=True)


def upload_thumbnail(paper: str) -> Response:
    """A small picture of a page of an upload."""
    page = asked_page()
    return send_stored(consular().applications.upload_thumbnail(actor(), paper, page), paper, inline=True)


def upload_page(paper: str) -> Response:
    """A page of an upload as a picture to read."""
    page = asked_page()
    return send_stored(consular().applications.upload_page(actor(), paper, page), f"{paper}-{page}", inline=True)
