"""A stand-in for a card provider: interface, hosted page, notifications. It takes no card and moves no money."""

import hmac
import os
import time
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, redirect, render_template, request
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response as Redirect

from deploy.demo.sandbox import beacon, mailbox
from deploy.demo.sandbox.disputes import CHOICES, DisputeBooks
from deploy.demo.sandbox.notices import Notifier
from deploy.demo.sandbox.pages import OUTCOMES, Books, Changed, Page
from deploy.demo.sandbox.refunds import NotRefundable, RefundBooks
from services.consular.payments.providers.signature import api_token
from shared.production import StartRefused, is_demo
from shared.values.money import Money

TEST_NUMBER = "4000 0000 0000 0002"
LATE_SECONDS = 20.0
MAX_BODY_BYTES = 64 * 1024
blueprint = Blueprint("sandbox", __name__, template_folder="templates")


class Sandbox:
    """What the routes share: books, notifier, token, and faults asked for by those who try out the platform."""

    def __init__(self, secret: str, notify: str, late_seconds: float) -> None:
        self.books = Books()
        self.refunds = RefundBooks(self.books)
        self.disputes = DisputeBooks(self.books)
        self.notifier = Notifier(notify, secret)
        self.token = api_token(secret)
        self.late_seconds = late_seconds
        self.faults: list[dict[str, float | str]] = []

    def answer_about(self, page: Page, home: str) -> dict[str, object]:
        """A page as the interface and the notifications tell it, with its dispute."""
        return page.as_answer(home) | {"dispute": self.disputes.dispute_of(page.reference)}


