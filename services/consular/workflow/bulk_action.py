"""What a second signature sets off: each kind of proposal with how it is read, previewed and carried out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.workflow import expire_bookings, extend, suspend
from shared.errors import Invalid
from shared.identity.access import check_access
from shared.identity.actor import Actor

Terms = Mapping[str, Any]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """Reads the terms, says what they would touch, and does it once both have signed."""

    read: Callable[[Session, Terms], Figures]
    preview: Callable[[Session, Terms], Figures]
    carry_out: Callable[[Session, Actor, Proposal], None]


KINDS: Mapping[str, Kind] = {
    extend.KIND: Kind(extend.read, extend.preview, extend.carry_out),
    suspend.KIND: Kind(suspend.read, suspend.preview, suspend.carry_out),
    expire_bookings.KIND: Kind(expire_bookings.read, expire_bookings.preview, expire_bookings.carry_out),
}


def preview(session: Session, actor: Actor, kind: str, terms: Terms) -> Figures:
    """The clean terms and what they would touch. Nothing is written. Raises Invalid with a code per field."""
    check_access(actor, "proposal.make", mission=session.info["mission"])
    if kind not in KINDS:
        raise Invalid("unknown_choice", field="kind")
    params = KINDS[kind].read(session, terms)
    return {"params": params, "preview": KINDS[kind].preview(session, params)}


def propose(session: Session, actor: Actor, kind: str, terms: Terms) -> Proposal:
    """Puts terms before a second person, with the figures as they are now."""
    previewed = preview(session, actor, kind, terms)
    return sign.propose(session, actor, kind, previewed["params"], previewed["preview"])


def approve(session: Session, actor: Actor, reference: str) -> Proposal:
    """Signs, and carries out in the same commit; what takes long goes on in the service's job."""
    proposal = sign.approve(session, actor, reference)
    KINDS[proposal.kind].carry_out(session, actor, proposal)
    return proposal


def serialise(session: Session, proposal: Proposal) -> Figures:
    """As the interface shows it; while it waits, with the figures of this moment beside those of its proposal."""
    now = KINDS[proposal.kind].preview(session, proposal.params) if proposal.state == sign.WAITING else None
    return {**sign.serialise(proposal), "now": now}
