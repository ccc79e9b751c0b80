"""Gives a repeated request the answer of the first one: the key's row is inserted before anything is done."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.applications.model import Command
from shared.database import pending
from shared.database.db import now
from shared.database.rows import table_of
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor

KEY_LENGTH = 100
Answer = dict[str, Any]
_TABLE = table_of(Command)
_CLAIM = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)
_STORE = pending.EndWrite(
    "new_answer",
    f"""
    new_answer AS (
        UPDATE command SET answer = sent.answer
        FROM {pending.recordset(_TABLE, ("mission", "actor", "key", "answer"), "new_answer")}
        WHERE command.mission = sent.mission AND command.actor = sent.actor AND command.key = sent.key
    )
    """,  # noqa: S608
)


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
    if session.scalar(_CLAIM, {**command_key, "digest": digest, "at": now(session)}) is None:
        return _stored(session, command_key, digest)
    answer = act()
    pending.write_at_end(session, _STORE, {**command_key, "answer": answer})
    return answer


def _stored(session: Session, command_key: dict[str, str], digest: str) -> Answer:
    command = session.scalars(select(Command).filter_by(**command_key)).one()
    if command.digest != digest:
        raise Conflict("key_used_for_another_request")
    if command.answer is None:
        raise Conflict("key_in_use")
    return command.answer
