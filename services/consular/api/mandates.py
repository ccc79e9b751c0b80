"""An expatriate's routes about mandates: grant, submit a deed, answer, end, and prove to the registers."""

import binascii
from base64 import b64decode
from datetime import date
from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular.api.request import STATEMENT_LENGTH, Keyed, agent_key, mission_session, run_once
from services.consular.api.uploads import intake
from services.consular.applications import idempotency
from services.consular.applications.statements import attested_person
from services.consular.applications.transitions import find as find_application
from services.consular.missions import today
from services.consular.people import grant_mandate, mandate_notices, mandates, review_mandate
from services.consular.people.model import Mandate
from services.consular.people.rules import ABSENCES, CAPACITY_OF, GUARDIANSHIP, KIN_GUARDIANSHIP, POWER, AttestedPerson
from services.consular.uploads import blobs
from services.consular.uploads.intake import TakenFile
from services.consular.uploads.rules import LIMIT_BYTES, READABLE
from shared import forms
from shared.catalogue.model import Question
from shared.errors import Invalid, Unavailable
from shared.identity.representation import Representation, sign_reading_pass, sign_representation
from shared.values.references import mission_of
from shared.web.service import allowed, body, current_actor, database, keys

blueprint = Blueprint("mandates", __name__)
# The scan comes in base64, which is a third longer.
SCAN_LENGTH = LIMIT_BYTES
ISSUERS = ("consular", "civil_registry", "conscription")
NUMBER, GIVEN_NAME = (
    Question("agent_number", kind="national_number"),
    Question("agent_given", kind="name", max_length=60),
)
PRINCIPAL = (
    Question("principal_number", kind="national_number"),
    Question("principal_given", kind="name", max_length=60),
)
ABSENCE = Question("absence", kind="choice", choices=ABSENCES)


class StatementRequest(Schema):
    """A request with the register's statement about the actor."""

    statement = fields.String(required=True, validate=validate.Length(max=STATEMENT_LENGTH, error="too_long"))


class MandateAnswer(Keyed, StatementRequest):
    """The answer to an offered mandate."""


class NewMandate(Keyed, StatementRequest):
    """A new mandate: agent, scope, last day."""

    agent_number = fields.Raw(allow_none=True)
    agent_given = fields.Raw(allow_none=True)
    scope = fields.List(
        fields.String(validate=validate.Length(max=80)), load_default=list, validate=validate.Length(max=60)
    )
    until = fields.Raw(allow_none=True)
    mission = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"[A-Z]{3}\Z", error="mission_unknown")
    )


class DeedSubmission(Keyed, StatementRequest):
    """A deed with its principal, its terms and its scan in base64."""

    kind = fields.String(
        required=True, validate=validate.OneOf((POWER, GUARDIANSHIP, KIN_GUARDIANSHIP), error="unknown_choice")
    )
    principal_number = fields.Raw(allow_none=True)
    principal_given = fields.Raw(allow_none=True)
    scope = fields.List(
        fields.String(validate=validate.Length(max=80)), load_default=list, validate=validate.Length(max=60)
    )
    issued_on = fields.Raw(allow_none=True)
    until = fields.Raw(allow_none=True, load_default=None)
    absence = fields.Raw(allow_none=True, load_default=None)
    scan = fields.String(load_default="", validate=validate.Length(max=SCAN_LENGTH, error="file_too_large"))


class Purpose(Schema):
    """The transaction for which a mandate is used."""

    purpose = fields.String(required=True, validate=validate.Length(1, 60, error="too_long"))


def _attested_actor(request_body: dict[str, Any]) -> AttestedPerson:
    return attested_person(keys(), request_body["statement"], person=current_actor().person)


def _mission(wanted: str | None = None) -> str:
    """The mission of a mandate: the one that is asked for, by default the actor's own."""
    mission = wanted or current_actor().mission
    if not mission:
        raise Invalid("required", field="mission")
    return mission


def _serialise(session: Session, mandate: Mandate) -> dict[str, Any]:
    return mandates.serialise(mandate, current_actor(), today(session, mandate.mission))


@blueprint.post("/mandates/mine")
@allowed("mandate.list")
def list_own() -> list[dict[str, Any]]:
    """The actor's mandates of all missions. It is a POST, because the request contains the register's statement."""
    own_person, actor = _attested_actor(body(StatementRequest)), current_actor()
    key = agent_key(own_person.number)
    with database().scope(actor.mission) as session:
        mandates.show_person_everywhere(session, actor, key)
        return mandates.list_own(session, actor, key, own_person)


@blueprint.post("/mandates")
@allowed("mandate.grant")
def grant() -> tuple[dict[str, Any], int]:
    """Offers a mandate; the answer is the same whether anybody has that number or not."""
    request_body, actor = body(NewMandate), current_actor()
    mission = _mission(request_body["mission"])
    own_person = _attested_actor(request_body)
    with database().scope(mission) as session:
        day = today(session, mission)
        typed = forms.check_questions((NUMBER, GIVEN_NAME, _until()), request_body, day)
        if typed["agent_number"] == own_person.number:
            raise Invalid("mandate_to_self", field="agent_number")
        agent, until = (agent_key(typed["agent_number"]), typed["agent_given"]), date.fromisoformat(typed["until"])

        def act() -> dict[str, Any]:
            mandate = grant_mandate.grant(session, actor, own_person, mission, agent, request_body["scope"], until, day)
            mandate_notices.notify_offered(session, mandate, typed["agent_number"])
            return _serialise(session, mandate)

        content = {"verb": "grant", "agent": agent, "scope": request_body["scope"], "until": typed["until"]}
        return idempotency.run_once(session, actor, mission, request_body["key"], content, act), 201


