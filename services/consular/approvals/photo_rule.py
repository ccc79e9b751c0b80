"""Declares by two signatures how many printed photos a mission asks for, and of which size, from a day on."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import dated_rules, reference_data
from services.consular.missions.model import PhotoRule
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import EVERY, PHOTO_RULE
from shared.database import audit
from shared.errors import Conflict, Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor

KIND = "photo_rule"
TRANSACTION, WIDTH, HEIGHT = "photo_transaction", "photo_width", "photo_height"
# The transactions that say beside the photo how many a mission wants.
PHOTOGRAPHED = tuple(slug for slug, entry in CATALOGUE.items() if entry.photo_rules)


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field (unknown_choice, photo_size_half, in_the_past,
    rule_that_day)."""
    today = missions.today(session, session.info["mission"])
    params, named = check_questions(PHOTO_RULE, terms, today), terms.get(TRANSACTION)
    if named not in (EVERY, *PHOTOGRAPHED):
        raise Invalid("unknown_choice" if named else "choose", field=TRANSACTION)
    if (params.get(WIDTH) is None) != (params.get(HEIGHT) is None):
        raise Invalid("photo_size_half", field=HEIGHT if params.get(HEIGHT) is None else WIDTH)
    if date.fromisoformat(params["valid_from"]) < today:
        raise Invalid("in_the_past", field="valid_from")
    clean = {**params, TRANSACTION: named}
    if _is_that_day(session, clean):
        raise Invalid("rule_that_day", field="valid_from")
    return clean


def _is_that_day(session: Session, params: Mapping[str, Any]) -> bool:
    """Whether a row of the mission's own for the same begins on that day: which of the two counts nobody could say."""
    new = _row(session.info["mission"], params)
    return any(
        (row.scope, row.transaction, row.valid_from) == (new.scope, new.transaction, new.valid_from)
        for row in reference_data.rows(session, PhotoRule)
    )


def _row(mission: str, params: Mapping[str, Any], reference: str = "", approver: str = "") -> PhotoRule:
    return PhotoRule(
        id=f"{mission}/{reference}",
        scope=mission,
        transaction=None if params[TRANSACTION] == EVERY else params[TRANSACTION],
        count=params["photo_count"],
        width_mm=params.get(WIDTH),
        height_mm=params.get(HEIGHT),
        valid_from=date.fromisoformat(params["valid_from"]),
        valid_to=None,
        source=params["law_source"],
        certainty=params["certainty"],
        approver=approver,
    )


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """Per transaction what is asked on that day without the new row and with it; only where it changes something.
    Nothing is written."""
    mission = session.info["mission"]
    new = _row(mission, params)
    changes = []
    for slug in PHOTOGRAPHED:
        before = dated_rules.photos(session, slug, mission, new.valid_from)
        after = dated_rules.photos(session, slug, mission, new.valid_from, new)
        if after is new:
            row = {"transaction": slug, "before": before.serialise() if before else None, "after": new.serialise()}
            changes.append(row)
    return {"photos": changes}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Adds the row at once; it holds from its day on, and the earlier rows stay as they are.

    Raises Conflict (proposal_overtaken) where that day is over, or where another row was signed for it meanwhile.
    """
    params = proposal.params
    is_over = date.fromisoformat(params["valid_from"]) < missions.today(session, proposal.mission)
    if is_over or _is_that_day(session, params):
        raise Conflict("proposal_overtaken")
    result = preview(session, params)
    session.add(_row(proposal.mission, params, proposal.reference, actor.id))
    session.flush()
    reference_data.reread(session)
    audit.record(session, actor, "photo_rule.changed", proposal.reference, reason=params[TRANSACTION])
    finish(session, actor, proposal, result)
