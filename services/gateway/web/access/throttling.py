"""Counts a try before the work is done, in a separate transaction that a refusal does not roll back."""

from flask import request

from services.gateway.accounts.throttle import Limit, TooMany, count_try, forget_old_tries, network_limits
from services.gateway.web.current import accounts, settings


def slow_down_network(limit: Limit) -> None:
    """Raises TooMany when the visitor's network has tried this too often."""
    for counted, network in network_limits(limit, request.remote_addr):
        slow_down(counted, network)


def slow_down(limit: Limit, subject: str) -> None:
    """Raises TooMany when the subject has tried this too often."""
    refused: TooMany | None = None
    with accounts().scope(None) as session:
        try:
            if count_try(session, settings().secret, limit, subject) == 1:
                forget_old_tries(session)
        except TooMany as refusal:
            refused = refusal
    if refused is not None:
        raise refused