def create_app(secret: str, notify: str, late_seconds: float = LATE_SECONDS, mails: str = "") -> Flask:
    """The provider; `notify` is the address its notifications go to, `mails` the folder of the specimen mailbox."""
    app = Flask("sandbox", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions["sandbox"] = Sandbox(secret, notify, late_seconds)
    app.register_blueprint(blueprint)
    app.register_blueprint(beacon.blueprint)
    mailbox.attach(app, mails)
    app.after_request(_guarded)
    return app


def _sandbox() -> Sandbox:
    sandbox = current_app.extensions["sandbox"]
    assert isinstance(sandbox, Sandbox)
    return sandbox


def _guarded(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return answer


def _home() -> str:
    return request.host_url.rstrip("/")


def _check_token() -> None:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(token.encode(), _sandbox().token.encode()):
        abort(HTTPStatus.UNAUTHORIZED)


@blueprint.get("/health")
def health() -> Response:
    return jsonify(status="ok")


@blueprint.post("/v1/pages")
def open_page() -> Response | tuple[Response, int]:
    """Opens a page for {reference, amount, currency, return_url}; the same reference gets the same page."""
    _check_token()
    fault = _next_fault()
    sent = request.get_json()
    if fault.get("kind") == "refuse" or not _is_order(sent):
        return jsonify(error="refused"), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        asked = Money(sent["amount"], sent["currency"])
        page = _sandbox().books.open(sent["reference"], asked, sent["return_url"])
    except (Changed, ValueError, TypeError):
        return jsonify(error="refused"), HTTPStatus.CONFLICT
    return _answer(_sandbox().answer_about(page, _home()), fault)


def _is_order(sent: object) -> bool:
    texts = ("reference", "currency", "return_url")
    return isinstance(sent, Mapping) and all(isinstance(sent.get(name), str) for name in texts) and "amount" in sent


@blueprint.get("/v1/pages")
def ask() -> Response | tuple[Response, int]:
    """What became of the page opened for ?reference=."""
    _check_token()
    fault = _next_fault()
    page = _sandbox().books.find(request.args.get("reference", ""))
    if page is None:
        return jsonify(error="unknown"), HTTPStatus.NOT_FOUND
    return _answer(_sandbox().answer_about(page, _home()), fault)


@blueprint.get("/v1/disputes")
def list_disputes() -> Response | tuple[Response, int]:
    """The references of disputes that changed at ?since=, seconds since 1970, or later."""
    _check_token()
    fault = _next_fault()
    try:
        since = int(request.args["since"])
    except (KeyError, ValueError):
        return jsonify(error="refused"), HTTPStatus.UNPROCESSABLE_ENTITY
    found = [{"reference": reference} for reference in _sandbox().disputes.changed_since(since)]
    return _answer({"disputes": found}, fault)


@blueprint.post("/v1/refunds")
def refund() -> Response | tuple[Response, int]:
    """Pays back for {key, reference, amount, currency}; the same key gets the same refund."""
    _check_token()
    fault = _next_fault()
    sent = request.get_json()
    try:
        if fault.get("kind") == "refuse":
            raise NotRefundable
        made = _sandbox().refunds.refund(sent["key"], sent["reference"], Money(sent["amount"], sent["currency"]))
    except (NotRefundable, KeyError, ValueError, TypeError):
        return jsonify(error="refused"), HTTPStatus.CONFLICT
    return _answer(made.as_answer(), fault)


@blueprint.get("/v1/refunds")
def ask_refund() -> Response | tuple[Response, int]:
    """What became of the refund ordered under ?key=."""
    _check_token()
    fault = _next_fault()
    made = _sandbox().refunds.by_key.get(request.args.get("key", ""))
    if made is None:
        return jsonify(error="unknown"), HTTPStatus.NOT_FOUND
    return _answer(made.as_answer(), fault)


def _answer(content: dict[str, object], fault: dict[str, float | str]) -> Response:
    answer = jsonify(content)
    if fault.get("kind") == "slow":
        time.sleep(float(fault["seconds"]))
    elif fault.get("kind") == "error":
        answer = Response("upstream failed", HTTPStatus.BAD_GATEWAY)
    elif fault.get("kind") == "garbage":
        answer = Response('{"id": "page_', HTTPStatus.OK, content_type="application/json")
    return answer


@blueprint.post("/v1/faults")
def misbehave() -> Response:
    """The next {times} answers of the interface are of {kind}: slow (by {seconds}), error, garbage or refuse."""
    _check_token()
    wanted = request.get_json()
    _sandbox().faults += [wanted] * int(wanted.get("times", 1))
    return jsonify(ok=True)


def _next_fault() -> dict[str, float | str]:
    faults = _sandbox().faults
    return faults.pop(0) if faults else {}


@blueprint.get("/pages/<page_id>")
def show(page_id: str) -> str:
    """The hosted page."""
    return _payment_page(page_id)


def _payment_page(page_id: str, refused: bool = False) -> str:
    page = _sandbox().books.pages.get(page_id)
    if page is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "page.html",
        page=page,
        outcomes=OUTCOMES,
        number=TEST_NUMBER,
        refused=refused,
        dispute=_dispute_state(page),
        choices=CHOICES,
    )


def _dispute_state(page: Page) -> str:
    known = _sandbox().disputes.by_reference.get(page.reference)
    return known.state if known else ""


@blueprint.post("/pages/<page_id>/dispute")
def dispute(page_id: str) -> Redirect:
    """What the payer's bank does about a payment; `silently` sends no notification."""
    sandbox, page, name = _sandbox(), _sandbox().books.pages.get(page_id), request.form.get("choice", "")
    if page is None or name not in CHOICES:
        abort(HTTPStatus.NOT_FOUND)
    if sandbox.disputes.change(page.reference, name) is None:
        abort(HTTPStatus.CONFLICT)
    if not request.form.get("silently"):
        sandbox.notifier.send("page.disputed", sandbox.answer_about(page, _home()), 1)
    return redirect(f"/pages/{page_id}", HTTPStatus.SEE_OTHER)


@blueprint.post("/pages/<page_id>")
def choose(page_id: str) -> Redirect | tuple[str, int]:
    """What the payer chose to happen; then back to where they came from."""
    sandbox, page, name = _sandbox(), _sandbox().books.pages.get(page_id), request.form.get("outcome", "")
    if page is None or name not in OUTCOMES:
        abort(HTTPStatus.NOT_FOUND)
    outcome = OUTCOMES[name]
    if outcome.state == "paid" and request.form.get("number", "").replace(" ", "") != TEST_NUMBER.replace(" ", ""):
        return _payment_page(page_id, refused=True), HTTPStatus.UNPROCESSABLE_ENTITY
    home = _home()
    if outcome.late:
        sandbox.notifier.after(sandbox.late_seconds, lambda: _end(sandbox, page_id, name, home))
    else:
        _end(sandbox, page_id, name, home)
    return redirect(page.return_url, HTTPStatus.SEE_OTHER)


def _end(sandbox: Sandbox, page_id: str, name: str, home: str) -> None:
    outcome = OUTCOMES[name]
    ended = sandbox.books.close(page_id, outcome)
    if ended is not None:
        sandbox.notifier.send(f"page.{ended.state}", sandbox.answer_about(ended, home), outcome.notices)


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
    late = float(os.environ.get("MAHJAR_PROVIDER_LATE_SECONDS", LATE_SECONDS))
    secret = os.environ["MAHJAR_PROVIDER_SECRET"].split(",")[0]
    serving = server(create_app(secret, notify, late, os.environ.get("MAHJAR_MAILDIR", "")))
    print(f"card provider (sandbox) on port {serving.port}", flush=True)
    serving.serve_forever()


if __name__ == "__main__":
    main()
