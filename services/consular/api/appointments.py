"""Appointments over HTTP: hold, book, move and cancel for applicants; day sheet and attendance for the desk."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from marshmallow import fields, validate
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from services.consular.api.batches import Batches
from services.consular.api.request import TEXT, Keyed, head, run_once, run_once_for_holder
from services.consular.appointments.attendance.day_sheet import day_sheet
from services.consular.views.application import application_view
from services.consular.workflow import appointments, overrides
from services.consular.workflow.attendance import absences
from services.consular.workflow.attendance.check_in import attend, miss, record_wrong_person
from services.consular.workflow.seats import hold_together
from services.consular.workflow.seats.full_times import Wish
from services.consular.workflow.seats.hold_together import Decision, answer_of
from shared.errors import Conflict, Invalid
from shared.logs import log
from shared.values.digits import ascii_digits
from shared.values.references import is_valid, mission_of
from shared.web.service import allowed, body, current_actor, database, transaction

blueprint = Blueprint("turns", __name__)
Crowd = Batches[Wish, Decision]
# Texts that are too long are refused with the field they stand in, by the verb; nothing longer than this is read.
LONG_TEXT = 2_000


class SlotChoice(Keyed):
    """The instant at which the chosen appointment begins."""

    starts_at = fields.String(required=True, validate=validate.Length(1, 40, error="too_long"))


class Appeal(Keyed):
    """Why the applicant did not come."""

    reason = fields.String(load_default="", validate=validate.Length(max=LONG_TEXT, error="too_long"))


class AppealVerdict(Keyed):
    """The officer's decision about an absence, with words for the applicant."""

    verdict = fields.String(required=True, validate=validate.OneOf(("accept", "refuse"), error="unknown_choice"))
    answer = fields.String(load_default="", validate=validate.Length(max=LONG_TEXT, error="too_long"))


class PriorityGrant(Keyed):
    """Why somebody is received first."""

    kind = fields.String(load_default="")
    reason = fields.String(load_default="", validate=validate.Length(max=LONG_TEXT, error="too_long"))


class CheckIn(Keyed):
    """The number read from the identity document of the person at the desk."""

    number = fields.String(required=True, validate=validate.Length(max=300, error="too_long"))


