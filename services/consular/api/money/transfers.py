"""Bank transfers over HTTP: what a payer needs to send money, and the bank's statements at the desk."""

from typing import Any

from flask import Blueprint, request
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from services.consular.api.request import Keyed, mission_session, page_number, run_once_here
from services.consular.payments.transfers import import_statement
from services.consular.payments.transfers.statements.read import MAX_BYTES
from services.consular.views.money import bank
from services.consular.workflow.money import settle
from services.consular.workflow.money.transfers import bank_decisions, settle_transfer, transfer_terms
from shared.errors import Conflict, NotFound, Refusal, TooLarge
from shared.values.references import is_valid
from shared.web.service import allowed, body, current_actor, database, settings, transaction

blueprint = Blueprint("transfers", __name__)
# So many new lines are settled while the officer waits; the service's job settles the others.
SETTLED_AT_ONCE = 20
CHOICE = validate.Length(1, 40, error="unknown_choice")


class AssignRequest(Keyed):
    """The application that money is for, in any spelling."""

    application = fields.String(required=True, validate=validate.Length(1, 300, error="too_long"))


class BookRequest(Keyed):
    """What a line was for; `refund` is the one it paid or brought back, in any spelling."""

    kind = fields.String(required=True, validate=CHOICE)
    refund = fields.String(load_default="", validate=validate.Length(max=300, error="too_long"))


class OverrideRequest(Keyed):
    """An override, with its reason in plain words."""

    kind = fields.String(required=True, validate=CHOICE)
    reason = fields.String(load_default="")


class Verdict(Keyed):
    """The second person's decision."""

    verdict = fields.String(required=True, validate=validate.OneOf(("approve", "decline"), error="unknown_choice"))


def check_transfers() -> None:
    """Raises Refusal (merchant_missing) outside demo mode where nobody is named who takes the money."""
    if not settings().names_merchant:
        raise Refusal("merchant_missing")


@blueprint.post("/applications/<reference>/transfer")
@allowed("transfer.read")
def choose(reference: str) -> dict[str, Any]:
    """Account, amount and reference, at a price that is still valid: a new price is said before anything is sent."""
    check_transfers()
    with mission_session(reference) as session:
        _, change = settle.order_to_pay(session, current_actor(), reference)
        shown = transfer_terms.terms(session, current_actor(), reference)
    if change is not None:
        raise Conflict("price_changed", **change.serialise())
    return shown


@blueprint.get("/applications/<reference>/transfer")
@allowed("transfer.read")
def terms(reference: str) -> dict[str, Any]:
    """The same, changing nothing."""
    check_transfers()
    with mission_session(reference) as session:
        return transfer_terms.terms(session, current_actor(), reference)


@blueprint.get("/desk/bank")
@allowed("bank.read")
def overview() -> dict[str, Any]:
    """What is in suspense, the files that came, the overrides that wait."""
    with transaction() as session:
        return bank.overview(session, current_actor(), page_number())


@blueprint.post("/desk/bank/statements")
@allowed("bank.import")
def import_file() -> tuple[dict[str, Any], int]:
    """Imports a file of raw bytes, and settles what is new; of a longer file the job settles the rest."""
    # One more than allowed, so that a file which is too large is answered as such.
    request.max_content_length = MAX_BYTES + 1024
    if (request.content_length or 0) > MAX_BYTES:
        raise TooLarge("statement_too_large", field="file")
    content, actor = request.get_data(cache=False), current_actor()
    with transaction() as session:
        file = bank.file_view(import_statement.import_file(session, actor, request.args.get("filename", ""), content))
    settle_transfer.settle_new(database(), actor, SETTLED_AT_ONCE)
    return file, 201


@blueprint.get("/desk/bank/lines/<reference>")
@allowed("bank.read")
def line(reference: str) -> dict[str, Any]:
    """One line, and whose it may be."""
    with transaction() as session:
        return bank.detail(session, current_actor(), _valid(reference))


@blueprint.post("/desk/bank/lines/<reference>/take")
@allowed("bank.match")
def take(reference: str) -> dict[str, Any]:
    """The actor answers for the line from now on."""
    with transaction() as session:
        return {"owner": bank_decisions.take(session, current_actor(), _valid(reference)).owner}


@blueprint.post("/desk/bank/lines/<reference>/assign")
@allowed("bank.match")
def assign(reference: str) -> dict[str, Any]:
    """Uses the money for an application, once for each key."""
    request_body = body(AssignRequest)

    def act(session: Session) -> dict[str, Any]:
        payment = bank_decisions.assign(session, current_actor(), _valid(reference), request_body["application"])
        return {"payment": payment.reference if payment else None}

    content = {"verb": "assign", "about": reference, "application": request_body["application"]}
    return run_once_here(request_body["key"], content, act)


@blueprint.post("/desk/bank/lines/<reference>/book")
@allowed("bank.match")
def book(reference: str) -> dict[str, Any]:
    """Books the line into the account it belongs to, once for each key."""
    asked = body(BookRequest)

    def act(session: Session) -> dict[str, Any]:
        bank_decisions.book(session, current_actor(), _valid(reference), asked["kind"], asked["refund"])
        return {"line": reference}

    content = {"verb": "book", "about": reference, "kind": asked["kind"], "refund": asked["refund"]}
    return run_once_here(asked["key"], content, act)


@blueprint.post("/desk/bank/lines/<reference>/override")
@allowed("bank.match")
def override(reference: str) -> tuple[dict[str, Any], int]:
    """Proposes an override to a second person, once for each key."""
    asked = body(OverrideRequest)

    def act(session: Session) -> dict[str, Any]:
        decision = bank_decisions.propose(session, current_actor(), _valid(reference), asked["kind"], asked["reason"])
        return {"decision": decision.reference}

    content = {"verb": "override", "about": reference, "kind": asked["kind"], "reason": asked["reason"]}
    return run_once_here(asked["key"], content, act), 201


@blueprint.post("/desk/bank/decisions/<reference>")
@allowed("bank.decide")
def decide(reference: str) -> dict[str, Any]:
    """Applies the second person's decision, once for each key."""
    asked = body(Verdict)

    def act(session: Session) -> dict[str, Any]:
        is_approved = asked["verdict"] == "approve"
        return {"state": bank_decisions.decide(session, current_actor(), _valid(reference), approved=is_approved).state}

    return run_once_here(asked["key"], {"verb": asked["verdict"], "about": reference}, act)


def _valid(reference: str) -> str:
    if not is_valid(reference):
        raise NotFound()
    return reference
