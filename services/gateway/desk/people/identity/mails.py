"""E-mails that did not arrive: how old each is, and who sees to it."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.mail import settle
from services.gateway.accounts.mail.letter import days_since
from services.gateway.accounts.mail.queue import NOTICES
from services.gateway.desk.verdicts import pressed
from services.gateway.web.current import accounts, actor, visitor
from services.gateway.web.forms import faults
from shared.errors import Invalid


def show() -> str:
    """Those of the mission, oldest first."""
    return _page()


def _page(**more: Any) -> str:
    with accounts().scope(actor().mission) as session:
        rows = [
            {
                "id": mail.id,
                "event": mail.event,
                "is_notice": mail.event in NOTICES,
                "fault": mail.fault,
                "failed_at": mail.failed_at,
                "days": days_since(mail.failed_at, settle.moment(session)) if mail.failed_at else 0,
                "owner": None if mail.owner is None else "me" if mail.owner == visitor().account else "other",
                "account": mail.account_id,
            }
            for mail in settle.undeliverable(session, actor())
        ]
    return render_template("desk/people/identity/mails.html", rows=rows, done=request.args.get("done", ""), **more)


def act(mail_id: str) -> Response | tuple[str, int]:
    """Takes one over, or settles it."""
    acts = {"take": settle.take, "settle": settle.settle}
    try:
        verb = pressed(*acts, name="verb")
    except Invalid as invalid:
        return _page(errors=faults(invalid), about=mail_id), invalid.status
    with accounts().scope(actor().mission) as session:
        acts[verb](session, actor(), mail_id)
    return redirect(url_for("desk.mails", done=verb), 303)
