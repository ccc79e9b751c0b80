"""Nothing typed is lost: what a form sent and could not do is kept for its owner, and put back where it was typed.

Every form is looked after, as it leaves the browser and as its page comes back, and no page does anything for it. What
is kept is deleted when the form succeeds, when its owner says so, or after half an hour.
"""

import time
from contextlib import suppress

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from services.gateway.accounts import UNREACHABLE, kept_forms, sessions, upload_parts
from services.gateway.accounts.kept_forms import Kept, Pairs
from services.gateway.accounts.throttle import KEPT_BY_ADDRESS, KEPT_BY_OWNER, TooMany
from services.gateway.web.access.form_tokens import is_of_this_session, owner_of_form, owner_of_page, sent_token
from services.gateway.web.access.throttling import slow_down, slow_down_network
from services.gateway.web.current import accounts, settings, visitor_or_none
from services.gateway.web.links.form_pages import sent_page
from services.gateway.web.sent_forms.language_switch import FILES, with_switches
from services.gateway.web.sent_forms.refill import NEVER, bare, refill

# Nobody types passwords to have them kept.
SECRET = frozenset({"password", "old_password", "factor_code", "credential"})
# Forms with a code of the counter, a letter or an e-mail. It may be good still when somebody else sits at the browser.
ONE_TIME = "/code"
# Parts of a file are no form that anybody fills in.
OWN_ENDPOINTS = frozenset(
    {"parts.take", "kept.keep", "kept.switch_language", "kept.discard", "session.prolong", "sign_in.sign_out"}
)
# A form that repeats what was typed on another page names that page's form.
TYPED_INTO = "typed_into"
SWEEP_SECONDS = 60.0


def _action(named: str | None = None) -> str:
    """The address of the form that was sent, or that a script or a button names."""
    return bare(named or request.form.get(TYPED_INTO) or request.path)


def _typed_pairs(action: str) -> Pairs:
    """Everything typed into the form that was sent, apart from passwords, codes that open an account, and files."""
    left_out = NEVER | SECRET | {TYPED_INTO, "form_action", *request.args.getlist(FILES)}
    if action.endswith(ONE_TIME):
        left_out |= {"code"}
    return [(name, text) for name, text in request.form.items(multi=True) if name not in left_out]


def has_text(action: str | None = None) -> bool:
    """Whether something was typed into the form that was sent."""
    return any(name != "key" and text.strip() for name, text in _typed_pairs(_action(action)))


def keep_sent(action: str | None = None) -> bool:
    """Keeps what was sent for the owner of its page. False where there is nothing to keep, or nobody to keep it for."""
    owner, page = owner_of_form(), sent_page()
    if owner is None or page is None or not has_text(action):
        return False
    form = Kept(_action(action), _typed_pairs(_action(action)))
    with suppress(TooMany, *UNREACHABLE):
        slow_down(KEPT_BY_OWNER, owner)
        slow_down_network(KEPT_BY_ADDRESS)
        with accounts().scope(None) as session:
            return kept_forms.keep(session, settings().secret, owner, bare(page), form)
    return False


def keep_unfinished() -> None:
    """The form that was sent goes on with another page: what was typed stays kept until that one is sent."""
    g.unfinished = True


def keep_interrupted() -> bool:
    """Keeps a form that nobody has read, as its session is over."""
    g.interrupted = True
    with suppress(RequestEntityTooLarge):
        return keep_sent()
    return False


def kept_names(action: str) -> set[str]:
    """The fields for which something is kept that will be put back into a form of this page."""
    owner = owner_of_page()
    if owner is None:
        return set()
    with accounts().scope(None) as session:
        kept = kept_forms.find(session, settings().secret, owner, bare(request.path))
    return {name for one in kept if one.action == bare(action) for name, text in one.pairs if text.strip()}


def resend() -> Pairs | None:
    """The fields by which an error page offers to send the same form again; None where that needs something more."""
    token = sent_token() if request.method == "POST" else None
    if token is None or not is_of_this_session(token) or request.files or SECRET & set(request.form):
        return None
    return [(name, text) for name, text in request.form.items(multi=True)]


def _after(answer: Response) -> Response:
    _sweep()
    if request.method == "POST" and request.endpoint not in OWN_ENDPOINTS and request.routing_exception is None:
        _after_form(answer)
    elif request.method == "GET" and g.get("has_form") and answer.status_code == 200:
        _after_page(answer)
    if g.get("has_form") and answer.mimetype == "text/html" and not answer.is_streamed:
        answer.set_data(with_switches(answer.get_data(as_text=True)))
    return answer


def _after_form(answer: Response) -> None:
    # A body that was too large cannot be read again.
    if g.get("interrupted") or answer.status_code == 413:
        return
    if answer.status_code >= 400 or g.get("unfinished"):
        keep_sent()
    elif (owner := owner_of_form()) is not None:
        forget(owner, request.path)
        if typed_into := request.form.get(TYPED_INTO):
            forget(owner, typed_into)


def forget(owner: str, action: str) -> None:
    """What was typed into a form is needed no more."""
    with suppress(*UNREACHABLE), accounts().scope(None) as session:
        kept_forms.forget(session, settings().secret, owner, bare(action))


def _after_page(answer: Response) -> None:
    """Gives whoever reads a form more time for it, and puts back what they typed into it before."""
    owner, visitor = owner_of_page(), visitor_or_none()
    if owner is None or g.get("new_token"):
        return
    with suppress(*UNREACHABLE), accounts().scope(None) as session:
        if visitor is not None:
            sessions.prolong_for_form(session, visitor)
        if kept := kept_forms.find(session, settings().secret, owner, bare(request.path)):
            g.refilled = True
            answer.set_data(refill(answer.get_data(as_text=True), kept, _notice))


def _notice(kept: Kept) -> str:
    return render_template("macros/kept.html", action=kept.action)


def _sweep() -> None:
    """Deletes what is over, once a minute in each process, whatever is asked of it: probes of its readiness will do."""
    swept, now = current_app.extensions.get("kept_swept", 0.0), time.monotonic()
    if swept and now - swept < SWEEP_SECONDS:
        return
    current_app.extensions["kept_swept"] = now
    with suppress(*UNREACHABLE), accounts().scope(None) as session:
        kept_forms.forget_old(session)
        upload_parts.forget_old(session)


def init_kept_answers(app: Flask) -> None:
    """Looks after every form of the application."""
    app.after_request(_after)
