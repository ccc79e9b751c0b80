"""HTTP routes of the registrar: open contradictions at a mission, correction and dismissal."""

from datetime import date
from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.civil_registry.attest import names
from services.civil_registry.model import Person, RegistryOffice, Request
from services.civil_registry.registrar import settle
from services.civil_registry.registrar.sides import both_sides
from services.civil_registry.rules import ZONE
from shared.catalogue.model import Question
from shared.database import audit
from shared.database.db import now
from shared.errors import NotFound, Refusal
from shared.forms import check_questions
from shared.values.dates import local_date
from shared.values.digits import is_digits
from shared.web.service import allowed, body, current_actor, transaction

JUDGMENT_QUESTIONS = (
    Question("court", max_length=120),
    Question("judgment_number", max_length=60),
    Question("judged_on", kind="past_date"),
)
LONGEST_NUMBER = 18
KEY = {"required": True, "validate": validate.Length(1, 100, error="too_long")}
blueprint = Blueprint("registrar", __name__, url_prefix="/mismatches")


class Correction(Schema):
    """The judgment as the client sent it; `check_questions` checks it."""

    key = fields.String(**KEY)  # type: ignore[arg-type]
    court = fields.Raw(allow_none=True)
    judgment_number = fields.Raw(allow_none=True)
    judged_on = fields.Raw(allow_none=True)


class Dismissal(Schema):
    """The reason why it is no contradiction."""

    key = fields.String(**KEY)  # type: ignore[arg-type]
    reason = fields.String(load_default="")


@blueprint.get("")
@allowed("mismatch.list")
def list_requests() -> list[dict[str, Any]]:
    """The open requests of the registrar's mission, with both sides of each contradiction. The access is recorded."""
    with transaction() as session:
        actor = current_actor()
        rows = settle.open_requests(session)
        audit.record(session, actor, "mismatch.list", actor.mission or "", count=len(rows))
        return [_serialise(session, request) for request in rows]


def _serialise(session: Session, request: Request) -> dict[str, Any]:
    holder = session.get(Person, request.person)
    if holder is None:
        raise NotFound("person_unknown")
    office = session.get_one(RegistryOffice, holder.office)
    return {
        "id": request.id,
        "application": request.application,
        "transaction": request.transaction,
        "since": request.answered_at.isoformat(),
        "holder": {"name": names(holder), "national_number": holder.national_number},
        "entry": {"number": holder.entry, "office": {"ar": office.name_ar, "en": office.name_en}},
        "findings": both_sides(session, holder, request.transaction, request.findings),
        "may_dismiss": settle.may_dismiss(request.findings),
    }


def _request_number(text: str) -> int:
    """The number of a request. Raises NotFound for malformed text."""
    if not is_digits(text) or len(text) > LONGEST_NUMBER:
        raise NotFound()
    return int(text)


@blueprint.post("/<mismatch>/correct")
@allowed("mismatch.correct")
def correct(mismatch: str) -> dict[str, Any]:
    """Settles by a judgment, after the register is checked again. The check is recorded even if it fails."""
    payload = body(Correction)
    with transaction() as session:
        answers = check_questions(JUDGMENT_QUESTIONS, payload, local_date(now(session), ZONE))
        judgment = settle.Judgment(
            answers["court"], answers["judgment_number"], date.fromisoformat(answers["judged_on"])
        )
        codes = settle.correct(session, current_actor(), _request_number(mismatch), judgment, payload["key"])
    # Raised after the commit, so that the failed check stays recorded.
    if codes:
        raise Refusal("register_still_contradicts", findings=codes)
    return {"settled": mismatch}


@blueprint.post("/<mismatch>/dismiss")
@allowed("mismatch.dismiss")
def dismiss(mismatch: str) -> dict[str, Any]:
    """Settles as no contradiction, with a reason."""
    payload = body(Dismissal)
    with transaction() as session:
        settle.dismiss(session, current_actor(), _request_number(mismatch), payload["reason"], payload["key"])
    return {"settled": mismatch}
