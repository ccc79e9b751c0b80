"""Refunds at the desk: the list with their ages, how each is paid, files for the bank, and what the bank did."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import ValidationError, fields, validate
from sqlalchemy.orm import Session

from services.consular.api.money.prices import refund_provider
from services.consular.api.request import Keyed, mission_session, page_number, run_once, run_once_here
from services.consular.payments.refunds import listing, prepare, send, transfer_file
from services.consular.payments.refunds.credit_transfer import Account
from services.consular.payments.refunds.ibans import read_iban
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.prepare import HOLDER_LENGTH, REASON_LENGTH, Payout
from services.consular.payments.refunds.rules import CARD, METHODS, TRANSFER, RefundState
from services.consular.workflow.money import refunds
from shared.errors import Invalid
from shared.values.latin import is_latin_name, plain_latin
from shared.values.money import Money, exponent
from shared.values.person import strip_controls
from shared.web.service import allowed, body, current_actor, database, transaction

blueprint = Blueprint("refunds", __name__, url_prefix="/desk/refunds")
IBAN_LENGTH = 60


def _is_currency(code: str) -> None:
    try:
        exponent(code)
    except ValueError as error:
        raise ValidationError("unknown_choice") from error


def _is_failure(code: str) -> None:
    if code not in refunds.FAILURES:
        raise ValidationError("unknown_choice" if code else "required")


class Seen(Keyed):
    """The amount the officer saw, in minor units."""

    amount = fields.Integer(required=True, strict=True)
    currency = fields.String(required=True, validate=_is_currency)


class PayoutRequest(Seen):
    """How a refund is to be paid; the reason where it does not go back the way it came."""

    method = fields.String(required=True, validate=validate.OneOf(METHODS, error="unknown_choice"))
    override = fields.String(load_default="", validate=validate.Length(max=REASON_LENGTH, error="too_long"))
    iban = fields.String(load_default="", validate=validate.Length(max=IBAN_LENGTH, error="too_long"))
    account_holder = fields.String(load_default="", validate=validate.Length(max=HOLDER_LENGTH, error="too_long"))


class Declined(Seen):
    """Why what was prepared is declined, in plain words."""

    reason = fields.String(load_default="")


class Failure(Seen):
    """The code of why the bank did not pay, or sent the money back."""

    failure = fields.String(required=True, validate=_is_failure)


class FileRequest(Keyed):
    """A file of all approved transfers of a currency, out of the mission's account."""

    currency = fields.String(required=True, validate=_is_currency)
    iban = fields.String(required=True, validate=validate.Length(max=IBAN_LENGTH, error="too_long"))
    account_holder = fields.String(required=True, validate=validate.Length(max=HOLDER_LENGTH, error="too_long"))


@blueprint.get("")
@allowed("refund.list")
def list_refunds() -> dict[str, Any]:
    """The mission's refunds that are not paid, the oldest first, and the latest paid ones; files for the bank."""
    with transaction() as session:
        return listing.listing(session, current_actor(), page_number())


@blueprint.get("/<reference>")
@allowed("refund.list")
def show_refund(reference: str) -> dict[str, Any]:
    """One refund; the read is recorded."""
    with mission_session(reference) as session:
        return listing.detail(session, current_actor(), reference)


@blueprint.post("/<reference>/prepare")
@allowed("refund.prepare")
def prepare_refund(reference: str) -> dict[str, Any]:
    """Chooses how a refund is paid; a card refund that needs no second person is sent at once."""
    request_body, seen = _seen(PayoutRequest)
    payout = Payout(request_body["method"], request_body["override"])
    if payout.method == TRANSFER:
        payout = Payout(payout.method, payout.override, *_account(request_body))
    return _act(
        reference,
        request_body,
        "prepare",
        lambda session, actor: prepare.prepare(session, actor, reference, seen, payout),
    )


@blueprint.post("/<reference>/approve")
@allowed("refund.approve")
def approve(reference: str) -> dict[str, Any]:
    """Adds the second signature; a card refund is sent at once."""
    request_body, seen = _seen(Seen)
    return _act(
        reference, request_body, "approve", lambda session, actor: prepare.approve(session, actor, reference, seen)
    )


