"""The card provider's interface: the part of the Stripe API that the platform uses, with keys that are replayed."""

import hmac
import json
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, request

from deploy.demo.sandbox.disputes import DisputeBooks
from deploy.demo.sandbox.notices import Notifier
from deploy.demo.sandbox.objects import Object, Writer, as_list, created_within, newest_first
from deploy.demo.sandbox.pages import Books, Page
from deploy.demo.sandbox.parameters import nested
from deploy.demo.sandbox.refunds import NotRefundable, RefundBooks
from shared.values.money import Money, exponent

blueprint = Blueprint("card_api", __name__)
SESSION_PARAMETERS = frozenset(
    "mode payment_method_types client_reference_id line_items adaptive_pricing payment_intent_data metadata success_url"
    " cancel_url expand".split()
)


class Sandbox:
    """What the routes share: books, notifier, key, and faults asked for by those who try out the platform."""

    def __init__(self, key: str, notifier: Notifier, late_seconds: float) -> None:
        self.key = key
        self.notifier = notifier
        self.late_seconds = late_seconds
        self.books = Books()
        self.refunds = RefundBooks()
        self.disputes = DisputeBooks(self.books)
        self.replies: dict[str, tuple[str, Object]] = {}
        self.replying = threading.Lock()
        self.faults: list[dict[str, float | str]] = []

    def writer(self, expand: list[str] | None = None) -> Writer:
        """Writes objects for a question, with the pages at its own address."""
        return Writer(self.refunds, self.disputes, request.host_url.rstrip("/"), expand or [])


class Refused(Exception):
    """What the interface answers with an error: its status, its kind and the words for it."""

    def __init__(self, message: str, status: int = HTTPStatus.BAD_REQUEST, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


def sandbox() -> Sandbox:
    found = current_app.extensions["sandbox"]
    assert isinstance(found, Sandbox)
    return found


def _params() -> dict[str, Any]:
    source = request.args if request.method == "GET" else request.form
    return nested(list(source.items(multi=True)))


@blueprint.errorhandler(Refused)
def refused(error: Refused) -> tuple[dict[str, object], int]:
    """As the Stripe API writes an error."""
    return {"error": {"type": error.kind, "message": str(error)}}, error.status


@blueprint.before_request
def check_key() -> None:
    """The interface is closed to strangers."""
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(key.encode(), sandbox().key.encode()):
        raise Refused("Invalid API Key provided", HTTPStatus.UNAUTHORIZED)


@blueprint.after_request
def with_fault(answer: Response) -> Response:
    """The work is done by now: a fault that was asked for spoils the answer alone."""
    faults = sandbox().faults
    fault = faults.pop(0) if faults and request.path.startswith("/v1/") else {}
    if fault.get("kind") == "slow":
        time.sleep(float(fault["seconds"]))
    elif fault.get("kind") == "error":
        return Response("upstream failed", HTTPStatus.BAD_GATEWAY)
    elif fault.get("kind") == "garbage":
        return Response('{"id": "cs_', HTTPStatus.OK, content_type="application/json")
    return answer


def _replayed(act: Callable[[dict[str, Any]], Object]) -> Object:
    """Does something once for a key of its request: the same words get the same answer, others an error."""
    params, key = _params(), request.headers.get("Idempotency-Key", "")
    words = json.dumps([request.path, params], sort_keys=True)
    with sandbox().replying:
        if sandbox().faults[:1] == [{"kind": "refuse"}]:
            sandbox().faults.pop(0)
            raise Refused("refused, as was asked for")
        known = sandbox().replies.get(key)
        if known is not None and known[0] != words:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
            )
            raise Refused(message, kind="idempotency_error")
        answer = known[1] if known is not None else act(params)
        sandbox().replies[key] = words, answer
        return answer


@blueprint.post("/v1/checkout/sessions")
def create_session() -> Object:
    """Opens a page for one price."""
    return _replayed(lambda params: sandbox().writer(params.get("expand")).session(_open(params)))


