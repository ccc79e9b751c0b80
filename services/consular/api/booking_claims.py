"""Older bookings over HTTP where they concern applications: declare a phase, import a file, claim a booking."""

from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.api.request import Keyed, Stated, head, run_once_here
from services.consular.applications import idempotency
from services.consular.bookings import import_bookings, phases
from services.consular.workflow.bookings.claim_booking import claim, record_miss
from services.consular.workflow.bookings.expire_bookings import notify_holder
from shared.errors import Invalid, NotFound
from shared.web.service import allowed, body, current_actor, keys, transaction

blueprint = Blueprint("claims", __name__)


class Claim(Keyed, Stated):
    """The older platform's reference, its transaction, and the register's statements about the claimant."""

    reference = fields.String(required=True, validate=validate.Length(1, 300, error="too_long"))
    transaction = fields.String(required=True, validate=validate.Length(1, 60, error="too_long"))


class Terms(Keyed):
    """The terms of a phase; `check_questions` reads them."""

    terms = fields.Dict(keys=fields.String(), required=True)


class FileAnswers(Schema):
    """What a person says about a previewed file: the order of its days, and whether lost zeros are restored."""

    date_order = fields.String(load_default=None, allow_none=True)
    restore_zeros = fields.Boolean(load_default=False)


class Verdict(Schema):
    """The decision on a previewed file."""

    verdict = fields.String(required=True, validate=validate.OneOf(("keep", "drop"), error="unknown_choice"))


@blueprint.post("/desk/bookings/phases")
@allowed("booking.import")
def declare() -> tuple[dict[str, Any], int]:
    """Declares a phase, once for each key."""
    request_body, actor = body(Terms), current_actor()

    def act(session: Session) -> dict[str, Any]:
        return phases.serialise(
            phases.declare(session, actor, request_body["terms"]), missions.today(session, session.info["mission"])
        )

    content = {"verb": "declare_phase", "terms": request_body["terms"]}
    return run_once_here(request_body["key"], content, act), 201


@blueprint.post("/desk/bookings/imports/<reference>")
@allowed("booking.import")
def decide(reference: str) -> dict[str, Any]:
    """Imports a file's good rows and notifies known holders, or drops the file."""
    verdict, actor = body(Verdict)["verdict"], current_actor()
    with transaction() as session:
        if verdict == "drop":
            return import_bookings.serialise(import_bookings.drop(session, actor, reference))
        booking_import = import_bookings.import_file(session, actor, reference)
        notify_holder(session, actor, booking_import)
        return import_bookings.serialise(booking_import)


@blueprint.post("/desk/bookings/imports/<reference>/answers")
@allowed("booking.import")
def answer(reference: str) -> dict[str, Any]:
    """Reads a previewed file again by the answers about it."""
    answers = body(FileAnswers)
    with transaction() as session:
        booking_import = import_bookings.answer(
            session, current_actor(), reference, answers["date_order"], restore_zeros=answers["restore_zeros"]
        )
        session.refresh(booking_import)
        return import_bookings.serialise(booking_import)


@blueprint.post("/bookings/claim")
@allowed("booking.claim")
def make() -> tuple[dict[str, Any], int]:
    """Claims a booking as a draft with its booked day. A failed claim is recorded in a separate transaction."""
    request_body, actor = body(Claim), current_actor()
    if not actor.mission:
        raise Invalid("required", field="mission")
    content = {"verb": "claim", "reference": request_body["reference"], "transaction": request_body["transaction"]}

    def act(session: Session) -> dict[str, Any]:
        application = claim(
            session, actor, keys(), request_body["reference"], request_body["transaction"], request_body["statements"]
        )
        return head(application)

    try:
        with transaction() as session:
            answer = idempotency.run_once(
                session, actor, actor.mission, request_body["key"], content, lambda: act(session)
            )
            return answer, 201
    except NotFound:
        with transaction() as session:
            record_miss(session, actor)
        raise
