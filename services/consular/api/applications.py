"""An applicant's own routes: draft, answers, submission, withdrawal, views."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular.api.openings import free_times
from services.consular.api.request import TEXT, Keyed, Stated, head, mission_session, person_transaction, run_once
from services.consular.applications import idempotency
from services.consular.applications.behalf import Claim
from services.consular.appointments.seats.tiers import tier_of
from services.consular.inquiries import adopt as adopt_inquiries
from services.consular.views import list_applications
from services.consular.views.application import application_view
from services.consular.views.application.form_step import form_step
from services.consular.workflow import adopt_drafts, draft
from services.consular.workflow.outcomes import own_appointment
from services.consular.workflow.submit import submit
from services.consular.workflow.withdraw import withdraw
from shared.catalogue.model import AGENT, GUARDIAN, RELATIVE
from shared.errors import Invalid
from shared.web.service import allowed, body, current_actor, database, keys, transaction

blueprint = Blueprint("applications", __name__)


class BehalfRequest(Stated):
    """The capacity in which somebody applies for another person, with the registers' statements."""

    capacity = fields.String(
        required=True, validate=validate.OneOf((RELATIVE, AGENT, GUARDIAN), error="unknown_choice")
    )
    mandate = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=40, error="too_long"))


class Start(Keyed):
    """The transaction of a draft; optionally another person (`behalf`) and another mission than the actor's."""

    behalf = fields.Nested(BehalfRequest, unknown=EXCLUDE, allow_none=True, load_default=None)

    transaction = fields.String(required=True, validate=validate.Length(1, 60, error="too_long"))
    mission = fields.String(validate=validate.Regexp(r"[A-Z]{3}\Z", error="mission_unknown"), allow_none=True)


class Answers(Schema):
    """Answers by question; each is checked by the catalogue."""

    answers = fields.Dict(keys=fields.String(), required=True, validate=validate.Length(max=200, error="too_long"))
    seen = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64, error="too_long"))


class Submission(Keyed, Stated):
    """The submission of a draft, with the registers' statements."""


@blueprint.post("/applications")
@allowed("application.draft")
def start() -> tuple[dict[str, Any], int]:
    """Creates a draft; a repeated key returns the same one."""
    request_body = body(Start)
    actor = current_actor()
    mission = request_body.get("mission") or actor.mission
    if not mission:
        raise Invalid("required", field="mission")
    claim = Claim(keys(), **request_body["behalf"]) if request_body["behalf"] else None
    with database().scope(mission) as session:
        content = {"transaction": request_body["transaction"], "mission": mission, **_claim_key(claim)}
        answer = idempotency.run_once(
            session,
            actor,
            mission,
            request_body["key"],
            content,
            lambda: head(draft.start(session, actor, request_body["transaction"], mission, claim)),
        )
        return answer, 201


def _claim_key(claim: Claim | None) -> dict[str, str | None]:
    """The parts of a claim that identify a repeated request: statements are new at every attempt."""
    return {"capacity": claim.capacity, "mandate": claim.mandate} if claim else {}


@blueprint.post("/applications/adopt")
@allowed("application.adopt")
def adopt() -> dict[str, int]:
    """Hands the actor's person the drafts and inquiries that the account began before it was proven whose it is."""
    actor = current_actor()
    with transaction() as session:
        missions = adopt_drafts.missions_with_drafts(session, actor)
        missions += adopt_inquiries.missions_with_inquiries(session, actor)
    adopted = 0
    for mission in sorted(set(missions)):
        with database().scope(mission) as session:
            adopted += adopt_drafts.adopt_drafts(session, actor)
            adopted += adopt_inquiries.adopt_inquiries(session, actor)
    return {"adopted": adopted}


@blueprint.get("/applications")
@allowed("application.list")
def list_own() -> Response:
    """The actor's applications, newest first."""
    with person_transaction() as session:
        return jsonify(list_applications.list_own(session, current_actor()))


@blueprint.get("/applications/<reference>")
@allowed("application.read")
def detail(reference: str) -> dict[str, Any]:
    """One application, whole; with `openings`, also the free times for its appointment."""
    with mission_session(reference) as session:
        shown = application_view.view(session, current_actor(), reference)
        if "openings" in request.args:
            service = shown.get("service")
            tier = tier_of(shown["transaction"], shown["answers"])
            persons = own_appointment.persons(shown["answers"]) if service else 1
            shown["openings"] = free_times(session, shown["mission"], service, tier, persons) if service else None
        return shown


@blueprint.get("/applications/<reference>/answers")
@allowed("application.read")
def step_answers(reference: str) -> dict[str, Any]:
    """The answers of one step of the form."""
    with mission_session(reference) as session:
        return form_step(session, current_actor(), reference, request.args.get("step", "")[:TEXT])


@blueprint.put("/applications/<reference>/answers")
@allowed("application.answer")
def answers(reference: str) -> dict[str, Any]:
    """Saves the given answers; the others stay as they are. All of them are in the answer, as they are stored."""
    sent = body(Answers)
    with mission_session(reference) as session:
        application = draft.save(session, current_actor(), reference, sent["answers"], sent["seen"])
        return {**head(application), "answers": application.answers}


@blueprint.post("/applications/<reference>/submit")
@allowed("application.submit")
def submit_application(reference: str) -> dict[str, Any]:
    """Submits, once for each key. The statements are new at every attempt and no part of the key's content."""
    request_body = body(Submission)

    def act(session: Session) -> dict[str, Any]:
        return head(submit(session, current_actor(), keys(), reference, request_body["statements"]))

    return run_once(reference, request_body["key"], {"verb": "submit"}, act)


@blueprint.post("/applications/<reference>/withdraw")
@allowed("application.withdraw")
def withdraw_application(reference: str) -> dict[str, Any]:
    """Withdraws; paid money is owed back."""

    def act(session: Session) -> dict[str, Any]:
        return head(withdraw(session, current_actor(), reference))

    key = body(Keyed)["key"]
    return run_once(reference, key, {"verb": "withdraw"}, act)
