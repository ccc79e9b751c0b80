"""An expatriate's routes about mandates: given, handed in, answered, ended, and proven to the registers."""

import binascii
import hmac
from base64 import b64decode
from datetime import date
from hashlib import sha256
from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular.api.request import Keyed, mission_session, once
from services.consular.applications import idempotency
from services.consular.applications.statements import introduced
from services.consular.applications.transitions import find as find_application
from services.consular.missions import today
from services.consular.people import grant_mandate, mandate_notices, mandates, review_mandate
from services.consular.people.model import Mandate
from services.consular.people.rules import CAPACITY_OF, GUARDIANSHIP, POWER, AttestedPerson
from services.consular.uploads import rules as papers
from shared import forms
from shared.catalogue.model import Question
from shared.errors import Invalid
from shared.identity.representation import Representation, sign_reading_pass, sign_representation
from shared.values.references import mission_of
from shared.web.service import allowed, body, current_actor, database, keys, settings

blueprint = Blueprint("mandates", __name__)
STATEMENT_LENGTH, SCAN_LENGTH = 8_000, 8 * 1024 * 1024
ISSUERS = ("consular", "civil_registry", "conscription")
NUMBER, GIVEN = Question("agent_number", kind="national_number"), Question("agent_given", max_length=60)
PRINCIPAL = (Question("principal_number", kind="national_number"), Question("principal_given", max_length=60))


class Introduced(Schema):
    """With it comes the register's statement about who asks."""

    statement = fields.String(required=True, validate=validate.Length(max=STATEMENT_LENGTH, error="too_long"))


class Answered(Keyed, Introduced):
    """A mandate taken up, or not wanted."""


class NewMandate(Keyed, Introduced):
    """To whom, for what, until when."""

    agent_number = fields.Raw(allow_none=True)
    agent_given = fields.Raw(allow_none=True)
    scope = fields.List(
        fields.String(validate=validate.Length(max=80)), load_default=list, validate=validate.Length(max=60)
    )
    until = fields.Raw(allow_none=True)


class HandedIn(Keyed, Introduced):
    """A paper that names its agent and its principal, and its scan in base64."""

    kind = fields.String(required=True, validate=validate.OneOf((POWER, GUARDIANSHIP), error="unknown_choice"))
    principal_number = fields.Raw(allow_none=True)
    principal_given = fields.Raw(allow_none=True)
    scope = fields.List(
        fields.String(validate=validate.Length(max=80)), load_default=list, validate=validate.Length(max=60)
    )
    issued_on = fields.Raw(allow_none=True)
    until = fields.Raw(allow_none=True, load_default=None)
    scan = fields.String(load_default="", validate=validate.Length(max=SCAN_LENGTH, error="file_too_large"))
    scan_type = fields.String(load_default="", validate=validate.Length(max=60, error="too_long"))


class Purpose(Schema):
    """For which transaction a mandate is used."""

    purpose = fields.String(required=True, validate=validate.Length(1, 60, error="too_long"))


def _key(number: str) -> str:
    """By which an offer finds the number it was made to, without our keeping that number."""
    return hmac.new(bytes.fromhex(settings().secret), f"mandate:{number}".encode(), sha256).hexdigest()


def _me(asked: dict[str, Any]) -> AttestedPerson:
    return introduced(keys(), asked["statement"], person=current_actor().person)


def _mission() -> str:
    mission = current_actor().mission
    if not mission:
        raise Invalid("required", field="mission")
    return mission


def _serialise(session: Session, mandate: Mandate) -> dict[str, Any]:
    return mandates.serialise(mandate, current_actor(), today(session, mandate.mission))


@blueprint.post("/mandates/mine")
@allowed("mandate.list")
def list_own() -> list[dict[str, Any]]:
    """Given, held and offered ones at every mission; a POST, because the register's statement comes with it."""
    me, actor = _me(body(Introduced)), current_actor()
    key = _key(me.number)
    with database().scope(actor.mission) as session:
        mandates.show_person_everywhere(session, actor, key)
        return mandates.of(session, actor, key, me)


@blueprint.post("/mandates")
@allowed("mandate.grant")
def grant() -> tuple[dict[str, Any], int]:
    """Offers a mandate; the same answer whether anybody has that number or not."""
    asked, actor, mission = body(NewMandate), current_actor(), _mission()
    me = _me(asked)
    with database().scope(mission) as session:
        day = today(session, mission)
        typed = forms.check_questions((NUMBER, GIVEN, _until()), asked, day)
        if typed["agent_number"] == me.number:
            raise Invalid("mandate_to_self", field="agent_number")
        agent, until = (_key(typed["agent_number"]), typed["agent_given"]), date.fromisoformat(typed["until"])

        def act() -> dict[str, Any]:
            made = grant_mandate.grant(session, actor, me, mission, agent, asked["scope"], until, day)
            mandate_notices.tell_offered(session, made, typed["agent_number"])
            return _serialise(session, made)

        content = {"verb": "grant", "agent": agent, "scope": asked["scope"], "until": typed["until"]}
        return idempotency.once(session, actor, mission, asked["key"], content, act), 201


