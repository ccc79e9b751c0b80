"""What is done only shortly after a proof that its owner is there: a session that was left open is not enough."""

from collections.abc import Set

from services.gateway.accounts.sessions import Visitor
from shared.errors import NotAllowed

# Addresses, payouts, roles, mandates, second factors, codes that open an account, and what two people sign.
FRESHLY: Set[str] = frozenset(
    {"contact.ask_change", "contact.change", "contact.confirm_change", "channels.send_code"}
    | {"mandates.ask", "mandates.grant", "mandates.ask_deed", "mandates.hand_in", "mandates.settle"}
    | {"factors.ask_authenticator", "factors.add_authenticator", "factors.remove_authenticator", "factors.make_codes"}
    | {"factors.ask_passkey", "factors.add_passkey", "factors.remove_passkey"}
    | {"desk.staff_propose", "desk.staff_decide", "desk.identity_propose", "desk.identity_decide"}
    | {"desk.act_on_refund", "desk.approve_refund", "desk.write_refund_file", "desk.refund_file"}
    | {"desk.propose", "desk.decide_proposal", "desk.bank_decide"}
    | {"desk.mandate_accept", "desk.mandate_refuse", "desk.recovery_code", "desk.identity_code"}
    | {"desk.identity_letter", "desk.identity_verdict"}
)


class ProofNeeded(NotAllowed):
    """Whoever is signed in has to prove again to be there."""


def check_fresh(endpoint: str | None, visitor: Visitor | None) -> None:
    """Raises ProofNeeded where the page asks for a proof and the last one was long ago."""
    if endpoint in FRESHLY and visitor is not None and not visitor.is_fresh:
        raise ProofNeeded("proof_needed")