def _open(params: dict[str, Any]) -> Page:
    unknown = params.keys() - SESSION_PARAMETERS
    if unknown:
        raise Refused(f"Received unknown parameters: {sorted(unknown)}")
    try:
        (line,) = params["line_items"]
        price = line["price_data"]
        asked = _chargeable(Money(int(price["unit_amount"]) * int(line["quantity"]), price["currency"].upper()))
        about = params["payment_intent_data"]["metadata"]
        urls = params["success_url"], params["cancel_url"]
        return sandbox().books.open(params["client_reference_id"], asked, *urls, about)
    except (KeyError, ValueError, TypeError) as error:
        raise Refused(f"malformed: {error}") from error


def _chargeable(money: Money) -> Money:
    """Raises ValueError for what no card is charged."""
    if money.amount <= 0 or (exponent(money.currency) == 3 and money.amount % 10):
        raise ValueError("amount")
    if money.currency.startswith("SYP"):
        raise ValueError("currency")
    return money


@blueprint.get("/v1/checkout/sessions")
def list_sessions() -> Object:
    """The pages that were opened in a time."""
    params = _params()
    found = [page for page in newest_first(sandbox().books) if created_within(page.opened_at, params)]
    writer = sandbox().writer(params.get("expand"))
    return as_list(request.path, [writer.session(page) for page in found], params)


@blueprint.get("/v1/checkout/sessions/<name>")
def find_session(name: str) -> Object:
    """A page, as it is now."""
    return sandbox().writer(_params().get("expand")).session(_page(name))


@blueprint.post("/v1/checkout/sessions/<name>/expire")
def expire_session(name: str) -> Object:
    """Ends an open page."""

    def act(params: dict[str, Any]) -> Object:
        expired = sandbox().books.expire(_page(name).id)
        if expired is None:
            raise Refused('Only Checkout Sessions with a status in ["open"] can be expired.')
        written = sandbox().writer(params.get("expand")).session(expired)
        sandbox().notifier.send("checkout.session.expired", written, 1)
        return written

    return _replayed(act)


def _page(name: str) -> Page:
    page = sandbox().books.pages.get(name) or sandbox().books.by_payment(name)
    if page is None:
        raise Refused(f"No such object: {name}", HTTPStatus.NOT_FOUND)
    return page


@blueprint.get("/v1/payment_intents/<name>")
def find_payment(name: str) -> Object:
    """A payment."""
    return sandbox().writer(_params().get("expand")).payment(_page(name))


@blueprint.post("/v1/refunds")
def create_refund() -> Object:
    """Pays back a part of a charge, or all of it."""

    def act(params: dict[str, Any]) -> Object:
        try:
            made = sandbox().refunds.refund(_page(params["charge"]), int(params["amount"]), params.get("metadata", {}))
        except (NotRefundable, KeyError, ValueError) as error:
            raise Refused("Refund amount is greater than unrefunded amount on charge") from error
        return sandbox().writer().refund(made)

    return _replayed(act)


@blueprint.get("/v1/refunds")
def list_refunds() -> Object:
    """The refunds of a charge."""
    params = _params()
    found = sandbox().refunds.of(_page(params.get("charge", "")))
    return as_list(request.path, [sandbox().writer().refund(one) for one in found], params)


@blueprint.get("/v1/disputes")
def list_disputes() -> Object:
    """The disputes that were opened in a time, or those about a charge."""
    params = _params()
    writer = sandbox().writer(params.get("expand"))
    found = [one for one in sandbox().disputes.opened_since(0) if created_within(one.opened_at, params)]
    charge = params.get("charge")
    rows = [writer.dispute(one) for one in found if charge in (None, one.page.charge)]
    return as_list(request.path, rows, params)


@blueprint.get("/v1/events")
def list_events() -> Object:
    """What was notified, or would have been."""
    return as_list(request.path, reversed(sandbox().notifier.events), _params())


@blueprint.get("/v1/events/<name>")
def find_event(name: str) -> Object:
    """One of them."""
    for event in sandbox().notifier.events:
        if event["id"] == name:
            return event
    raise Refused(f"No such event: {name}", HTTPStatus.NOT_FOUND)


@blueprint.post("/faults")
def misbehave() -> Object:
    """The next {times} answers of the interface are of {kind}: slow (by {seconds}), error, garbage or refuse."""
    wanted = request.get_json()
    times = int(wanted.pop("times", 1))
    sandbox().faults += [wanted] * times
    return {"ok": True}