def _instant(text: str) -> datetime:
    """An instant with its offset: a wall clock alone could be any mission's. Raises Invalid."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("not_an_instant", field="starts_at") from error
    if instant.tzinfo is None or not 2000 <= instant.year <= 2100:
        raise Invalid("not_an_instant", field="starts_at")
    return instant.astimezone(UTC)


def _view(reference: str) -> Any:
    return lambda session: application_view.view(session, current_actor(), reference)


def _crowd() -> Crowd:
    """Those who ask this process for a time."""
    crowd: Crowd = current_app.extensions.setdefault("crowd", Crowd(_decide))
    return crowd


def _decide(wishes: Sequence[Wish]) -> list[Decision]:
    by_mission: dict[str, list[int]] = {}
    for number, wish in enumerate(wishes):
        by_mission.setdefault(mission_of(wish.reference), []).append(number)
    decisions: list[Decision] = [None] * len(wishes)
    for mission, numbers in by_mission.items():
        try:
            with database().scope(mission) as session:
                decided = hold_together.decide(session, mission, [wishes[number] for number in numbers])
        except DBAPIError as error:
            # Nothing of the batch is written; alone, each succeeds or hears why not.
            log().warning("batch", error=type(error.orig).__name__)
        else:
            for number, decision in zip(numbers, decided, strict=True):
                decisions[number] = decision
    return decisions


@blueprint.post("/applications/<reference>/turn/hold")
@allowed("turn.hold")
def hold(reference: str) -> dict[str, Any]:
    """Holds a time for the minutes of the rule. Those who ask at one moment are decided together, in the order in which
    they came; whoever needs more than the plain way is answered after them, alone."""
    request_body = body(SlotChoice)
    at, key = _instant(request_body["starts_at"]), request_body["key"]
    if is_valid(reference):
        decision = _crowd().ask(Wish(current_actor(), reference, key, at))
        if isinstance(decision, Conflict):
            raise decision
        if decision is not None:
            return answer_of(decision)

    def act(session: Session) -> dict[str, Any]:
        return answer_of(appointments.hold_slot(session, current_actor(), reference, at))

    return run_once(reference, key, {"verb": "hold", "at": at.isoformat()}, act)


@blueprint.post("/applications/<reference>/turn/release")
@allowed("turn.hold")
def release(reference: str) -> dict[str, Any]:
    """Releases the held time."""

    def act(session: Session) -> dict[str, Any]:
        appointments.release_slot(session, current_actor(), reference)
        return {}

    return run_once(reference, body(Keyed)["key"], {"verb": "release"}, act, _view(reference))


@blueprint.post("/applications/<reference>/turn/confirm")
@allowed("turn.confirm")
def confirm(reference: str) -> dict[str, Any]:
    """Books the time held for a visit."""

    def act(session: Session) -> dict[str, Any]:
        return answer_of(appointments.confirm(session, current_actor(), reference))

    return run_once(reference, body(Keyed)["key"], {"verb": "confirm"}, act, _view(reference))


@blueprint.post("/applications/<reference>/turn/move")
@allowed("turn.move")
def reschedule(reference: str) -> dict[str, Any]:
    """Changes the booked time for another."""
    request_body = body(SlotChoice)
    at = _instant(request_body["starts_at"])

    def act(session: Session) -> dict[str, Any]:
        return answer_of(appointments.reschedule(session, current_actor(), reference, at))

    return run_once(reference, request_body["key"], {"verb": "move", "at": at.isoformat()}, act, _view(reference))


@blueprint.post("/applications/<reference>/turn/cancel")
@allowed("turn.cancel")
def cancel(reference: str) -> dict[str, Any]:
    """Cancels the booked time."""

    def act(session: Session) -> dict[str, Any]:
        return answer_of(appointments.cancel(session, current_actor(), reference))

    return run_once(reference, body(Keyed)["key"], {"verb": "cancel"}, act, _view(reference))


@blueprint.post("/applications/<reference>/turn/appeal")
@allowed("turn.appeal")
def appeal(reference: str) -> dict[str, Any]:
    """Explains an absence."""
    request_body = body(Appeal)

    def act(session: Session) -> dict[str, Any]:
        return head(absences.appeal(session, current_actor(), reference, request_body["reason"]))

    return run_once(reference, request_body["key"], {"verb": "appeal", "reason": request_body["reason"]}, act)


@blueprint.get("/desk/appeals")
@allowed("desk.appeals")
def list_appeals() -> Response:
    """The absences that wait for a decision."""
    with transaction() as session:
        return jsonify(absences.list_appeals(session, current_actor()))


@blueprint.post("/desk/cases/<reference>/appeal")
@allowed("desk.appeal_decide")
def decide_appeal(reference: str) -> dict[str, Any]:
    """Asks a second person to excuse an absence, or does not excuse it."""
    request_body = body(AppealVerdict)
    accept, answer = request_body["verdict"] == "accept", request_body["answer"]

    def act(session: Session) -> dict[str, Any]:
        if accept:
            return head(overrides.ask_excuse(session, current_actor(), reference, answer))
        return head(absences.decide(session, current_actor(), reference, accept=False, answer=answer))

    return run_once(reference, request_body["key"], {"verb": "appeal", "accept": accept, "answer": answer}, act)


@blueprint.post("/desk/cases/<reference>/priority")
@allowed("desk.priority")
def grant_priority(reference: str) -> dict[str, Any]:
    """Has somebody received first."""
    request_body = body(PriorityGrant)
    kind, reason = request_body["kind"], request_body["reason"]

    def act(session: Session) -> dict[str, Any]:
        return head(overrides.ask_priority(session, current_actor(), reference, kind, reason))

    return run_once(reference, request_body["key"], {"verb": "priority", "kind": kind, "reason": reason}, act)


@blueprint.get("/desk/turns")
@allowed("turn.list")
def list_day() -> dict[str, Any]:
    """The day sheet of the mission."""
    actor = current_actor()
    with transaction() as session:
        return day_sheet(session, actor, actor.mission or "", _day(), request.args.get("q", "")[:TEXT])


def _day() -> date | None:
    day_text = ascii_digits(request.args.get("day", ""))[:10]
    try:
        return date.fromisoformat(day_text) if day_text else None
    except ValueError as error:
        raise Invalid("not_a_date", field="day") from error


@blueprint.post("/desk/cases/<reference>/attend")
@allowed("desk.attend")
def check_in(reference: str) -> dict[str, Any]:
    """Records attendance with a checked identity. Another person's attempt is recorded, and changes nothing."""
    request_body = body(CheckIn)

    def act(session: Session) -> dict[str, Any]:
        return head(attend(session, current_actor(), reference, request_body["number"]))

    content = {"verb": "attend", "shown": request_body["number"]}
    return run_once_for_holder(reference, request_body["key"], content, act, record_wrong_person)


@blueprint.post("/desk/cases/<reference>/miss")
@allowed("desk.miss")
def record_absence(reference: str) -> dict[str, Any]:
    """Records that the applicant did not come."""

    def act(session: Session) -> dict[str, Any]:
        return head(miss(session, current_actor(), reference))

    return run_once(reference, body(Keyed)["key"], {"verb": "miss"}, act)
