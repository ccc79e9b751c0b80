"""Accounts of the mission's staff: who has which role, and what two people decide about them."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.factors import second_step
from services.gateway.accounts.identity import decisions
from services.gateway.accounts.registration import staff
from services.gateway.desk.people.identity.identity import LONGEST, Answer, decision_view
from services.gateway.desk.verdicts import pressed
from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import accounts, actor, settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.presentation import t
from shared.errors import NotAllowed, NotFound, Refusal
from shared.identity.actor import OFFICER_ROLES


def show() -> str:
    """The staff, and the decisions about them."""
    return _page(done=request.args.get("done", ""))


def _page(**more: Any) -> str:
    with accounts().scope(actor().mission) as session:
        return render_template(
            "desk/people/identity/staff.html",
            staff=[
                {
                    "id": one.id,
                    "name": one.name_ar or one.email,
                    "email": one.email,
                    "role": one.role,
                    "disabled": one.disabled_at is not None,
                    "has_factor": second_step.has_factor(session, one.id),
                    "mine": one.id == visitor().account,
                }
                for one in staff.list_staff(session, actor())
            ],
            decisions=[
                decision_view(session, one) for one in decisions.list_decisions(session, actor(), decisions.STAFF_KINDS)
            ],
            roles=[(role, t(f"role.{role}")) for role in sorted(OFFICER_ROLES)],
            may_propose=visitor().role in PAGES["desk.staff_propose"],
            **{"errors": {}, "about": "", "done": "", "typed": request.form, **more},
        )


def propose(kind: str) -> Answer:
    """Puts a decision about staff before a second person."""
    if kind not in decisions.STAFF_KINDS:
        raise NotFound()
    form = request.form
    account = form.get("account", "")[:LONGEST] or None
    params = {name: form.get(name, "").strip()[:LONGEST] for name in ("email", "role") if name in form}
    try:
        with accounts().scope(actor().mission) as session:
            reason = form.get("reason", "")[: LONGEST + 1]
            decisions.propose(session, actor(), kind, reason, account, params=params)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        about = f"{kind}-{account or ''}"
        return _page(errors=faults(refusal, prefix="field"), about=about), refusal.status
    return redirect(url_for("desk.staff", done="proposed"), 303)


def decide(reference: str) -> Response | Answer:
    """The second person signs, or declines with a reason."""
    form = request.form
    try:
        verdict = pressed("approve", "decline")
        with accounts().scope(actor().mission) as session:
            if verdict == "approve":
                decisions.approve(session, actor(), settings().secret, reference)
            else:
                decisions.decline(session, actor(), reference, form.get("decline_reason", "")[: LONGEST + 1])
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return _page(errors=faults(refusal, prefix="field"), about=reference), refusal.status
    return redirect(url_for("desk.staff", done="decided"), 303)
