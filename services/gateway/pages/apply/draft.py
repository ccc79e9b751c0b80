"""Applying: eligibility first, then a few questions at a time, then a review before sending."""

from collections.abc import Callable, Mapping
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.levels import Level
from services.gateway.clients.consular.applications.applications import Application, FormStep
from services.gateway.pages.apply import two_tabs
from services.gateway.pages.appointments.appointments import gap
from services.gateway.web.content.eligibility import Attested, attested, behalf_of, judged
from services.gateway.web.content.offers import offers_by_slug, with_tier
from services.gateway.web.content.offices import offered_at
from services.gateway.web.current import consular, visitor
from services.gateway.web.days import today
from services.gateway.web.forms import answer_in_words, faults, fields, questions_asked, steps_of, typed
from services.gateway.web.presentation import country_of, t
from services.gateway.web.whom import note_whom
from shared.catalogue.model import APPOINTMENT, Question, Transaction
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.forms import check_answers, transaction, typed_value

blueprint = Blueprint("apply", __name__)
AWAITING_PAYMENT = "awaiting_payment"


def questions_of(entry: Transaction, step: str) -> list[Question]:
    """The questions of one step. Raises NotFound for a step the entry lacks."""
    asked = [question for question in entry.questions if question.step == step]
    if not asked:
        raise NotFound()
    return asked


def _concerned(entry: Transaction, step: str, application: FormStep) -> list[Question]:
    """The questions of one step that make sense of the application's person. Raises NotFound as above."""
    return [question for question in questions_of(entry, step) if question.concerns(application["answers"])]


@blueprint.get("/apply/<slug>")
def check(slug: str) -> str:
    """Before anything is filled in: may you, what will you need, what will it cost.

    Of whom only a declaration is known, the registers say nothing: they see the conditions, and judge for themselves.
    """
    entry = transaction(slug)
    if visitor().level is Level.DECLARED:
        return _unjudged_page(entry)
    return eligibility_page(entry, attested(entry))


def eligibility_page(entry: Transaction, attestation: Attested, **more: object) -> str:
    """Every condition as it is for the attested person, and the steps ahead."""
    conditions, capacity = judged(entry, attestation.facts), attestation.facts.capacity
    where = offered_at(entry, capacity, attestation.mission, fixed=attestation.by_mandate)
    return render_template(
        "pages/apply/eligibility.html",
        entry=entry,
        offer=offers_by_slug(where[0] if where else attestation.mission).get(entry.slug),
        places=where,
        conditions=conditions,
        may=all(holds for _, holds in conditions),
        key=token_urlsafe(16),
        **more,
    )


def _unjudged_page(entry: Transaction) -> str:
    return render_template(
        "pages/apply/unjudged.html",
        entry=entry,
        offer=offers_by_slug(visitor().mission).get(entry.slug),
        conditions=[condition for condition in entry.eligible if not condition.expected],
        key=token_urlsafe(16),
    )


@blueprint.post("/apply/<slug>")
def begin(slug: str) -> Response:
    """Opens the draft, or the one that is open where only one may be."""
    place = request.form.get("place") or None
    return redirect_to_draft(
        transaction(slug), lambda key: consular().applications.begin(visitor().actor, slug, key, place)["reference"]
    )


def redirect_to_draft(entry: Transaction, begin: Callable[[str], str]) -> Response:
    """Leads to the first question of the new draft, or to the one that is open where only one may be."""
    try:
        reference = begin(request.form.get("key", ""))
    except Conflict as conflict:
        reference = str(conflict.params.get("reference") or "")
        if conflict.code != "already_open" or not reference:
            raise
        return redirect(url_for("applications.show", reference=reference), 303)
    step = steps_of(entry)[0]
    return redirect(url_for("apply.questions", reference=reference, step=step, **_chosen(entry, step)), 303)


def _chosen(entry: Transaction, step: str) -> dict[str, Any]:
    """Choices of a step that were made on the pages before it, as the address carries them along."""
    wanted = {one.name: request.args.get(one.name, "") for one in questions_of(entry, step) if one.kind == "choice"}
    asked = {one.name: one for one in entry.questions}
    return {name: choice for name, choice in wanted.items() if choice in asked[name].choices}


def load_editable(reference: str, verb: str) -> tuple[Application, Transaction]:
    """The visitor's application, if the verb makes sense now. Raises Conflict otherwise."""
    application = consular().applications.detail(visitor().actor, reference)
    note_whom(application)
    if verb not in application["allowed"]:
        raise Conflict("not_now", reference=reference)
    return application, transaction(application["transaction"])


def _load_step(reference: str, step: str) -> tuple[FormStep, Transaction]:
    """A step of the visitor's application, if it may be edited now. Raises Conflict otherwise."""
    application = consular().applications.form_step(visitor().actor, reference, step)
    note_whom(application)
    if not application["editable"]:
        raise Conflict("not_now", reference=reference)
    return application, transaction(application["transaction"])


@blueprint.get("/applications/<reference>/questions/<step>")
def questions(reference: str, step: str) -> str | Response:
    """One step's questions with the answers given so far."""
    application, entry = _load_step(reference, step)
    if application["marked"]:
        return redirect(url_for("fix.show", reference=reference))
    return _step(application, entry, step, _chosen(entry, step) | application["answers"])


