"""Applications one has made: where each stands, who has it, what comes next and by when."""

from secrets import token_urlsafe

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.identity import drafts
from services.gateway.pages.account.notices import with_text
from services.gateway.pages.applications import application_status
from services.gateway.pages.applications.progress import last_word, progress
from services.gateway.web.current import accounts, consular, visitor
from services.gateway.web.forms import steps_of
from services.gateway.web.whom import note_whom
from shared.catalogue.reasons import REFUSAL_CODES
from shared.errors import Conflict
from shared.forms import transaction

blueprint = Blueprint("applications", __name__)


@blueprint.get("/applications")
def list_own() -> str:
    """All of one's applications, those that need something of their owner first."""
    adopt_drafts()
    applications = consular().applications.list_own(visitor().actor)
    needing = [
        application
        for application in applications
        if application["status"] in ("draft", "awaiting_payment", "returned", "ready")
        and not (application["money_waits"] and application["status"] == "awaiting_payment")
    ]
    others = [application for application in applications if application not in needing]
    return render_template(
        "pages/applications/applications.html", needing=needing, others=others, expected=application_status.expected
    )


def adopt_drafts() -> None:
    """Hands the person what the account began before its proof. Repeated until the mission's service has answered."""
    with accounts().scope(visitor().mission) as session:
        is_due = drafts.are_due(session, visitor())
    if is_due:
        consular().applications.adopt(visitor().actor)
        with accounts().scope(visitor().mission) as session:
            drafts.note_adopted(session, visitor())


@blueprint.get("/applications/<reference>")
def show(reference: str) -> str:
    """One application."""
    application = consular().applications.detail(visitor().actor, reference)
    note_whom(application)
    entry = transaction(application["transaction"])
    return render_template(
        "pages/applications/application.html",
        application=application,
        entry=entry,
        steps=progress(application),
        first_step=steps_of(entry)[0],
        just_sent="sent" in request.args,
        promise=application_status.promise(application),
        may_prove=application_status.may_prove(application, entry),
        held=application_status.held_payments(application),
        money_waits=application_status.money_waits(application),
        paid=application_status.has_paid(application),
        expected=application_status.expected(application["status"], application["due_on"], application["mission"]),
        answers=application_status.sent_answers(application, entry) if application["submitted_at"] else {},
        uploads=application_status.sent_uploads(application) if application["submitted_at"] else [],
        marks=application_status.open_marks(application),
        last_entry=last_word(application),
        refusal_codes=REFUSAL_CODES,
        reading_for=reference if application["behalf"] and not application["behalf"]["yours"] else None,
        notices=with_text(application["notices"]),
        document=application["document"]["code"] if application["document"] else None,
        revoked=application_status.is_revoked(application),
        receipts=[one["receipt"] for one in application["payments"] if one["receipt"]],
    )


@blueprint.get("/applications/<reference>/withdraw")
def ask_withdraw(reference: str) -> str:
    """What withdrawing means, before it is done."""
    application = consular().applications.detail(visitor().actor, reference)
    entry = transaction(application["transaction"])
    note_whom(application)
    rule = application["on_withdrawal"]
    if rule is None:
        raise Conflict("not_possible_now", status=application["status"])
    key = token_urlsafe(16)
    return render_template("pages/applications/withdraw.html", application=application, entry=entry, rule=rule, key=key)


@blueprint.post("/applications/<reference>/withdraw")
def withdraw(reference: str) -> Response:
    """Takes the application back."""
    consular().applications.withdraw(visitor().actor, reference, request.form.get("key", ""))
    return redirect(url_for("applications.show", reference=reference), 303)
