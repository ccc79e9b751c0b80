"""Gives a repeated request the answer of the first one: the key's row is inserted before anything is done."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.applications.model import Command
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor

KEY_LENGTH = 100
Answer = dict[str, Any]


def run_once(
    session: Session, actor: Actor, mission: str, key: str, request_body: object, act: Callable[[], Answer]
) -> Answer:
    """The answer of `act`, or the one stored under this actor's key. Raises Conflict for a different request body.

    A second request waits on the first one's row until it commits. If the first one fails, its key is free again.
    """
    if not key or len(key) > KEY_LENGTH:
        raise Invalid("required" if not key else "too_long", field="key")
    digest = hashlib.sha256(json.dumps(request_body, sort_keys=True, default=str).encode()).hexdigest()
    command_key = {"mission": mission, "actor": actor.id, "key": key}
    statement = insert(Command).values(**command_key, digest=digest, at=func.now()).on_conflict_do_nothing()
    if session.scalar(statement.returning(Command.key)) is None:
        return _stored(session, command_key, digest)
    answer = act()
    session.execute(update(Command).filter_by(**command_key).values(answer=answer))
    return answer


def _stored(session: Session, command_key: dict[str, str], digest: str) -> Answer:
    command = session.scalars(select(Command).filter_by(**command_key)).one()
    if command.digest != digest:
        raise Conflict("key_used_for_another_request")
    if command.answer is None:
        raise Conflict("key_in_use")
    return command.answer
