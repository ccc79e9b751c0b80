"""Putting right what an officer marked: those papers and answers alone, each with its reason, on one page."""

from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from services.gateway.clients.consular.applications.applications import Application, Correction
from services.gateway.pages.apply import two_tabs
from services.gateway.pages.apply.draft import load_editable
from services.gateway.pages.apply.uploads.uploads import files_by_name, following, is_marked, take_files
from services.gateway.web.content.eligibility import attested, behalf_of
from services.gateway.web.current import consular, visitor
from services.gateway.web.days import today
from services.gateway.web.faults import page as error_page
from services.gateway.web.forms import Field, faults, fields, typed, words
from services.gateway.web.presentation import country_of
from services.gateway.web.sent_forms.kept_answers import keep_unfinished
from services.gateway.web.whom import note_whom
from shared.catalogue.model import Question, Transaction
from shared.catalogue.reasons import ANSWER, PAPER
from shared.errors import Conflict, Invalid, Refusal, TooLarge, Unavailable
from shared.forms import check_answers, transaction, typed_value

blueprint = Blueprint("fix", __name__)
# What the button says that sends everything, beside those of single files.
ALL = "all"


@blueprint.get("/applications/<reference>/fix")
def show(reference: str) -> str | Response:
    """What was marked, each with its reason."""
    application, entry = load_editable(reference, "edit")
    if not is_marked(application):
        return redirect(url_for("apply.review", reference=reference))
    added = request.args.get("added")
    return _page(application, entry, dict(application["answers"]), added=added)


@blueprint.post("/applications/<reference>/fix")
def send(reference: str) -> Response | str | tuple[str, int]:
    """Takes the chosen files in; with the button that sends, saves the answers and sends it all again."""
    try:
        application, entry = load_editable(reference, "edit")
    except Conflict:
        return _sent_before(reference)
    asked = _questions(application, entry)
    typed_answers, only = typed(asked, request.form), request.form.get("only", "")
    marked = [one["name"] for one in application["corrections"] if one["kind"] == PAPER and one["open"]]
    errors, status = take_files(reference, marked, only if only in marked else "")
    if not errors and not only and request.form.get("send") != ALL:
        errors, status = {"": words("fix_not_sent")}, 422
    if errors or only:
        keep_unfinished()
        application, entry = load_editable(reference, "edit")
        values = {**application["answers"], **typed_answers}
        return _page(application, entry, values, errors, added=None if errors else only), status
    try:
        _save(application, entry, asked, typed_answers)
        _submit(reference, entry)
    except Unavailable:
        raise
    except Refusal as refusal:
        return _refused(reference, typed_answers, refusal), refusal.status
    return redirect(url_for("applications.show", reference=reference, sent=1), 303)


def _sent_before(reference: str) -> Response | tuple[str, int]:
    """A second press of the button changes nothing. What another tab has sent is shown beside what was typed here."""
    application = consular().applications.detail(visitor().actor, reference)
    note_whom(application)
    entry = transaction(application["transaction"])
    if request.form.get("send") != ALL:
        raise Conflict("not_now", reference=reference)
    try:
        _submit(reference, entry)
    except Conflict as conflict:
        asked, saved = [one for one in entry.questions if _is_sent(one)], application["answers"]
        changes = two_tabs.changes(asked, saved, {**saved, **typed(asked, request.form)})
        page = render_template("pages/apply/sent_meanwhile.html", application=application, entry=entry, changes=changes)
        return page, conflict.status
    return redirect(url_for("applications.show", reference=reference, sent=1), 303)


def _is_sent(question: Question) -> bool:
    """Whether the form has a field of this question: of a date it has three."""
    return any(name == question.name or name.startswith(f"{question.name}-") for name in request.form)


def _refused(reference: str, typed_answers: dict[str, str], refusal: Refusal) -> str:
    """The page with what was typed; where another tab has saved other answers meanwhile, both side by side."""
    application, entry = load_editable(reference, "edit")
    mine = {**application["answers"], **typed_answers}
    if refusal.code == "answers_changed":
        return _page(application, entry, mine, instead=mine)
    return _page(application, entry, mine, {**faults(refusal, entry.questions)})


def _save(application: Application, entry: Transaction, asked: list[Question], answers: dict[str, str]) -> None:
    """Raises Invalid with what is wrong with the marked answers; others were judged before."""
    if not asked:
        return
    country, names = country_of(application["mission"]), {one.name for one in asked}
    try:
        clean = check_answers(entry.slug, {**application["answers"], **answers}, today(), country=country)
    except Invalid as invalid:
        own = {name: code for name, code in invalid.errors.items() if name in names}
        if own:
            raise Invalid("invalid", None, own, **invalid.params) from invalid
        clean = {**application["answers"], **answers}
    saved = {one.name: typed_value(one.name, clean) for one in asked}
    consular().applications.answer(visitor().actor, application["reference"], saved, two_tabs.sent_digest())


def _submit(reference: str, entry: Transaction) -> None:
    application = consular().applications.detail(visitor().actor, reference)
    statements = attested(entry, application["answers"], behalf_of(application)).statements
    key = request.form.get("key", "")
    consular().applications.submit(visitor().actor, reference, statements, key)


def _questions(application: Application, entry: Transaction) -> list[Question]:
    """The marked questions, and those that are asked with an answer to one of them."""
    names = {one["name"] for one in application["corrections"] if one["kind"] == ANSWER and one["open"]}
    while more := {one.name for one in entry.questions if one.asked_if and one.asked_if[0] in names} - names:
        names |= more
    return [one for one in entry.questions if one.name in names]


def _page(
    application: Application,
    entry: Transaction,
    values: dict[str, Any],
    errors: dict[str, Markup] | None = None,
    added: str | None = None,
    instead: dict[str, Any] | None = None,
) -> str:
    """`instead`: what was to be saved in place of answers that another tab has saved meanwhile."""
    asked, saved = _questions(application, entry), application["answers"]
    marks = [one for one in application["corrections"] if one["open"]]
    papers = [one for one in marks if one["kind"] == PAPER]
    names = [one["name"] for one in papers]
    unchanged = [one["name"] for one in papers if not one["changed"]]
    return render_template(
        "pages/apply/fix.html",
        application=application,
        entry=entry,
        papers=papers,
        handed_in=files_by_name(application, names),
        answers=_answers(marks, fields(asked, values, errors or {})),
        changes=two_tabs.changes(asked, saved, instead) if instead is not None else [],
        seen=(instead is None and two_tabs.sent_digest()) or two_tabs.digest(asked, saved),
        note=_officers_word(application),
        errors=errors or {},
        added=added if added in names else None,
        next_paper=following(names, added, unchanged) if added in names else None,
        key=token_urlsafe(16),
    )


def _answers(marks: list[Correction], shown: list[Field]) -> list[tuple[Field, Correction | None]]:
    """Each field with its mark; one that is asked with another's answer has none."""
    by_name = {one["name"]: one for one in marks if one["kind"] == ANSWER}
    return [(field, by_name.get(field.name)) for field in shown]


def _officers_word(application: Application) -> str | None:
    """What the officer wrote to the whole return."""
    entries = [one for one in application["timeline"] if one["code"] == "returned"]
    return entries[-1]["note"] if entries else None


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    """A body that nobody read to its end. Nothing is changed."""
    refusal = TooLarge("file_too_large", megabytes=8)
    try:
        application, entry = load_editable((request.view_args or {})["reference"], "edit")
    except Refusal:
        return error_page(refusal.status, refusal)
    return _page(application, entry, dict(application["answers"]), {"": faults(refusal)[""]}), refusal.status
