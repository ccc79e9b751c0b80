"""The second step of signing in: a code of the app, or a printed one."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.factors import authenticators, second_step
from services.gateway.web import security
from services.gateway.web.current import accounts, settings
from services.gateway.web.forms import faults
from services.gateway.web.links.form_pages import wanted_page
from services.gateway.web.sign_ins import let_in, slow_down_factor, start_page
from shared.errors import Invalid, Refusal

blueprint = Blueprint("second_step", __name__)


@blueprint.get("/sign-in/second")
def ask() -> str | Response:
    """The form, for a browser that gave the right password; others begin with that."""
    return _form()


def _form(refusal: Refusal | None = None) -> str | Response:
    with accounts().scope(None) as session:
        account = second_step.waiting(session, settings().secret, security.browser_token())
        specimen = settings().specimen and account is not None and authenticators.is_specimen(session, account.id)
    if account is None:
        return redirect(url_for("sign_in.ask", next=wanted_page() or None), 303)
    return render_template(
        "pages/account/sign_in/second_step.html",
        errors=faults(refusal, prefix="field") if refusal else {},
        next=wanted_page(),
        specimen_code=authenticators.SPECIMEN_CODE if specimen else "",
    )


@blueprint.post("/sign-in/second")
def enter() -> Response | str | tuple[str | Response, int]:
    """Opens the session under a new id. After five wrong codes the password is asked for again."""
    secret, browser = settings().secret, security.browser_token()
    with accounts().scope(None) as session:
        waiting = second_step.waiting(session, secret, browser)
        account_id = waiting.id if waiting else ""
    if not account_id:
        return _form()
    slow_down_factor(account_id)
    typed = request.form.get("factor_code", "")
    with accounts().scope(None) as session:
        account = second_step.finish(session, secret, browser, typed, specimen=settings().specimen)
        if account is not None:
            let_in(session, account, strong=True)
            role = account.role
    # Shown after the commit, so that a wrong try stays counted.
    if account is None:
        refusal = Invalid("factor_wrong", field="factor_code")
        page = _form(refusal)
        return (page, refusal.status) if isinstance(page, str) else page
    return redirect(wanted_page() or url_for(start_page(role)), 303)
