"""A stand-in for a card provider: interface, hosted page, notifications. It takes no card and moves no money."""

import os
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response as Redirect

from deploy.demo.sandbox import beacon, card_api, mailbox
from deploy.demo.sandbox.card_api import Sandbox, sandbox
from deploy.demo.sandbox.disputes import CHOICES
from deploy.demo.sandbox.notices import Notifier
from deploy.demo.sandbox.objects import Writer
from deploy.demo.sandbox.pages import OUTCOMES, Page
from shared.production import StartRefused, is_demo

TEST_NUMBER = "4000 0000 0000 0002"
LATE_SECONDS = 20.0
# Why a bank sends a refund back, as the Stripe API says it.
CARD_CLOSED = "expired_or_canceled_card"
MAX_BODY_BYTES = 64 * 1024
blueprint = Blueprint("sandbox", __name__, template_folder="templates")


def create_app(key: str, notifier: Notifier, late_seconds: float = LATE_SECONDS, mails: str = "") -> Flask:
    """The provider under an API key; `mails` is the folder of the specimen mailbox."""
    app = Flask("sandbox", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions["sandbox"] = Sandbox(key, notifier, late_seconds)
    app.register_blueprint(blueprint)
    app.register_blueprint(card_api.blueprint)
    app.register_blueprint(beacon.blueprint)
    mailbox.attach(app, mails)
    app.after_request(_guarded)
    return app


def _guarded(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return answer


@blueprint.get("/health")
def health() -> Response:
    return jsonify(status="ok")


@blueprint.get("/pages/<page_id>")
def show(page_id: str) -> str:
    """The hosted page."""
    return _payment_page(page_id)


def _payment_page(page_id: str, refused: bool = False) -> str:
    page = sandbox().books.pages.get(page_id)
    if page is None:
        abort(HTTPStatus.NOT_FOUND)
    dispute = sandbox().disputes.of(page)
    return render_template(
        "page.html",
        page=page,
        outcomes=OUTCOMES,
        number=TEST_NUMBER,
        refused=refused,
        dispute=dispute.state if dispute else "",
        choices=CHOICES,
        refunded=sandbox().refunds.refunded(page),
    )


@blueprint.post("/pages/<page_id>/dispute")
def dispute(page_id: str) -> Redirect:
    """What the payer's bank does about a payment; `silently` sends no notification."""
    page, name = sandbox().books.pages.get(page_id), request.form.get("choice", "")
    if page is None or name not in CHOICES:
        abort(HTTPStatus.NOT_FOUND)
    changed = sandbox().disputes.change(page.reference, name)
    if changed is None:
        abort(HTTPStatus.CONFLICT)
    if not request.form.get("silently"):
        kind = "charge.dispute.created" if name == "dispute" else "charge.dispute.closed"
        sandbox().notifier.send(kind, sandbox().writer().dispute(changed), 1)
    return redirect(f"/pages/{page_id}", HTTPStatus.SEE_OTHER)


@blueprint.post("/pages/<page_id>/send-back")
def send_back(page_id: str) -> Redirect:
    """The bank of the card cannot credit a refund and sends it back; `silently` sends no notification."""
    page = sandbox().books.pages.get(page_id)
    if page is None:
        abort(HTTPStatus.NOT_FOUND)
    failed = sandbox().refunds.send_back(page, CARD_CLOSED)
    if failed is None:
        abort(HTTPStatus.CONFLICT)
    if not request.form.get("silently"):
        sandbox().notifier.send("refund.failed", sandbox().writer().refund(failed), 1)
    return redirect(f"/pages/{page_id}", HTTPStatus.SEE_OTHER)


@blueprint.post("/pages/<page_id>")
def choose(page_id: str) -> Redirect | tuple[str, int]:
    """What the payer chose to happen; then back to where they came from."""
    page, name = sandbox().books.pages.get(page_id), request.form.get("outcome", "")
    if page is None or name not in OUTCOMES:
        abort(HTTPStatus.NOT_FOUND)
    outcome = OUTCOMES[name]
    if outcome.pays and request.form.get("number", "").replace(" ", "") != TEST_NUMBER.replace(" ", ""):
        return _payment_page(page_id, refused=True), HTTPStatus.UNPROCESSABLE_ENTITY
    here, writer = sandbox(), sandbox().writer()
    if outcome.late:
        here.notifier.after(here.late_seconds, lambda: _act(here, writer, page, name))
    else:
        _act(here, writer, page, name)
    return redirect(page.success_url if outcome.pays else page.cancel_url, HTTPStatus.SEE_OTHER)


def _act(here: Sandbox, writer: Writer, page: Page, name: str) -> None:
    outcome = OUTCOMES[name]
    changed = here.books.act(page.id, outcome)
    if changed is not None and outcome.pays:
        here.notifier.send("checkout.session.completed", writer.session(changed), outcome.notices)
    elif changed is not None and outcome.declined:
        here.notifier.send("payment_intent.payment_failed", writer.payment(changed), outcome.notices)


def server(app: Flask) -> BaseWSGIServer:
    """On the inherited listening socket MAHJAR_PROVIDER_FD, else on port MAHJAR_PROVIDER_PORT of the loopback."""
    inherited = os.environ.get("MAHJAR_PROVIDER_FD")
    if inherited:
        return make_server("127.0.0.1", 0, app, threaded=True, fd=int(inherited))
    return make_server("127.0.0.1", int(os.environ.get("MAHJAR_PROVIDER_PORT", "0")), app, threaded=True)


def main() -> None:
    if not is_demo(os.environ):
        raise StartRefused("The sandbox starts in demo mode only.")
    public = os.environ.get("MAHJAR_PUBLIC_URL", "http://127.0.0.1:8080").rstrip("/")
    notify = os.environ.get("MAHJAR_PROVIDER_NOTIFY_URL", f"{public}/provider/webhook")
    notifier = Notifier(notify, os.environ["MAHJAR_WEBHOOK_SECRET"].split(",")[0])
    late = float(os.environ.get("MAHJAR_PROVIDER_LATE_SECONDS", LATE_SECONDS))
    app = create_app(os.environ["MAHJAR_PROVIDER_SECRET"], notifier, late, os.environ.get("MAHJAR_MAILDIR", ""))
    serving = server(app)
    print(f"card provider (sandbox) on port {serving.port}", flush=True)
    serving.serve_forever()


if __name__ == "__main__":
    main()