def _step(
    application: FormStep,
    entry: Transaction,
    step: str,
    values: dict[str, Any],
    refusal: Refusal | None = None,
    instead: Mapping[str, Any] | None = None,
) -> str:
    """The page of a step. `instead`: what was to be saved in place of answers that another tab has saved meanwhile."""
    asked, steps = _concerned(entry, step, application), steps_of(entry)
    errors = faults(refusal, asked) if refusal else {}
    return render_template(
        "pages/apply/questions.html",
        application=application,
        entry=entry,
        step=step,
        place=steps.index(step) + 1,
        steps=steps,
        fields=fields(asked, values, errors),
        errors=errors,
        seen=(refusal and two_tabs.sent_digest()) or two_tabs.digest(asked, application["answers"]),
        changes=two_tabs.changes(asked, application["answers"], instead) if instead is not None else [],
        reviewing="review" in request.args,
        last_entry=application["last_word"],
    )


@blueprint.post("/applications/<reference>/questions/<step>")
def answer(reference: str, step: str) -> Response | tuple[str, int]:
    """Stores the answers and leads to the next step. Nothing typed is lost when something is wrong."""
    application, entry = _load_step(reference, step)
    asked = _concerned(entry, step, application)
    typed_answers = typed(asked, request.form)
    try:
        country = country_of(application["mission"])
        clean = check_answers(entry.slug, {**application["answers"], **typed_answers}, today(), step, country)
        consular().applications.answer(
            visitor().actor,
            reference,
            {one.name: typed_value(one.name, clean) for one in asked},
            two_tabs.sent_digest(),
        )
    except Conflict as conflict:
        if conflict.code != "answers_changed":
            raise
        application, entry = _load_step(reference, step)
        return _step(application, entry, step, dict(typed_answers), instead=clean), conflict.status
    except Refusal as refusal:
        return _step(application, entry, step, dict(typed_answers), refusal), refusal.status
    return redirect(_after(entry, reference, step), 303)


def _after(entry: Transaction, reference: str, step: str) -> str:
    steps = steps_of(entry)
    if "review" in request.args:
        return url_for("apply.review", reference=reference)
    if step == steps[-1]:
        return url_for("turns.choose" if entry.outcome == APPOINTMENT else "papers.show", reference=reference)
    return url_for("apply.questions", reference=reference, step=steps[steps.index(step) + 1])


@blueprint.get("/applications/<reference>/review")
def review(reference: str) -> str | Response:
    """All answers and uploads before sending, each with a link to change it."""
    application, entry = load_editable(reference, "submit")
    if any(one["open"] for one in application["corrections"]):
        return redirect(url_for("fix.show", reference=reference))
    return _review(application, entry)


def _review(application: Application, entry: Transaction, refusal: Refusal | None = None) -> str:
    missing = [*_missing(application, entry), *gap(application, entry)]
    return render_template(
        "pages/apply/review.html",
        application=application,
        entry=entry,
        answers=_answers(application, entry),
        missing=missing,
        offer=with_tier(offers_by_slug(application["mission"]).get(entry.slug), application["answers"]),
        errors=faults(refusal, entry.questions) if refusal else {},
        key=request.form.get("key") or token_urlsafe(16),
    )


def _answers(application: Application, entry: Transaction) -> dict[str, list[dict[str, str]]]:
    """Rows of answers by step."""
    rows: dict[str, list[dict[str, str]]] = {step: [] for step in steps_of(entry)}
    for question in questions_asked(entry, application["answers"]):
        address = url_for("apply.questions", reference=application["reference"], step=question.step, review=1)
        value = answer_in_words(question, application["answers"])
        row = {"label": t(f"question.{question.name}.label"), "value": value, "url": f"{address}#{question.name}"}
        rows[question.step].append(row)
    return rows


def _missing(application: Application, entry: Transaction) -> list[dict[str, str]]:
    """What still stands between this draft and sending it, each with the page that takes it."""
    reference, gaps = application["reference"], {}
    try:
        check_answers(entry.slug, application["answers"], today(), country=country_of(application["mission"]))
    except Invalid as invalid:
        gaps = faults(invalid, entry.questions)
    where = {question.name: question.step for question in entry.questions}
    missing = [
        {"text": text, "url": url_for("apply.questions", reference=reference, step=where[name], review=1) + f"#{name}"}
        for name, text in gaps.items()
    ]
    handed_in = {upload["name"] for upload in application["papers"] if not upload["fault"]}
    papers_page = url_for("papers.show", reference=reference)
    missing += [
        {
            "text": t("review.paper_missing", paper=t(f"paper.{paper.name}.label")),
            "url": f"{papers_page}#{paper.name}",
        }
        for paper in entry.papers
        if paper.required and paper.name not in handed_in
    ]
    return missing


@blueprint.post("/applications/<reference>/review")
def submit(reference: str) -> Response | tuple[str, int]:
    """Asks the registers afresh and sends the application in. A second press of the button changes nothing."""
    application = consular().applications.detail(visitor().actor, reference)
    note_whom(application)
    entry = transaction(application["transaction"])
    try:
        statements = attested(entry, application["answers"], behalf_of(application)).statements
        sent = consular().applications.submit(visitor().actor, reference, statements, request.form.get("key", ""))
    except Refusal as refusal:
        if "submit" not in application["allowed"]:
            raise
        return _review(application, entry, refusal), refusal.status
    if sent["status"] == AWAITING_PAYMENT:
        return redirect(url_for("pay.choose", reference=reference), 303)
    return redirect(url_for("applications.show", reference=reference, sent=1), 303)
