"""Declares by two signatures how many working days a mission promises for a transaction or one of its speeds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import dated_rules, reference_data
from services.consular.missions.model import PromiseRule
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import PROMISE_RULE
from shared.catalogue.model import TIER
from shared.catalogue.promises import PROMISES, split_key
from shared.database import audit
from shared.errors import Conflict, Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor

KIND = "promise_rule"
PROMISE = "promise_for"
DOUBTFUL = "L"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field (unknown_choice, in_the_past, rule_that_day)."""
    today = missions.today(session, session.info["mission"])
    params, named = check_questions(PROMISE_RULE, terms, today), terms.get(PROMISE)
    if named not in PROMISES:
        raise Invalid("unknown_choice" if named else "choose", field=PROMISE)
    if date.fromisoformat(params["valid_from"]) < today:
        raise Invalid("in_the_past", field="valid_from")
    clean = {**params, PROMISE: named}
    if _is_that_day(session, clean):
        raise Invalid("rule_that_day", field="valid_from")
    return clean


def _is_that_day(session: Session, params: Mapping[str, Any]) -> bool:
    """Whether a row of the mission's own for the same begins on that day: which of the two counts nobody could say."""
    new = _row(session.info["mission"], params)
    return any(
        (row.scope, row.transaction, row.tier, row.valid_from) == (new.scope, new.transaction, new.tier, new.valid_from)
        for row in reference_data.rows(session, PromiseRule)
    )


def _row(mission: str, params: Mapping[str, Any], reference: str = "", approver: str = "") -> PromiseRule:
    slug, tier = split_key(params[PROMISE])
    return PromiseRule(
        id=f"{mission}/{reference}",
        transaction=slug,
        tier=tier,
        scope=mission,
        working_days=params["promise_days"],
        needs_lawyer=params["certainty"] == DOUBTFUL,
        valid_from=date.fromisoformat(params["valid_from"]),
        valid_to=None,
        source=params["law_source"],
        certainty=params["certainty"],
        approver=approver,
    )


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The working days promised on that day without the new row and with it. Nothing is written."""
    new = _row(session.info["mission"], params)
    asked = CATALOGUE[new.transaction], session.info["mission"], new.valid_from, {TIER: new.tier}
    before, after = dated_rules.promised_days(session, *asked), dated_rules.promised_days(session, *asked, new)
    return {"promise": {PROMISE: params[PROMISE], "before": before, "after": after}}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Adds the row at once; it holds for what is promised from its day on. What was promised before stays.

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
    audit.record(session, actor, "promise_rule.changed", proposal.reference, reason=params[PROMISE])
    finish(session, actor, proposal, result)