@blueprint.post("/mandates/papers")
@allowed("mandate.hand_in")
def submit_deed() -> tuple[dict[str, Any], int]:
    """Submits a deed to the officers of the mission."""
    request_body, actor, mission = body(DeedSubmission), current_actor(), _mission()
    own_person = _attested_actor(request_body)
    scan_hash, file = _scan(request_body, mission)
    with database().scope(mission) as session:
        day = today(session, mission)
        is_power = request_body["kind"] == POWER
        further = {POWER: (_until(),), KIN_GUARDIANSHIP: (ABSENCE,)}.get(request_body["kind"], ())
        questions = (*PRINCIPAL, Question("issued_on", kind="date"), *further)
        typed = forms.check_questions(questions, request_body, day)
        deed = review_mandate.Deed(
            request_body["kind"],
            typed["principal_number"],
            typed["principal_given"],
            date.fromisoformat(typed["issued_on"]),
            date.fromisoformat(typed["until"]) if is_power else None,
            request_body["scope"],
            file.type,
            typed.get("absence"),
        )

        def act() -> dict[str, Any]:
            mandate = review_mandate.submit_deed(session, actor, own_person, mission, deed, day)
            blobs.use(session, mission, mandate.reference, file.files)
            return _serialise(session, mandate)

        content = {"verb": "hand_in", "scan": scan_hash, **typed}
        return idempotency.run_once(session, actor, mission, request_body["key"], content, act), 201


def _until() -> Question:
    return Question("until", kind="date")


def _scan(request_body: dict[str, Any], mission: str) -> tuple[str, TakenFile]:
    """The hash of the scan as it was sent, and the file that the store has. Raises Invalid on the field `scan`."""
    if not request_body["scan"]:
        raise Invalid("scan_missing", field="scan")
    try:
        data = b64decode(request_body["scan"], validate=True)
    except binascii.Error as error:
        raise Invalid("file_unreadable", field="scan") from error
    file = intake().take(mission, data, "scan")
    if file.state != READABLE:
        raise Unavailable("scanner_down")
    return file.sha256, file


@blueprint.post("/mandates/<reference>/accept")
@allowed("mandate.accept")
def accept(reference: str) -> dict[str, Any]:
    """The agent accepts."""
    return _answer(reference, accepted=True)


@blueprint.post("/mandates/<reference>/decline")
@allowed("mandate.accept")
def decline(reference: str) -> dict[str, Any]:
    """The agent declines."""
    return _answer(reference, accepted=False)


def _answer(reference: str, *, accepted: bool) -> dict[str, Any]:
    request_body, actor = body(MandateAnswer), current_actor()
    own_person = _attested_actor(request_body)

    def act(session: Session) -> dict[str, Any]:
        day = today(session, mission_of(reference))
        mandate = grant_mandate.answer(
            session, actor, reference, own_person, agent_key(own_person.number), day, accepted=accepted
        )
        mandate_notices.notify_answered(session, mandate)
        return _serialise(session, mandate)

    return run_once(reference, request_body["key"], {"verb": "answer", "accepted": accepted}, act)


@blueprint.post("/mandates/<reference>/end")
@allowed("mandate.end")
def end(reference: str) -> dict[str, Any]:
    """The principal revokes a mandate, or the agent resigns it; it ends at once."""

    def act(session: Session) -> dict[str, Any]:
        mandate = grant_mandate.end(session, current_actor(), reference)
        mandate_notices.notify_ended(session, current_actor(), mandate)
        return _serialise(session, mandate)

    return run_once(reference, body(Keyed)["key"], {"verb": "end"}, act)


@blueprint.post("/mandates/<reference>/proof")
@allowed("mandate.use")
def proof(reference: str) -> dict[str, Any]:
    """Tokens of five minutes that prove to each register of a transaction that the actor may ask for the principal."""
    entry, actor = forms.transaction(body(Purpose)["purpose"]), current_actor()
    with mission_session(reference) as session:
        mission = mission_of(reference)
        mandate = mandates.check_for(session, actor, reference, mission, entry, today(session, mission))
        representation = Representation(
            str(mandate.principal), str(mandate.agent), CAPACITY_OF[mandate.kind], entry.slug, mandate.reference
        )
        mandate_view = _serialise(session, mandate)
    return {
        "mandate": mandate_view,
        "proofs": {name: sign_representation(keys(), representation, name) for name in entry.authorities},
    }


@blueprint.post("/applications/<reference>/pass")
@allowed("application.pass")
def issue_reading_pass(reference: str) -> dict[str, str]:
    """Tokens by which a party of an application fetches its documents from the services that issued them."""
    actor = current_actor()
    with mission_session(reference) as session:
        application = find_application(session, actor, "application.pass", reference).reference
    return {name: sign_reading_pass(keys(), str(actor.person), application, name) for name in ISSUERS}
