"""Bulk actions by two signatures: each kind of proposal with its reader, its preview and its action."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.consular.appointments.calendars import booking_rules, closures, hours, relocation, rest_days
from services.consular.approvals import photo_rule, promise_rule, sign
from services.consular.approvals.model import Proposal
from services.consular.workflow import (
    discard_message,
    extend,
    office_change,
    overrides,
    revoke_document,
    suspend,
)
from services.consular.workflow.bookings import expire_bookings
from services.consular.workflow.money import cash_reversal, rate_bulletin, tariff_change, till_difference, waiver
from services.consular.workflow.money.transfers import bank_account
from shared.database import db
from shared.errors import Conflict, Invalid
from shared.identity.access import check_access
from shared.identity.actor import Actor

Terms = Mapping[str, Any]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of bulk action: `read` checks the terms, `preview` counts what they affect, `carry_out` acts.

    `undo` takes back what `carry_out` did, before the job has acted on anybody; without one nothing can be undone.
    """

    read: Callable[[Session, Terms], Figures]
    preview: Callable[[Session, Terms], Figures]
    carry_out: Callable[[Session, Actor, Proposal], None]
    undo: Callable[[Session, Actor, Proposal], None] | None = None


KINDS: Mapping[str, Kind] = {
    extend.KIND: Kind(extend.read, extend.preview, extend.carry_out),
    suspend.KIND: Kind(suspend.read, suspend.preview, suspend.carry_out),
    revoke_document.KIND: Kind(revoke_document.read, revoke_document.preview, revoke_document.carry_out),
    rate_bulletin.KIND: Kind(rate_bulletin.read, rate_bulletin.preview, rate_bulletin.carry_out),
    tariff_change.KIND: Kind(tariff_change.read, tariff_change.preview, tariff_change.carry_out),
    waiver.KIND: Kind(waiver.read, waiver.preview, waiver.carry_out),
    cash_reversal.KIND: Kind(cash_reversal.read, cash_reversal.preview, cash_reversal.carry_out),
    till_difference.KIND: Kind(till_difference.read, till_difference.preview, till_difference.carry_out),
    bank_account.KIND: Kind(bank_account.read, bank_account.preview, bank_account.carry_out),
    expire_bookings.KIND: Kind(expire_bookings.read, expire_bookings.preview, expire_bookings.carry_out),
    discard_message.KIND: Kind(discard_message.read, discard_message.preview, discard_message.carry_out),
    closures.KIND: Kind(closures.read, closures.preview, closures.carry_out, closures.undo),
    closures.REOPENING: Kind(closures.read_reopening, closures.preview_reopening, closures.carry_out_reopening),
    hours.KIND: Kind(hours.read, hours.preview, hours.carry_out, hours.undo),
    relocation.KIND: Kind(relocation.read, relocation.preview, relocation.carry_out, relocation.undo),
    rest_days.KIND: Kind(rest_days.read, rest_days.preview, rest_days.carry_out),
    **dict.fromkeys(
        (office_change.KIND, office_change.KIND_IN_SYRIA),
        Kind(office_change.read, office_change.preview, office_change.carry_out),
    ),
    photo_rule.KIND: Kind(photo_rule.read, photo_rule.preview, photo_rule.carry_out),
    promise_rule.KIND: Kind(promise_rule.read, promise_rule.preview, promise_rule.carry_out),
    booking_rules.KIND: Kind(booking_rules.read, booking_rules.preview, booking_rules.carry_out),
    **dict.fromkeys(overrides.KINDS, Kind(overrides.read, overrides.preview, overrides.carry_out)),
}


def preview(session: Session, actor: Actor, kind: str, terms: Terms) -> Figures:
    """The clean terms and the figures they affect. Nothing is written. Raises Invalid with a code per field."""
    check_access(actor, "proposal.make", mission=session.info["mission"])
    if kind not in KINDS:
        raise Invalid("unknown_choice", field="kind")
    params = KINDS[kind].read(session, terms)
    return {"params": params, "preview": KINDS[kind].preview(session, params)}


def propose(session: Session, actor: Actor, kind: str, terms: Terms) -> Proposal:
    """Proposes terms to a second person, with the present figures."""
    previewed = preview(session, actor, kind, terms)
    return sign.propose(session, actor, kind, previewed["params"], previewed["preview"])


def approve(session: Session, actor: Actor, reference: str) -> Proposal:
    """Signs and carries out in the same commit; long actions continue in the service's job."""
    proposal = sign.approve(session, actor, reference)
    KINDS[proposal.kind].carry_out(session, actor, proposal)
    return proposal


def undo(session: Session, actor: Actor, reference: str) -> Proposal:
    """Takes a signed proposal back. Raises Conflict (undo_too_late) where that is not possible, or no longer."""
    proposal = sign.find(session, actor, reference)
    take_back = KINDS[proposal.kind].undo
    if take_back is None:
        raise Conflict("undo_too_late")
    undone = sign.undo(session, actor, reference)
    take_back(session, actor, undone)
    return undone


def serialise(session: Session, proposal: Proposal) -> Figures:
    """As the interface shows it; a waiting proposal also has the present figures, under `now`."""
    now = KINDS[proposal.kind].preview(session, proposal.params) if proposal.state == sign.WAITING else None
    until = sign.undo_until(proposal) if KINDS[proposal.kind].undo else None
    may_undo = until is not None and until > db.now(session)
    return {
        **sign.serialise(proposal),
        "now": now,
        "undo_until": until.isoformat() if until and may_undo else None,
    }
