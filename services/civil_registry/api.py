"""HTTP routes of the civil registry: identity checks and signed statements."""

from dataclasses import asdict
from datetime import date

from flask import Blueprint, Response, jsonify, request
from marshmallow import EXCLUDE, Schema, fields, validate

from services.civil_registry.attest import attest, attest_to_officer, names
from services.civil_registry.confirm_identity import confirm_identity
from services.civil_registry.offer_relatives import relatives_of
from services.civil_registry.rules import ZONE, Particulars
from shared.catalogue import CATALOGUE
from shared.catalogue.model import AGENT, GUARDIAN, NOT_RECORDED, RELATIVE, Question
from shared.database.db import now
from shared.errors import Invalid, Refusal
from shared.forms import check_questions
from shared.identity import representation
from shared.values.dates import local_date, partial_iso
from shared.web.service import allowed, body, current_actor, keys, transaction

NAMES = ("given_name", "father_name", "family_name", "mother_name")
# Of foundlings, old entries and people of one name the register has fewer.
MAY_BE_MISSING = NAMES[1:]
QUESTIONS = (
    Question("national_number", kind="national_number"),
    *(Question(name, kind="name", max_length=60, unrecorded=name in MAY_BE_MISSING) for name in NAMES),
    Question("born", kind="past_date"),
)
NAMED_PERSON_QUESTIONS = QUESTIONS[:2]
blueprint = Blueprint("civil_registry", __name__)


class TypedParticulars(Schema):
    """The particulars as the client sent them; `check_questions` checks them."""

    national_number = fields.Raw(allow_none=True)
    given_name = fields.Raw(allow_none=True)
    father_name = fields.Raw(allow_none=True)
    family_name = fields.Raw(allow_none=True)
    mother_name = fields.Raw(allow_none=True)
    born = fields.Raw(allow_none=True)


class NamedPerson(Schema):
    """A relative, by number and given name. Both are empty for one's own entry."""

    national_number = fields.Raw(allow_none=True)
    given_name = fields.Raw(allow_none=True)


class Behalf(NamedPerson):
    """The person somebody acts for: a relative or ward by number and name, or a principal by a mandate's proof."""

    capacity = fields.String(
        required=True, validate=validate.OneOf((RELATIVE, AGENT, GUARDIAN), error="unknown_choice")
    )
    proof = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=4000, error="too_long"))


class StatementRequest(Schema):
    """The transaction a statement is for, the person it is about, and the holder of the entry."""

    purpose = fields.String(
        required=True, validate=validate.OneOf((*CATALOGUE, representation.PURPOSE), error="unknown_transaction")
    )
    behalf = fields.Nested(Behalf, unknown=EXCLUDE, allow_none=True, load_default=None)
    holder = fields.Nested(NamedPerson, unknown=EXCLUDE, allow_none=True, load_default=None)


@blueprint.post("/identity/confirm")
@allowed("identity.confirm")
def identity() -> dict[str, object]:
    """The person with these particulars. Raises Refusal (identity_mismatch) without a hint."""
    payload = body(TypedParticulars)
    with transaction() as session:
        answers = check_questions(QUESTIONS, payload, local_date(now(session), ZONE))
        names_typed = {name: "" if answers[name] == NOT_RECORDED else answers[name] for name in NAMES}
        born = date.fromisoformat(answers["born"])
        typed_particulars = Particulars(answers["national_number"], **names_typed, born=born)
        person = confirm_identity(session, current_actor(), typed_particulars)
    # Raised after the commit, so that the failed attempt stays recorded.
    if person is None:
        raise Refusal("identity_mismatch")
    born_as_known = partial_iso(person.born, person.born_precision)
    return {"person": str(person.id), "name": names(person), "sex": person.sex, "born": born_as_known}


class IntroducedPerson(NamedPerson):
    """The principal of a deed, and the person whose kinship to them is asked."""

    agent = fields.UUID(allow_none=True, load_default=None, error_messages={"invalid_uuid": "person_unknown"})


@blueprint.post("/persons/introduce")
@allowed("person.read")
def introduce() -> dict[str, object]:
    """A statement for an officer who checks a deed: whether its principal is registered.

    Raises Refusal (principal_not_found).
    """
    payload = body(IntroducedPerson)
    agent = str(payload["agent"]) if payload["agent"] else None
    with transaction() as session:
        principal = check_questions(NAMED_PERSON_QUESTIONS, payload, local_date(now(session), ZONE))
        signed_statement = attest_to_officer(session, current_actor(), keys(), principal, agent)
    if signed_statement is None:
        raise Refusal("principal_not_found")
    return asdict(signed_statement)


@blueprint.get("/relatives")
@allowed("statement.ask")
def relatives() -> Response:
    """The applicant's near relatives for whom they may ask in a capacity."""
    capacity = request.args.get("capacity", "")
    if capacity not in (GUARDIAN, RELATIVE):
        raise Invalid("unknown_choice", field="capacity")
    with transaction() as session:
        return jsonify(relatives_of(session, current_actor(), capacity))


@blueprint.post("/statements")
@allowed("statement.ask")
def statement() -> dict[str, object]:
    """A signed statement about the applicant or their principal, for one purpose, valid for five minutes.

    It also covers the relative whose entry is asked for, if the request names one.
    """
    payload = body(StatementRequest)
    with transaction() as session:
        day = local_date(now(session), ZONE)
        holder = payload["holder"] and check_questions(NAMED_PERSON_QUESTIONS, payload["holder"], day)
        behalf = payload["behalf"]
        if behalf and not behalf["proof"]:
            behalf = {**behalf, **check_questions(NAMED_PERSON_QUESTIONS, behalf, day)}
        signed_statement = attest(session, current_actor(), keys(), payload["purpose"], holder, behalf)
    # Raised after the commit, so that the failed attempt stays recorded.
    if isinstance(signed_statement, str):
        raise Refusal(signed_statement)
    return asdict(signed_statement)
