"""Declares by two signatures how many printed photos a mission asks for, and of which size, from a day on."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.approvals import dated_rows
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import dated_rules
from services.consular.missions.model import PhotoRule
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import EVERY, PHOTO_RULE
from shared.database import audit
from shared.errors import Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor

KIND = "photo_rule"
# Beside transaction and mission, what rows of one thing share.
SAME: tuple[str, ...] = ()
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
    clean = {**params, TRANSACTION: named}
    dated_rows.check_day(session, _row(session.info["mission"], clean), SAME)
    return clean


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
    """Adds the row at once. Raises as `dated_rows.add`."""
    params = proposal.params
    result = preview(session, params)
    dated_rows.add(session, _row(proposal.mission, params, proposal.reference, actor.id), SAME)
    audit.record(session, actor, "photo_rule.changed", proposal.reference, reason=params[TRANSACTION])
    finish(session, actor, proposal, result)