@blueprint.post("/<reference>/decline")
@allowed("refund.approve")
def decline(reference: str) -> dict[str, Any]:
    """Declines what was prepared, with a reason."""
    request_body, seen = _seen(Declined)
    reason = request_body["reason"]
    return _act(
        reference,
        request_body,
        "decline",
        lambda session, actor: prepare.decline(session, actor, reference, seen, reason),
    )


@blueprint.post("/<reference>/payout")
@allowed("refund.pay")
def pay_cash(reference: str) -> dict[str, Any]:
    """Pays an approved refund out of the officer's till."""
    request_body, seen = _seen(Seen)
    return _act(
        reference, request_body, "payout", lambda session, actor: refunds.pay_cash(session, actor, reference, seen)
    )


@blueprint.post("/<reference>/confirm")
@allowed("refund.confirm")
def confirm(reference: str) -> dict[str, Any]:
    """Records that the bank paid a transfer."""
    request_body, seen = _seen(Seen)
    return _act(
        reference,
        request_body,
        "confirm",
        lambda session, actor: refunds.confirm_transfer(session, actor, reference, seen),
    )


@blueprint.post("/<reference>/fail")
@allowed("refund.confirm")
def fail(reference: str) -> dict[str, Any]:
    """Records that the bank did not pay a transfer, or sent its money back."""
    request_body, seen = _seen(Failure)
    failure = request_body["failure"]
    return _act(
        reference,
        request_body,
        "fail",
        lambda session, actor: refunds.confirm_transfer(session, actor, reference, seen, failure),
    )


@blueprint.post("/files")
@allowed("refund.file")
def write_file() -> tuple[dict[str, Any], int]:
    """Writes a file of the approved transfers of a currency, once for each key."""
    request_body = body(FileRequest)
    debtor = Account(*_account(request_body))

    def act(session: Session) -> dict[str, Any]:
        return {
            "file": transfer_file.write(session, current_actor(), request_body["currency"], debtor).reference,
        }

    content = {"verb": "refund_file", "currency": request_body["currency"], "iban": debtor.iban}
    return run_once_here(request_body["key"], content, act), 201


@blueprint.get("/files/<reference>")
@allowed("refund.file")
def read_file(reference: str) -> Response:
    """A file as it was written."""
    with mission_session(reference) as session:
        content = transfer_file.read(session, current_actor(), reference).content
    return Response(content, content_type="application/xml; charset=utf-8")


def _seen(schema: type[Seen]) -> tuple[dict[str, Any], Money]:
    request_body = body(schema)
    return request_body, Money(request_body["amount"], request_body["currency"])


def _account(request_body: dict[str, Any]) -> tuple[str, str]:
    """The checked account. Raises Invalid with a code per field."""
    wrong: dict[str, str] = {}
    iban, holder = "", plain_latin(strip_controls(request_body["account_holder"]))
    try:
        iban = read_iban(request_body["iban"])
    except ValueError:
        wrong["iban"] = "iban" if request_body["iban"].strip() else "required"
    if not is_latin_name(holder):
        wrong["account_holder"] = "not_latin" if holder else "required"
    if wrong:
        raise Invalid(errors=wrong)
    return iban, holder


def _act(reference: str, request_body: dict[str, Any], verb: str, act: Any) -> dict[str, Any]:
    """Acts once for each key, then sends a card refund that is approved: the call stands between two transactions."""
    actor = current_actor()

    def run(session: Session) -> dict[str, Any]:
        return _head(act(session, actor))

    content = {"verb": verb, **{name: value for name, value in request_body.items() if name != "key"}}
    answer = run_once(reference, request_body["key"], content, run)
    if answer["method"] == CARD and answer["state"] == RefundState.APPROVED:
        state = send.send(database(), actor, refund_provider(), refunds.by_answer, reference)
        return {**answer, "state": state.value}
    return answer


def _head(refund: Refund) -> dict[str, Any]:
    return {"reference": refund.reference, "state": refund.state, "method": refund.method, "slip": refund.slip}
