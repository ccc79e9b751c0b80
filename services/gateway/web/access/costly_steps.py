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
)
from services.gateway.web.access.throttling import slow_down, slow_down_network
from services.gateway.web.current import accounts, settings, visitor
from shared.errors import Refusal

FIELD = "altcha"


def check_step(action: str) -> None:
    """Counts the step before it is done, and uses up the solution that came with it.

    Raises TooMany above a cap, and what `use_solution` raises.
    """
    person = counted_person(visitor())
    slow_down_network(SEATS_BY_ADDRESS)
    slow_down(SEATS_BY_PERSON, person)
    payload = request.form.get(FIELD, "")
    if payload:
        _use(Step(action, person, request.form.get("key", "")), payload)
        return
    try:
        slow_down(UNPROVEN_SEATS_BY_PERSON, person)
    except TooMany as refused:
        raise TooMany("too_many_unproven", **refused.params) from refused


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
