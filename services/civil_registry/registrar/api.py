"""The registrar's routes: what the register contradicts at a mission, and the two ways in which it ends."""

from datetime import date
from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.civil_registry.attest import names
from services.civil_registry.model import Person, RegistryOffice, Request
from services.civil_registry.registrar import settle
from services.civil_registry.registrar.sides import sides
from services.civil_registry.rules import ZONE
from shared.catalogue.model import Question
from shared.database import audit
from shared.database.db import now
from shared.errors import NotFound, Refusal
from shared.forms import check_questions
from shared.values.dates import local_date
from shared.values.digits import is_digits
from shared.web.service import allowed, body, current_actor, transaction

JUDGMENT = (
    Question("court", max_length=120),
    Question("judgment_number", max_length=60),
    Question("judged_on", kind="past_date"),
)
LONGEST_NUMBER = 18
KEY = {"required": True, "validate": validate.Length(1, 100, error="too_long")}
blueprint = Blueprint("registrar", __name__, url_prefix="/mismatches")


class Correction(Schema):
    """The judgment, as it was typed; `check_questions` reads it."""

    key = fields.String(**KEY)  # type: ignore[arg-type]
    court = fields.Raw(allow_none=True)
    judgment_number = fields.Raw(allow_none=True)
    judged_on = fields.Raw(allow_none=True)


class Dismissal(Schema):
    """Why it is no contradiction."""

    key = fields.String(**KEY)  # type: ignore[arg-type]
    reason = fields.String(load_default="")


@blueprint.get("")
@allowed("mismatch.list")
def list_requests() -> list[dict[str, Any]]:
    """What waits at the registrar's mission, with both sides of each contradiction; the reading is recorded."""
    with transaction() as session:
        actor = current_actor()
        rows = settle.open_requests(session)
        audit.record(session, actor, "mismatch.list", actor.mission or "", count=len(rows))
        return [_row(session, one) for one in rows]


def _row(session: Session, asked: Request) -> dict[str, Any]:
    holder = session.get(Person, asked.person)
    if holder is None:
        raise NotFound("person_unknown")
    office = session.get_one(RegistryOffice, holder.office)
    return {
        "id": asked.id,
        "application": asked.application,
        "transaction": asked.transaction,
        "since": asked.answered_at.isoformat(),
        "holder": {"name": names(holder), "national_number": holder.national_number},
        "entry": {"number": holder.entry, "office": {"ar": office.name_ar, "en": office.name_en}},
        "findings": sides(session, holder, asked.transaction, asked.findings),
        "may_dismiss": settle.may_dismiss(asked.findings),
    }


def _number(text: str) -> int:
    """The number of a request. Raises NotFound for what is none."""
    if not is_digits(text) or len(text) > LONGEST_NUMBER:
        raise NotFound()
    return int(text)


@blueprint.post("/<mismatch>/correct")
@allowed("mismatch.correct")
def correct(mismatch: str) -> dict[str, Any]:
    """Corrected by a judgment: the register is looked at again, and that is recorded even where it changes nothing."""
    asked = body(Correction)
    with transaction() as session:
        told = check_questions(JUDGMENT, asked, local_date(now(session), ZONE))
        judgment = settle.Judgment(told["court"], told["judgment_number"], date.fromisoformat(told["judged_on"]))
        wrong = settle.correct(session, current_actor(), _number(mismatch), judgment, asked["key"])
    # After the commit, so that a look that found it unchanged leaves its trace.
    if wrong:
        raise Refusal("register_still_contradicts", findings=wrong)
    return {"settled": mismatch}


@blueprint.post("/<mismatch>/dismiss")
@allowed("mismatch.dismiss")
def dismiss(mismatch: str) -> dict[str, Any]:
    """No contradiction, for a reason."""
    asked = body(Dismissal)
    with transaction() as session:
        settle.dismiss(session, current_actor(), _number(mismatch), asked["reason"], asked["key"])
    return {"settled": mismatch}
