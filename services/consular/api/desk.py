"""The desk's routes: the queue, one case, the officers' verdicts, and the collection of passports."""

from typing import Any

from flask import Blueprint, request
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from services.consular.api.request import TEXT, Keyed, mission_session, run_once
from services.consular.applications.model import Application
from services.consular.passports import collect
from services.consular.passports.reprint import reprint
from services.consular.people.refusals import WrongPerson
from services.consular.views import application_view
from services.consular.views.queue import queue
from services.consular.workflow import review
from shared.values.digits import ascii_digits, is_digits
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
LAST_PAGE = 1_000


class ReasonedVerdict(Keyed):
    """A verdict with its reason's code, and a note in plain words for the applicant."""

    key = fields.String(load_default="", validate=validate.Length(max=100, error="too_long"))
    reason = fields.String(load_default="")
    note = fields.String(load_default="", allow_none=True)


class Collection(Keyed):
    """The national number on the identity document shown at the counter."""

    national_number = fields.String(required=True, validate=validate.Length(max=40, error="too_long"))


@blueprint.get("/queue")
@allowed("desk.queue")
def list_queue() -> dict[str, Any]:
    """The mission's files by status, transaction, reference or national number."""
    filters = {name: request.args.get(name, "")[:TEXT] for name in ("status", "transaction", "q")}
    with transaction() as session:
        return queue(session, current_actor(), filters["status"], filters["transaction"], filters["q"].strip(), _page())


def _page() -> int:
    page_textst_body = ascii_digits(request.args.get("page", "1"))[:9]
    return min(max(int(page_textst_body), 1), LAST_PAGE) if is_digits(page_textst_body) else 1


@blueprint.get("/cases/<reference>")
@allowed("desk.case")
def case(reference: str) -> dict[str, Any]:
    """One file with person, facts and history; the read is recorded with its reason."""
    with mission_session(reference) as session:
        return application_view.case(session, current_actor(), reference, request.args.get("reason", "")[:TEXT] or None)


@blueprint.post("/cases/<reference>/accept")
@allowed("desk.accept")
def accept(reference: str) -> dict[str, Any]:
    """Forwards to the authorities."""
    key = body(Keyed)["key"]
    return run_once(
        reference, key, {"verb": "accept"}, lambda session: _head(review.accept(session, current_actor(), reference))
    )


@blueprint.post("/cases/<reference>/return")
@allowed("desk.return")
def return_for_correction(reference: str) -> dict[str, Any]:
    """Returns for correction."""
    request_body = body(ReasonedVerdict)

    def act(session: Session) -> dict[str, Any]:
        return _head(
            review.return_for_correction(
                session, current_actor(), reference, request_body["reason"], request_body["note"] or ""
            )
        )

    return _run_once_if_keyed(reference, request_body, "return", act)


@blueprint.post("/cases/<reference>/refuse")
@allowed("desk.refuse")
def refuse(reference: str) -> dict[str, Any]:
    """Refuses; paid money is owed back."""
    request_body = body(ReasonedVerdict)

    def act(session: Session) -> dict[str, Any]:
        return _head(
            review.refuse(session, current_actor(), reference, request_body["reason"], request_body["note"] or "")
        )

    return _run_once_if_keyed(reference, request_body, "refuse", act)


@blueprint.post("/cases/<reference>/reprint")
@allowed("desk.reprint")
def reprint_passport(reference: str) -> dict[str, Any]:
    """Replaces a booklet that was spoiled before collection."""
    request_body = body(ReasonedVerdict)

    def act(session: Session) -> dict[str, Any]:
        return _head(reprint(session, current_actor(), reference, request_body["reason"]))

    return run_once(reference, request_body["key"], {"verb": "reprint", "reason": request_body["reason"]}, act)


@blueprint.post("/cases/<reference>/collect")
@allowed("desk.collect")
def collect_passport(reference: str) -> dict[str, Any]:
    """Hands the passport to its holder. Another person's attempt is recorded, and changes nothing."""
    request_body = body(Collection)

    def act(session: Session) -> dict[str, Any]:
        return _head(collect.collect(session, current_actor(), reference, request_body["national_number"]))

    try:
        return run_once(
            reference, request_body["key"], {"verb": "collect", "shown": request_body["national_number"]}, act
        )
    except WrongPerson:
        with mission_session(reference) as session:
            collect.record_wrong_person(session, current_actor(), reference)
        raise


def _run_once_if_keyed(reference: str, request_body: dict[str, Any], verb: str, act: Any) -> dict[str, Any]:
    """Runs a verdict with or without a key: a verdict that closes a stage cannot be repeated anyway."""
    if not request_body["key"]:
        with mission_session(reference) as session:
            answer: dict[str, Any] = act(session)
            return answer
    content = {"verb": verb, "reason": request_body["reason"], "note": request_body["note"]}
    return run_once(reference, request_body["key"], content, act)


def _head(application: Application) -> dict[str, Any]:
    return {"reference": application.reference, "status": application.status}
