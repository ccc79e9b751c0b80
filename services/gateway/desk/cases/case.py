"""One case as an officer reads it: answers beside register facts, uploads, payments, history."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.clients.consular.applications.applications import Upload
from services.gateway.clients.consular.applications.cases import Case
from services.gateway.desk.cases import marks
from services.gateway.desk.cases.compare import Answer, attested_facts, beside
from services.gateway.desk.cases.contradictions import contradictions
from services.gateway.desk.cases.details import held, holder, may
from services.gateway.desk.cases.queue.filters import from_cookie
from services.gateway.desk.cases.queue.queue import officer_name, officer_of
from services.gateway.desk.cases.scans import opened
from services.gateway.desk.codes import application_numbered
from services.gateway.desk.wording import action, refusal_text, short, who
from services.gateway.web.content.notice_words import words
from services.gateway.web.current import actor, consular
from services.gateway.web.days import today
from services.gateway.web.forms import answer_in_words, questions_asked
from services.gateway.web.http.stored_files import asked_page, send_stored
from services.gateway.web.presentation import date, t, unindented
from services.gateway.web.sent_forms.submission import submit
from shared.catalogue import CATALOGUE
from shared.catalogue.model import Question, Transaction
from shared.catalogue.reasons import MARK_REASONS, SPOIL_REASONS
from shared.documents.printed_numbers import has_number
from shared.errors import NotFound
from shared.values import references


def show(reference: str) -> Response | str:
    """The case. Opening it is recorded by the service that keeps it. A code that is no case's leads to the one it is
    about: of a slip, a receipt, a payment."""
    done, of = request.args.get("done", ""), request.args.get("of", "")
    try:
        return page(reference, done=done, of=of if references.is_valid(of) else "", last="last" in request.args)
    except NotFound:
        found = behind(reference)
        if found is None:
            raise
        return redirect(url_for("desk.case", reference=found), 303)


def behind(code: str) -> str | None:
    """The one application that a code, or the number of a document, leads to."""
    is_known = references.is_valid(code) or has_number(code)
    rows = consular().cases.queue(actor(), q=code)["rows"] if is_known else []
    if not rows:
        return application_numbered(code)
    return rows[0]["reference"] if len(rows) == 1 and rows[0]["reference"] != code else None


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
        contradictions=contradictions(details["answers"], attested_facts(details), today(details["mission"])),
        scan=opened(details["papers"]),
        papers=_checklist(details, entry),
        markable=marks.markable(details, entry),
        mark_reasons=MARK_REASONS,
        spoil_reasons=SPOIL_REASONS,
        corrections=marks.compared(details, entry),
        told=words,
        held=held(details),
        holder=holder(details),
        may=may,
        officer_name=officer_name,
        is_own=officer_of(details) == actor().id,
        key=str(uuid.uuid4()),
        refusal_text=refusal_text,
        short=short,
        action=action,
        **more,
    )
    return unindented(page)


def act(reference: str, done: str, verb: Callable[[], object], anchor: str = "") -> Response | tuple[str, int]:
    """Does something with a case and shows it with `done`, or with the refusal."""
    answer = submit(verb, lambda refusal: page(reference, refused=refusal), "")
    if isinstance(answer, tuple):
        return answer
    return redirect(_after(reference, done) + anchor, 303)


def _after(reference: str, done: str) -> str:
    """Where a case leads once something was done with it: to itself, or as the form says to the next one."""
    if request.form.get("then") != "next":
        return url_for("desk.case", reference=reference, done=done)
    found = consular().cases.take_next(actor(), from_cookie().transaction or "", reference)
    if found is None:
        return url_for("desk.case", reference=reference, done=done, last="yes")
    return url_for("desk.case", reference=found, done=done, of=reference)


def _answers(details: Case, entry: Transaction) -> list[dict[str, Any]]:
    asked = {question.name: question for question in questions_asked(entry, details["answers"])}
    rows = beside(list(asked), details["answers"], attested_facts(details))
    return [
        {
            "row": row,
            "shown": answer_in_words(asked[row.question], details["answers"]),
            "registered": _registered(row, asked[row.question]),
        }
        for row in rows
    ]


def _registered(row: Answer, question: Question) -> Markup | str:
    if row.unrecorded:
        return t("form.not_recorded")
    return date(row.registered) if row.registered and "date" in question.kind else row.registered


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
