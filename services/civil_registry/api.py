"""How the civil registry is asked: who somebody is, and what it attests about them."""

from dataclasses import asdict
from datetime import date

from flask import Blueprint
from marshmallow import EXCLUDE, Schema, fields, validate

from services.civil_registry.attest import attest, introduced, names
from services.civil_registry.confirm_identity import confirm_identity
from services.civil_registry.rules import ZONE, Particulars
from shared.catalogue import CATALOGUE
from shared.catalogue.model import AGENT, GUARDIAN, RELATIVE, Question
from shared.database.db import now
from shared.errors import Refusal
from shared.forms import check_questions
from shared.identity import representation
from shared.values.dates import local_date
from shared.web.service import allowed, body, current_actor, keys, transaction

NAMES = ("given_name", "father_name", "family_name", "mother_name")
QUESTIONS = (
    Question("national_number", kind="national_number"),
    *(Question(name, max_length=60) for name in NAMES),
    Question("born", kind="past_date"),
)
NAMED = QUESTIONS[:2]
blueprint = Blueprint("civil_registry", __name__)


class Typed(Schema):
    """The particulars as they arrive; `check_questions` reads them."""

    national_number = fields.Raw(allow_none=True)
    given_name = fields.Raw(allow_none=True)
    father_name = fields.Raw(allow_none=True)
    family_name = fields.Raw(allow_none=True)
    mother_name = fields.Raw(allow_none=True)
    born = fields.Raw(allow_none=True)


class Named(Schema):
    """A relative by number and given name; neither for one's own entry."""

    national_number = fields.Raw(allow_none=True)
    given_name = fields.Raw(allow_none=True)


class Behalf(Named):
    """For whom one asks if not for oneself: a relative or ward by number and name, or by a mandate consular proves."""

    capacity = fields.String(
        required=True, validate=validate.OneOf((RELATIVE, AGENT, GUARDIAN), error="unknown_choice")
    )
    proof = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=4000, error="too_long"))


class StatementRequest(Schema):
    """For which transaction a statement is wanted, for whom, and about whose entry."""

    purpose = fields.String(
        required=True, validate=validate.OneOf((*CATALOGUE, representation.PURPOSE), error="unknown_transaction")
    )
    behalf = fields.Nested(Behalf, unknown=EXCLUDE, allow_none=True, load_default=None)
    holder = fields.Nested(Named, unknown=EXCLUDE, allow_none=True, load_default=None)


@blueprint.post("/identity/confirm")
@allowed("identity.confirm")
def identity() -> dict[str, object]:
    """The person whose particulars these are; one hint at most when they are nobody's."""
    sent = body(Typed)
    with transaction() as session:
        typed = check_questions(QUESTIONS, sent, local_date(now(session), ZONE))
        wanted = Particulars(**{**typed, "born": date.fromisoformat(typed["born"])})
        person, recheck = confirm_identity(session, current_actor(), wanted)
    # After the commit, so that a failed attempt leaves its trace.
    if person is None:
        raise Refusal("identity_mismatch", recheck=recheck)
    return {"person": str(person.id), "name": names(person), "sex": person.sex, "born": person.born.isoformat()}


@blueprint.post("/persons/introduce")
@allowed("person.read")
def introduce() -> dict[str, object]:
    """For an officer who checks a paper: whether its principal stands in the register, attested to that officer."""
    sent = body(Named)
    with transaction() as session:
        named = check_questions(NAMED, sent, local_date(now(session), ZONE))
        made = introduced(session, current_actor(), keys(), named)
    if made is None:
        raise Refusal("principal_not_found")
    return asdict(made)


@blueprint.post("/statements")
@allowed("statement.ask")
def statement() -> dict[str, object]:
    """A signed statement about the asking person or whom they act for, for one purpose and five minutes; about the
    relative whose entry is meant too, if one is named."""
    asked = body(StatementRequest)
    with transaction() as session:
        day = local_date(now(session), ZONE)
        named = asked["holder"] and check_questions(NAMED, asked["holder"], day)
        behalf = asked["behalf"]
        if behalf and not behalf["proof"]:
            behalf = {**behalf, **check_questions(NAMED, behalf, day)}
        made = attest(session, current_actor(), keys(), asked["purpose"], named, behalf)
    # After the commit, so that a failed attempt leaves its trace.
    if isinstance(made, str):
        raise Refusal(made)
    return asdict(made)
