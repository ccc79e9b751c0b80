"""Closes a till by the officer's count; a difference is put before a second person, who says that they know of it.

The difference is booked at once and stays in the books: the signature is about who answers for it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.payments.tills import till
from services.consular.payments.tills.model import Pieces, Till
from shared.errors import Invalid
from shared.identity.actor import Actor

KIND = "till_difference"


def close(session: Session, actor: Actor, reference: str, pieces: Pieces) -> Till:
    """Closes the acting officer's till. Raises what `till.close_till` raises."""
    closed = till.close_till(session, actor, reference, pieces)
    if closed.variance:
        terms = {
            "till_reference": closed.reference,
            "till_expected": {"amount": closed.expected_amount, "currency": closed.currency},
            "till_counted": {"amount": closed.counted_amount, "currency": closed.currency},
        }
        sign.propose(session, actor, KIND, terms, _figures(closed), "till.close")
    return closed


def read(_session: Session, _terms: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Invalid: a difference comes from a count."""
    raise Invalid("unknown_choice", field="kind")


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """It touches no application."""
    return _figures(session.get_one(Till, params["till_reference"]))


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Nothing is left to do: who signed stands in the proposal."""
    sign.finish(session, actor, proposal, preview(session, proposal.params))


def _figures(closed: Till) -> dict[str, Any]:
    return {"applications": 0, "money": [{"currency": closed.currency, "amount": closed.variance}]}
