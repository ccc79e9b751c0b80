"""What the routes of applications share: the mission a reference leads to, and answers given once per key."""

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
    """A request that may be repeated without being done twice."""

    key = fields.String(required=True, validate=validate.Length(1, idempotency.KEY_LENGTH, error="too_long"))


def mission_session(reference: str) -> AbstractContextManager[Session]:
    """A transaction in the mission that keeps this reference.

    For staff another mission's reference is as good as absent; an applicant's files may be at any mission, and are
    shown only after their owner is checked. Raises NotFound, for a mistyped reference too.
    """
    actor, mission = current_actor(), mission_of(reference)
    if not is_valid(reference) or (actor.role in OFFICER_ROLES and actor.mission != mission):
        raise NotFound()
    return database().scope(mission)


def run_once(
    reference: str, key: str, request_body: dict[str, Any], act: Act, show: Act | None = None
) -> dict[str, Any]:
    """What `act` answers, or answered the first time this actor came with this key.

    With `show` the answer is what that makes of the file as it stands now, in the same commit.
    """
    with mission_session(reference) as session:
        actor, mission = current_actor(), mission_of(reference)
        answer = idempotency.run_once(
            session, actor, mission, key, {**request_body, "about": reference}, lambda: act(session)
        )
        return show(session) if show else answer
