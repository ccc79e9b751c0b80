"""Declares by two signatures how many working days a mission promises for a transaction or one of its speeds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.approvals import dated_rows
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import dated_rules
from services.consular.missions.model import PromiseRule
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import PROMISE_RULE
from shared.catalogue.model import TIER
from shared.catalogue.promises import PROMISES, split_key
from shared.database import audit
from shared.errors import Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor

KIND = "promise_rule"
# Beside transaction and mission, what rows of one thing share.
SAME: tuple[str, ...] = ("tier",)
PROMISE = "promise_for"
DOUBTFUL = "L"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field (unknown_choice, in_the_past, rule_that_day)."""
    today = missions.today(session, session.info["mission"])
    params, named = check_questions(PROMISE_RULE, terms, today), terms.get(PROMISE)
    if named not in PROMISES:
        raise Invalid("unknown_choice" if named else "choose", field=PROMISE)
    clean = {**params, PROMISE: named}
    dated_rows.check_day(session, _row(session.info["mission"], clean), SAME)
    return clean


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
    """Adds the row at once; what was promised before stays. Raises as `dated_rows.add`."""
    params = proposal.params
    result = preview(session, params)
    dated_rows.add(session, _row(proposal.mission, params, proposal.reference, actor.id), SAME)
    audit.record(session, actor, "promise_rule.changed", proposal.reference, reason=params[PROMISE])
    finish(session, actor, proposal, result)
