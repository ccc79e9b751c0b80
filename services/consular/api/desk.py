"""The desk's routes: the queue, one case, the officers' verdicts, and the collection of passports."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular.api.request import (
    TEXT,
    Keyed,
    agent_key,
    head,
    mission_session,
    page_number,
    run_once,
    run_once_for_holder,
)
from services.consular.applications.model import Application
from services.consular.passports import collect
from services.consular.views.case import read_case
from services.consular.views.queue import EXPORT_ROWS, PAGE_ROWS, Filters, queue
from services.consular.workflow import assign, overrides, review
from shared.catalogue.reasons import ANSWER, PAPER
from shared.identity.actor import Actor
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
ASSIGNING: dict[str, Callable[[Session, Actor, str], Application]] = {
    "take": assign.take,
    "takeover": overrides.ask_takeover,
    "release": assign.release,
}


class ReasonedVerdict(Keyed):
    """A verdict with its reason's code, and a note in plain words for the applicant."""

    key = fields.String(load_default="", validate=validate.Length(max=100, error="too_long"))
    reason = fields.String(load_default="")
    note = fields.String(load_default="", allow_none=True)


class Assignment(Schema):
    """Whose case it is from now on."""

    change = fields.String(required=True, validate=validate.OneOf(tuple(ASSIGNING), error="unknown_choice"))


class Assignments(Schema):
    """A request that assigns several cases of a list."""

    references = fields.List(
        fields.String(validate=validate.Length(max=TEXT, error="too_long")),
        required=True,
        validate=validate.Length(1, assign.LONGEST_LIST, error="too_long"),
    )


class NextCase(Schema):
    """Of which transaction, and after which case; both may be empty."""

    transaction = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))
    after = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))


class Mark(Schema):
    """A paper or an answer that has to be put right, with its reason's code and words."""

    kind = fields.String(required=True, validate=validate.OneOf((PAPER, ANSWER), error="unknown_choice"))
    name = fields.String(required=True, validate=validate.Length(1, 60, error="too_long"))
    reason = fields.String(required=True)
    note = fields.String(load_default="", allow_none=True)


class Return(ReasonedVerdict):
    """What is marked; without marks the whole application is returned for one reason."""

    items = fields.List(
        fields.Nested(Mark, unknown=EXCLUDE), load_default=list, validate=validate.Length(max=100, error="too_long")
    )


class Collection(Keyed):
    """The national number on the identity document shown at the counter."""

    national_number = fields.String(required=True, validate=validate.Length(max=300, error="too_long"))


@blueprint.get("/queue")
@allowed("desk.queue")
def list_queue() -> dict[str, Any]:
    """The mission's files by status, transaction, reference or national number."""
    status, slug, sought = (request.args.get(name, "")[:TEXT] for name in ("status", "transaction", "q"))
    officer = (current_actor().id or "") if request.args.get("mine") else ""
    whole = bool(request.args.get("whole"))
    rows, page = (EXPORT_ROWS, 1) if whole else (PAGE_ROWS, page_number())
    with transaction() as session:
        return queue(session, current_actor(), Filters(status, slug, sought.strip(), officer, page, rows))


@blueprint.post("/cases/<reference>/assign")
@allowed("desk.assign")
def assign_case(reference: str) -> dict[str, Any]:
    """Assigns a case in review to the officer, or ends that; `takeover` asks a second person for another's."""
    change = body(Assignment)["change"]
    with mission_session(reference) as session:
        return head(ASSIGNING[change](session, current_actor(), reference))


@blueprint.post("/assignments")
@allowed("desk.assign")
def assign_cases() -> dict[str, list[str]]:
    """Assigns those of several cases that are free."""
    references = body(Assignments)["references"]
    with transaction() as session:
        return assign.take_many(session, current_actor(), references)


@blueprint.post("/next")
@allowed("desk.assign")
def next_case() -> dict[str, str | None]:
    """Assigns the next case the officer can decide, and names it."""
    wanted = body(NextCase)
    with transaction() as session:
        return {"reference": assign.take_next(session, current_actor(), wanted["transaction"], wanted["after"])}


@blueprint.get("/cases/<reference>")
@allowed("desk.case")
def case(reference: str) -> dict[str, Any]:
    """One file with person, facts and history; the read is recorded with its reason."""
    with mission_session(reference) as session:
        return read_case(session, current_actor(), reference, request.args.get("reason", "")[:TEXT] or None)


@blueprint.post("/cases/<reference>/accept")
@allowed("desk.accept")
def accept(reference: str) -> dict[str, Any]:
    """Forwards to the authorities."""
    key = body(Keyed)["key"]
    return run_once(
        reference, key, {"verb": "accept"}, lambda session: head(review.accept(session, current_actor(), reference))
    )


@blueprint.post("/cases/<reference>/return")
@allowed("desk.return")
def return_for_correction(reference: str) -> dict[str, Any]:
    """Returns for correction: what is marked alone, or the whole."""
    sent = body(Return)
    if not sent["items"]:
        return _reasoned_verdict(reference, "return", review.return_for_correction)

    def act(session: Session) -> dict[str, Any]:
        items, note = [{**one, "note": one["note"] or ""} for one in sent["items"]], sent["note"] or ""
        return head(review.return_marked(session, current_actor(), reference, items, note))

    if not sent["key"]:
        with mission_session(reference) as session:
            return act(session)
    return run_once(reference, sent["key"], {"verb": "return", "items": sent["items"], "note": sent["note"]}, act)


@blueprint.post("/cases/<reference>/refuse")
@allowed("desk.refuse")
def refuse(reference: str) -> dict[str, Any]:
    """Refuses; paid money is owed back."""
    return _reasoned_verdict(reference, "refuse", review.refuse)


@blueprint.post("/cases/<reference>/reprint")
@allowed("desk.reprint")
def reprint_passport(reference: str) -> dict[str, Any]:
    """Asks a second person to have a booklet replaced that was spoiled before collection."""
    request_body = body(ReasonedVerdict)

    def act(session: Session) -> dict[str, Any]:
        return head(overrides.ask_reprint(session, current_actor(), reference, request_body["reason"]))

    return run_once(reference, request_body["key"], {"verb": "reprint", "reason": request_body["reason"]}, act)


@blueprint.post("/cases/<reference>/collect")
@allowed("desk.collect")
def collect_passport(reference: str) -> dict[str, Any]:
    """Hands the passport to its holder, or whoever may have it for them. Another person's attempt is recorded."""
    request_body = body(Collection)

    def act(session: Session) -> dict[str, Any]:
        shown = request_body["national_number"]
        return head(collect.collect(session, current_actor(), reference, shown, agent_key))

    content = {"verb": "collect", "shown": request_body["national_number"]}
    return run_once_for_holder(reference, request_body["key"], content, act, collect.record_wrong_person)


def _reasoned_verdict(
    reference: str, verb: str, decide: Callable[[Session, Actor, str, str, str], Application]
) -> dict[str, Any]:
    """Runs a verdict with or without a key: a verdict that closes a stage cannot be repeated anyway."""
    request_body = body(ReasonedVerdict)

    def act(session: Session) -> dict[str, Any]:
        return head(decide(session, current_actor(), reference, request_body["reason"], request_body["note"] or ""))

    if not request_body["key"]:
        with mission_session(reference) as session:
            return act(session)
    content = {"verb": verb, "reason": request_body["reason"], "note": request_body["note"]}
    return run_once(reference, request_body["key"], content, act)
