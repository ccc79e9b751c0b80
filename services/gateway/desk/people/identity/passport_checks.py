"""A passport page beside a photo of the face: an officer looks at both and decides. No machine compares faces."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for

from services.gateway.accounts.identity import counter, find
from services.gateway.accounts.identity.prove import prove
from services.gateway.accounts.levels import Assurance, Level, level_of
from services.gateway.desk.people.identity.identity import LONGEST, Answer, account_view
from services.gateway.desk.verdicts import pressed
from services.gateway.web.current import accounts, actor, consular, settings
from services.gateway.web.forms import faults
from services.gateway.web.http.stored_files import asked_page, send_stored
from services.gateway.web.presentation import t
from shared.errors import NotAllowed, NotFound, Refusal, Unavailable

ACCEPTED, REFUSED = "accepted", "refused"
REASONS = ("unreadable", "not_the_same_person", "not_a_passport", "other_person_declared")


def show(reference: str) -> str:
    """Both pictures, and what the account declares."""
    return _page(reference)


def _page(reference: str, **more: Any) -> str:
    check = consular().identity_checks.detail(actor(), reference)
    with accounts().scope(actor().mission) as session:
        account = account_view(session, find.find(session, actor(), check["account"]))
    return render_template(
        "desk/people/identity/passport_check.html",
        check=check,
        account=account,
        reasons=[(one, t(f"passport_check.reason.{one}")) for one in REASONS],
        **{"errors": {}, "typed": request.form, **more},
    )


def picture(reference: str, which: str) -> Response:
    """A page of the passport, or the photo."""
    content = consular().identity_checks.picture(actor(), reference, which, asked_page())
    return send_stored(content, f"{reference}-{which}", inline=True)


def decide(reference: str) -> Answer:
    """The verdict. Accepted, the account is proven first and the files are deleted after; both may be repeated."""
    reason, contested = request.form.get("reason", "")[:LONGEST], None
    try:
        verdict = pressed(ACCEPTED, REFUSED)
        if verdict == ACCEPTED:
            contested = _prove(consular().identity_checks.detail(actor(), reference)["account"])
        consular().identity_checks.decide(actor(), reference, verdict, reason)
    except (NotAllowed, NotFound, Unavailable):
        raise
    except Refusal as refusal:
        return _page(reference, errors=faults(refusal, prefix="field")), refusal.status
    done = "contested" if contested else f"passport_{verdict}"
    return redirect(url_for("desk.identity", done=done), 303)


def _prove(account_id: str) -> Refusal | None:
    """Ties the account's person. Gives the refusal of a contested one, whose accounts are frozen by then."""
    number = request.form.get("national_number", "")[:LONGEST]
    with accounts().scope(actor().mission) as session:
        account = find.find(session, actor(), account_id)
        if (level_of(account), account.assurance) == (Level.CONFIRMED, Assurance.PASSPORT):
            return None
        counter.check_number(session, settings().secret, actor(), str(account.claim), number)
        return prove(session, actor(), account, Assurance.PASSPORT, actor().id)