@blueprint.post("/mandates/papers")
@allowed("mandate.hand_in")
def submit_deed() -> tuple[dict[str, Any], int]:
    """Puts a paper before the officers of the mission."""
    asked, actor, mission = body(HandedIn), current_actor(), _mission()
    me, scan = _me(asked), _scan(asked)
    with database().scope(mission) as session:
        day = today(session, mission)
        power = asked["kind"] == POWER
        questions = (*PRINCIPAL, Question("issued_on", kind="date"), *((_until(),) if power else ()))
        typed = forms.check_questions(questions, asked, day)
        paper = review_mandate.Deed(
            asked["kind"],
            typed["principal_number"],
            typed["principal_given"],
            date.fromisoformat(typed["issued_on"]),
            date.fromisoformat(typed["until"]) if power else None,
            asked["scope"],
            scan,
            asked["scan_type"],
        )

        def act() -> dict[str, Any]:
            return _serialise(session, review_mandate.submit_deed(session, actor, me, mission, paper, day))

        content = {"verb": "hand_in", "scan": sha256(scan).hexdigest(), **typed}
        return idempotency.once(session, actor, mission, asked["key"], content, act), 201


def _until() -> Question:
    return Question("until", kind="date")


def _scan(asked: dict[str, Any]) -> bytes:
    """The bytes of the scan, proven to be what they say. Raises Invalid on the field `scan`."""
    if not asked["scan"]:
        raise Invalid("scan_missing", field="scan")
    try:
        data = b64decode(asked["scan"], validate=True)
    except binascii.Error as wrong:
        raise Invalid("file_type_wrong", field="scan") from wrong
    if fault := papers.fault(asked["scan_type"], data):
        raise Invalid(fault, field="scan", limit=papers.LIMIT_BYTES)
    return data


@blueprint.post("/mandates/<reference>/accept")
@allowed("mandate.accept")
def accept(reference: str) -> dict[str, Any]:
    """The agent takes it up."""
    return _answer(reference, accepted=True)


@blueprint.post("/mandates/<reference>/decline")
@allowed("mandate.accept")
def decline(reference: str) -> dict[str, Any]:
    """The agent does not want it."""
    return _answer(reference, accepted=False)


def _answer(reference: str, *, accepted: bool) -> dict[str, Any]:
    asked, actor = body(Answered), current_actor()
    me = _me(asked)

    def act(session: Session) -> dict[str, Any]:
        day = today(session, mission_of(reference))
        answered = grant_mandate.answer(session, actor, reference, me, _key(me.number), day, accepted=accepted)
        mandate_notices.tell_answered(session, answered)
        return _serialise(session, answered)

    return once(reference, asked["key"], {"verb": "answer", "accepted": accepted}, act)


@blueprint.post("/mandates/<reference>/end")
@allowed("mandate.end")
def end(reference: str) -> dict[str, Any]:
    """Withdrawn by who gave it, or laid down by who holds it; at once."""

    def act(session: Session) -> dict[str, Any]:
        ended = grant_mandate.end(session, current_actor(), reference)
        mandate_notices.tell_ended(session, current_actor(), ended)
        return _serialise(session, ended)

    return once(reference, body(Keyed)["key"], {"verb": "end"}, act)


@blueprint.post("/mandates/<reference>/proof")
@allowed("mandate.use")
def proof(reference: str) -> dict[str, Any]:
    """What shows each register of a transaction that the actor may ask for the principal: tokens of five minutes."""
    entry, actor = forms.transaction(body(Purpose)["purpose"]), current_actor()
    with mission_session(reference) as session:
        mission = mission_of(reference)
        held = mandates.check_for(session, actor, reference, mission, entry, today(session, mission))
        standing = Representation(
            str(held.principal), str(held.agent), CAPACITY_OF[held.kind], entry.slug, held.reference
        )
        shown = _serialise(session, held)
    return {
        "mandate": shown,
        "proofs": {name: sign_representation(keys(), standing, name) for name in entry.authorities},
    }


@blueprint.post("/applications/<reference>/pass")
@allowed("application.pass")
def issue_reading_pass(reference: str) -> dict[str, str]:
    """What lets one of the two of an application fetch its papers from whoever issued them."""
    actor = current_actor()
    with mission_session(reference) as session:
        about = find_application(session, actor, "application.pass", reference).reference
    return {name: sign_reading_pass(keys(), str(actor.person), about, name) for name in ISSUERS}
