"""Steps that take a seat: capped by person and network, and paid with work of the device or by a stricter cap."""

from flask import request

from services.gateway.accounts import challenges
from services.gateway.accounts.challenges import Step
from services.gateway.accounts.sessions import Visitor
from services.gateway.accounts.throttle import (
    SEATS_BY_ADDRESS,
    SEATS_BY_PERSON,
    UNPROVEN_SEATS_BY_PERSON,
    TooMany,
    network_limits,
)
from services.gateway.web.access.throttling import first_refused
from services.gateway.web.current import accounts, settings, visitor
from shared.errors import Refusal

FIELD = "altcha"


def check_step(action: str) -> None:
    """Counts the step before it is done, by network and by person at once, and uses up the solution that came with it.

    Raises TooMany above a cap, and what `use_solution` raises.
    """
    person, payload = counted_person(visitor()), request.form.get(FIELD, "")
    tries = [*network_limits(SEATS_BY_ADDRESS, request.remote_addr), (SEATS_BY_PERSON, person)]
    if not payload:
        tries.append((UNPROVEN_SEATS_BY_PERSON, person))
    tried = first_refused(tries)
    if tried is not None and tried.refusal is not None:
        if tried.limit == UNPROVEN_SEATS_BY_PERSON:
            raise TooMany("too_many_unproven", **tried.refusal.params)
        raise tried.refusal
    if payload:
        _use(Step(action, person, request.form.get("key", "")), payload)


def counted_person(visitor: Visitor) -> str:
    """Who is counted: two accounts of one person count as one."""
    return visitor.actor.person or visitor.account


def _use(step: Step, payload: str) -> None:
    refused: Refusal | None = None
    with accounts().scope(None) as session:
        try:
            challenges.use_solution(session, settings().secret, step, payload)
        except Refusal as refusal:
            refused = refusal
    if refused is not None:
        raise refused
