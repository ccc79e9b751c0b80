"""Counts a try before the work is done, in a separate transaction that a refusal does not roll back."""

from collections.abc import Sequence

from flask import request

from services.gateway.accounts.throttle import (
    Limit,
    TooMany,
    Tried,
    count_tries,
    count_try,
    forget_old_tries,
    network_limits,
)
from services.gateway.web.current import accounts, settings


def slow_down_network(limit: Limit) -> None:
    """Raises TooMany when the visitor's network has tried this too often."""
    for counted, network in network_limits(limit, request.remote_addr):
        slow_down(counted, network)


def first_refused(tries: Sequence[tuple[Limit, str]]) -> Tried | None:
    """Counts a try of each of these limits in one commit; gives the first that was tried too often."""
    with accounts().scope(None) as session:
        counted = count_tries(session, settings().secret, tries)
        if any(tried.count == 1 for tried in counted):
            forget_old_tries(session)
    return next((tried for tried in counted if tried.refusal is not None), None)


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
