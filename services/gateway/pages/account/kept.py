"""What a browser says of a form that is not sent yet: what was typed so far, and that its reader is still there."""

from flask import Blueprint, Response, current_app, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from services.gateway.accounts import sessions
from services.gateway.web.access.form_tokens import owner_of_page
from services.gateway.web.current import accounts, visitor
from services.gateway.web.language import other
from services.gateway.web.links.form_pages import in_language, sent_page, unsent_file
from services.gateway.web.sent_forms.kept_answers import forget, has_text, keep_sent
from services.gateway.web.sent_forms.language_switch import FILES
from shared.errors import Conflict, NotFound

blueprint = Blueprint("kept", __name__)
session_blueprint = Blueprint("session", __name__)


@blueprint.post("/kept")
def keep() -> tuple[str, int]:
    """Keeps what was typed into a form of ours, before it is sent."""
    action = request.form.get("form_action", "")
    if not current_app.url_map.bind("").test(action, method="POST"):
        raise NotFound()
    keep_sent(action)
    return "", 204


@blueprint.post("/kept/language")
def switch_language() -> Answer:
    """The page of a form in the other language, with what was typed into it. A chosen file was not sent: that is said.

    Raises Conflict (not_kept) where something was typed that cannot go along.
    """
    if has_text() and not keep_sent():
        raise Conflict("not_kept")
    page = in_language(sent_page() or url_for("home.show"), other())
    has_file = any(request.form.get(name) for name in request.args.getlist(FILES))
    return redirect(unsent_file(page) if has_file else page, 303)


@blueprint.post("/kept/discard")
def discard() -> Answer:
    """Deletes what was kept of a form, and shows its page as it is without that."""
    if (owner := owner_of_page()) is not None:
        forget(owner, request.form.get("form_action", ""))
    return redirect(sent_page() or url_for("home.show"), 303)


@session_blueprint.get("/session")
def left() -> Response:
    """The seconds until the session ends. Asking does not prolong it."""
    with accounts().scope(None) as session:
        return jsonify(left=sessions.seconds_left(session, visitor()))


@session_blueprint.post("/session")
def prolong() -> Response:
    """Somebody asked for more time."""
    with accounts().scope(None) as session:
        sessions.prolong_for_form(session, visitor())
        return jsonify(left=sessions.seconds_left(session, visitor()))
