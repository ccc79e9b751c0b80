"""Shared parts of the application routes: the mission session of a reference, and one answer per key."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular.applications import idempotency
from shared.errors import NotFound
from shared.identity.actor import OFFICER_ROLES
from shared.values.references import is_valid, mission_of
from shared.web.service import current_actor, database

TEXT = 200
Act = Callable[[Session], dict[str, Any]]


class Keyed(Schema):
    """A request that may be repeated without a second effect."""

    key = fields.String(required=True, validate=validate.Length(1, idempotency.KEY_LENGTH, error="too_long"))


def mission_session(reference: str) -> AbstractContextManager[Session]:
    """A transaction in the mission of this reference.

    For staff another mission's reference does not exist. An applicant's files may be at any mission, and are shown only
    after a check of their owner. Raises NotFound, also for a mistyped reference.
    """
    actor, mission = current_actor(), mission_of(reference)
    if not is_valid(reference) or (actor.role in OFFICER_ROLES and actor.mission != mission):
        raise NotFound()
    return database().scope(mission)


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
        return show(session) if show else answer
