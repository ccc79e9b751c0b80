"""What several routes share: the mission session of a reference, one answer per key, the head of an application."""

import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from hashlib import sha256
from typing import Any

from flask import request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular.applications import idempotency
from services.consular.applications.model import Application
from services.consular.people.refusals import WrongPerson
from shared.database import pending
from shared.errors import Invalid, NotFound
from shared.identity.actor import OFFICER_ROLES, Actor
from shared.values.digits import ascii_digits, is_digits
from shared.values.references import is_valid, mission_of
from shared.web.service import current_actor, database, settings, transaction

TEXT = 200
LAST_PAGE = 1_000
STATEMENTS, STATEMENT_LENGTH = 4, 8_000
Act = Callable[[Session], dict[str, Any]]


class Keyed(Schema):
    """A request that may be repeated without a second effect."""

    key = fields.String(required=True, validate=validate.Length(1, idempotency.KEY_LENGTH, error="too_long"))


class Stated(Schema):
    """A request that carries statements of the registers, as they signed them."""

    statements = fields.List(
        fields.String(validate=validate.Length(max=STATEMENT_LENGTH, error="too_long")),
        required=True,
        validate=validate.Length(max=STATEMENTS, error="too_long"),
    )


def has_left() -> bool:
    """Whether the request says that the payer has left the provider's page without paying; one without a body does
    not."""
    sent = request.get_json(silent=True)
    return isinstance(sent, dict) and sent.get("left") is True


def mission_session(reference: str) -> AbstractContextManager[Session]:
    """A transaction in the mission of this reference.

    For staff another mission's reference does not exist. An applicant's files may be at any mission, and are shown only
    after a check of their owner. Raises NotFound, also for a mistyped reference.
    """
    actor, mission = current_actor(), mission_of(reference)
    if not is_valid(reference) or (actor.role in OFFICER_ROLES and actor.mission != mission):
        raise NotFound()
    return database().scope(mission)


def person_transaction() -> AbstractContextManager[Session]:
    """A transaction in the actor's mission that sees the actor's own rows of all missions as well, for reading only."""
    actor = current_actor()
    return database().scope(actor.mission, actor.person or "")


def run_once(
    reference: str, key: str, request_body: dict[str, Any], act: Act, show: Act | None = None
) -> dict[str, Any]:
    """The answer of `act`, or its stored answer to this actor's earlier request with this key.

    With `show` the answer is the present view of the file, in the same commit.
    """
    with mission_session(reference) as session:
        actor, mission = current_actor(), mission_of(reference)
        answer = idempotency.run_once(
            session, actor, mission, key, {**request_body, "about": reference}, lambda: act(session)
        )
        if show is None:
            return answer
        # The view shows the steps and events of this transaction as well.
        pending.write(session)
        return show(session)


def run_once_here(key: str, content: dict[str, Any], act: Act) -> dict[str, Any]:
    """As `run_once`, for what belongs to the actor's mission and to no file."""
    actor = current_actor()
    with transaction() as session:
        return idempotency.run_once(session, actor, actor.mission or "", key, content, lambda: act(session))


def run_once_for_holder(
    reference: str,
    key: str,
    request_body: dict[str, Any],
    act: Act,
    record_wrong_person: Callable[[Session, Actor, str], object],
) -> dict[str, Any]:
    """As `run_once`, for a verb that checks the person at the counter: another person's attempt is recorded, in a
    transaction of its own, and changes nothing. Raises WrongPerson."""
    try:
        return run_once(reference, key, request_body, act)
    except WrongPerson:
        with mission_session(reference) as session:
            record_wrong_person(session, current_actor(), reference)
        raise


def agent_key(number: str) -> str:
    """The keyed hash by which a mandate names its agent's national number, so that the number is not stored."""
    return hmac.new(bytes.fromhex(settings().secret), f"mandate:{number}".encode(), sha256).hexdigest()


def head(application: Application) -> dict[str, Any]:
    """What a verb answers about the file it changed."""
    return {"reference": application.reference, "status": application.status}


def day_argument(name: str) -> date | None:
    """The day in the address under a name, in any digits; None where there is none. Raises Invalid (not_a_date)."""
    text = request.args.get(name)
    try:
        return date.fromisoformat(ascii_digits(text)) if text else None
    except ValueError as error:
        raise Invalid("not_a_date", field=name) from error


def page_number() -> int:
    """The page asked for in the address, in any digits; the first one where it is no number."""
    text = ascii_digits(request.args.get("page", "1"))[:9]
    return min(max(int(text), 1), LAST_PAGE) if is_digits(text) else 1
