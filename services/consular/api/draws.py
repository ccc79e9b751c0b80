"""Draws, the waiting list and confirmations over HTTP: published for everybody, used by applicants, run by the desk."""

from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.api.request import Keyed, mission_session, run_once, run_once_here
from services.consular.appointments.lottery.announce import DrawRequest, announce
from services.consular.appointments.lottery.enter import EVIDENCE_LENGTH, Wish, judge_urgency, withdraw
from services.consular.appointments.lottery.publish import file_of
from services.consular.views.draws import calendar_of, chances, desk_view, detail, draw_view
from services.consular.workflow.seats.confirmations import confirm_attendance
from services.consular.workflow.seats.draws import enter_draw
from services.consular.workflow.seats.waiting import join_list, withdraw_from_list
from shared.errors import Invalid
from shared.web.service import allowed, body, current_actor, database, settings, transaction

blueprint = Blueprint("draws", __name__)
CODE = 60
HOUSEHOLD = 50


class Days(Keyed):
    """Days on which somebody can come."""

    first_day = fields.Date(required=True, error_messages={"invalid": "not_a_date"})
    last_day = fields.Date(required=True, error_messages={"invalid": "not_a_date"})


class Entering(Days):
    """Who takes part together, and what they wish."""

    applications = fields.List(
        fields.String(validate=validate.Length(1, CODE, error="too_long")),
        required=True,
        validate=validate.Length(max=HOUSEHOLD, error="too_long"),
    )
    on_list = fields.Boolean(load_default=False)
    urgent_reason = fields.String(load_default="", validate=validate.Length(max=CODE, error="unknown_choice"))


class Leaving(Keyed):
    """The household that no longer takes part."""

    intention = fields.String(required=True, validate=validate.Length(1, CODE, error="too_long"))


class Announcing(Days):
    """A new draw: its service, days and times."""

    service = fields.String(required=True, validate=validate.Length(1, CODE, error="unknown_choice"))
    opens_at = fields.String(required=True, validate=validate.Length(1, 40, error="not_an_instant"))
    closes_at = fields.String(required=True, validate=validate.Length(1, 40, error="not_an_instant"))
    draws_at = fields.String(required=True, validate=validate.Length(1, 40, error="not_an_instant"))


class Judgement(Keyed):
    """Whether the evidence of an urgency was seen, and which."""

    accepted = fields.Boolean(required=True)
    evidence = fields.String(load_default="", validate=validate.Length(max=EVIDENCE_LENGTH, error="too_long"))


@blueprint.get("/draws")
@allowed("draw.list")
def list_draws() -> dict[str, Any]:
    """The published calendar of a mission."""
    with database().scope(None) as session:
        mission = missions.find(session, request.args.get("mission")).code
    with database().scope(mission) as session:
        return calendar_of(session, mission)


@blueprint.get("/draws/<code>")
@allowed("draw.list")
def show(code: str) -> dict[str, Any]:
    """One draw."""
    with mission_session(code) as session:
        return detail(session, code)


@blueprint.get("/draws/<code>/<name>")
@allowed("draw.list")
def file(code: str, name: str) -> Response:
    """A published file, byte for byte."""
    with mission_session(code) as session:
        return Response(file_of(session, code, name), mimetype="application/octet-stream")


@blueprint.get("/applications/<reference>/chances")
@allowed("application.read")
def seat_options(reference: str) -> dict[str, Any]:
    """Draws, waiting list, offer and confirmation of an application."""
    with mission_session(reference) as session:
        return chances(session, current_actor(), reference)


@blueprint.post("/draws/<code>/enter")
@allowed("draw.enter")
def take_part(code: str) -> dict[str, Any]:
    """Takes part in a draw."""
    content = body(Entering)
    wish = Wish(content["first_day"], content["last_day"], content["on_list"], content["urgent_reason"])
    applications = content["applications"]

    def act(session: Session) -> dict[str, Any]:
        return enter_draw(session, current_actor(), code, applications, wish).serialise()

    asked = {"verb": "enter", "applications": sorted(applications), "days": [str(wish.first_day), str(wish.last_day)]}
    return run_once(code, content["key"], asked, act)


