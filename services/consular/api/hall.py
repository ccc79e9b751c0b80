"""The waiting hall over HTTP: the gate lets people in, counters call them, a screen shows numbers."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, request
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.api.request import Keyed, mission_session, run_once_for_holder, run_once_here
from services.consular.appointments.hall import calls
from services.consular.appointments.hall.model import Ticket
from services.consular.views.hall import hall, screen, ticket_view
from services.consular.workflow.attendance.admit import admit
from services.consular.workflow.attendance.check_in import record_wrong_person
from shared import documents
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.values import references
from shared.values.digits import whole_number
from shared.web.service import allowed, body, current_actor, database, transaction

blueprint = Blueprint("hall", __name__)
CODE, NUMBER = 300, 300
LARGEST = 9_999
Verb = Callable[[Session, Actor, date, int], Ticket]
VERBS: dict[str, Verb] = {"repeat": calls.repeat, "begin": calls.begin, "miss": calls.miss, "finish": calls.finish}


class Arrival(Keyed):
    """What was scanned or typed at the gate, and the number of the identity document that was shown."""

    code = fields.String(required=True, validate=validate.Length(1, CODE, error="too_long"))
    number = fields.String(required=True, validate=validate.Length(max=NUMBER, error="too_long"))


class Call(Keyed):
    """The counter that calls; `number` where it is not the next one."""

    counter = fields.Integer(required=True, strict=True, error_messages={"invalid": "hall_counter"})
    number = fields.Integer(load_default=None, allow_none=True, strict=True)


class Parking(Keyed):
    """Why the person leaves the counter for a while."""

    reason = fields.String(load_default="", validate=validate.Length(max=NUMBER, error="too_long"))


@blueprint.get("/hall/<mission>")
@allowed("hall.screen")
def show_screen(mission: str) -> dict[str, Any]:
    """The numbers that are called now."""
    with database().scope(None) as session:
        code = missions.find(session, mission).code
    with database().scope(code) as session:
        return screen(session, code)


@blueprint.get("/desk/hall")
@allowed("hall.list")
def show_hall() -> dict[str, Any]:
    """Who waits at the officer's mission."""
    with transaction() as session:
        return hall(session, current_actor())


@blueprint.post("/desk/hall/admit")
@allowed("hall.admit")
def let_in() -> dict[str, Any]:
    """Gives a ticket to whoever holds a slip or knows a reference and shows their identity document."""
    request_body = body(Arrival)
    reference = _reference(request_body["code"])

    def act(session: Session) -> dict[str, Any]:
        return ticket_view(session, admit(session, current_actor(), reference, request_body["number"]))

    content = {"verb": "admit", "shown": request_body["number"]}
    return run_once_for_holder(reference, request_body["key"], content, act, record_wrong_person)


def _reference(code: str) -> str:
    """The file that a slip or another paper of it names, or that was typed itself. Raises NotFound."""
    known = references.clean(code)
    with mission_session(known) as session:
        try:
            return documents.find(session, known).about
        except NotFound:
            return known


@blueprint.post("/desk/hall/call")
@allowed("hall.call")
def call() -> dict[str, Any]:
    """Calls the next one to a counter, or a number out of turn."""
    request_body = body(Call)
    counter, number = request_body["counter"], request_body["number"]

    def act(session: Session) -> dict[str, Any]:
        actor = current_actor()
        day = missions.today(session, actor.mission)
        if number is not None:
            return {"called": calls.call_number(session, actor, day, counter, _in_range(str(number))).number}
        ticket = calls.call_next(session, actor, day, counter)
        return {"called": ticket.number if ticket else None}

    return run_once_here(request_body["key"], {"verb": "call", "counter": counter, "number": number}, act)


def _in_range(number: str) -> int:
    """A number of the hall. Raises NotFound for what can be none."""
    found = whole_number(number)
    if found is None or not 0 < found <= LARGEST:
        raise NotFound()
    return found


@blueprint.post("/desk/hall/<number>/<verb>")
@allowed("hall.call")
def change(number: str, verb: str) -> dict[str, Any]:
    """What becomes of the number at the officer's counter."""
    if verb not in VERBS:
        raise NotFound()
    return _change(number, verb, body(Keyed)["key"], VERBS[verb])


@blueprint.post("/desk/hall/<number>/park")
@allowed("hall.call")
def park(number: str) -> dict[str, Any]:
    """Parks a number: its owner fetches something and is called again later."""
    request_body = body(Parking)
    reason = request_body["reason"]
    return _change(
        number,
        "park",
        request_body["key"],
        lambda session, actor, day, own: calls.park(session, actor, day, own, reason),
    )


def _change(number: str, verb: str, key: str, act: Verb) -> dict[str, Any]:
    def run(session: Session) -> dict[str, Any]:
        actor = current_actor()
        ticket = act(session, actor, missions.today(session, actor.mission), _in_range(number))
        return {"number": ticket.number, "state": ticket.state}

    return run_once_here(key, {"verb": verb, "number": number, "path": request.path}, run)