@blueprint.post("/draws/<code>/leave")
@allowed("draw.leave")
def withdraw_entry(code: str) -> dict[str, Any]:
    """Takes part no longer."""
    content = body(Leaving)

    def act(session: Session) -> dict[str, Any]:
        return withdraw(session, current_actor(), content["intention"]).serialise()

    return run_once(code, content["key"], {"verb": "leave", "intention": content["intention"]}, act)


@blueprint.post("/applications/<reference>/waiting/join")
@allowed("waiting.join")
def join_waiting_list(reference: str) -> dict[str, Any]:
    """Joins the waiting list."""
    content = body(Days)
    days: tuple[date, date] = content["first_day"], content["last_day"]

    def act(session: Session) -> dict[str, Any]:
        return join_list(session, current_actor(), reference, days).serialise()

    return run_once(reference, content["key"], {"verb": "join", "days": [str(day) for day in days]}, act)


@blueprint.post("/applications/<reference>/waiting/leave")
@allowed("waiting.join")
def end_waiting(reference: str) -> dict[str, Any]:
    """Leaves the waiting list."""

    def act(session: Session) -> dict[str, Any]:
        withdraw_from_list(session, current_actor(), reference)
        return {}

    return run_once(reference, body(Keyed)["key"], {"verb": "withdraw_from_list"}, act)


@blueprint.post("/applications/<reference>/turn/coming")
@allowed("turn.confirm")
def confirm(reference: str) -> dict[str, Any]:
    """Records that the applicant comes."""

    def act(session: Session) -> dict[str, Any]:
        confirm_attendance(session, current_actor(), reference)
        return {}

    return run_once(reference, body(Keyed)["key"], {"verb": "coming"}, act)


@blueprint.get("/desk/draws")
@allowed("draw.desk")
def desk() -> dict[str, Any]:
    """The mission's draws, and the urgency that an officer has to judge."""
    with transaction() as session:
        return desk_view(session, current_actor())


@blueprint.post("/desk/draws")
@allowed("draw.announce")
def announce_draw() -> dict[str, Any]:
    """Announces a draw."""
    content, actor = body(Announcing), current_actor()
    if not actor.mission:
        raise Invalid("required", field="mission")
    mission = actor.mission
    instants = [_instant(content, name) for name in ("opens_at", "closes_at", "draws_at")]
    draw_request = DrawRequest(content["service"], content["first_day"], content["last_day"], *instants)

    def act(session: Session) -> dict[str, Any]:
        return draw_view(session, announce(session, actor, mission, draw_request, settings().beacon))

    asked = {name: str(value) for name, value in content.items() if name != "key"}
    return run_once_here(content["key"], {"verb": "announce", **asked}, act)


@blueprint.post("/desk/intentions/<code>/judge")
@allowed("draw.judge")
def judge(code: str) -> dict[str, Any]:
    """Confirms or denies an urgency."""
    content = body(Judgement)

    def act(session: Session) -> dict[str, Any]:
        actor, evidence = current_actor(), content["evidence"]
        return judge_urgency(session, actor, code, evidence, accepted=content["accepted"]).serialise()

    asked = {"verb": "judge", "accepted": content["accepted"], "evidence": content["evidence"]}
    return run_once(code, content["key"], asked, act)


def _instant(content: dict[str, Any], name: str) -> datetime:
    """An instant with its offset. Raises Invalid."""
    try:
        instant = datetime.fromisoformat(content[name])
    except ValueError as error:
        raise Invalid("not_an_instant", field=name) from error
    if instant.tzinfo is None or not 2000 <= instant.year <= 2100:
        raise Invalid("not_an_instant", field=name)
    return instant.astimezone(UTC)
