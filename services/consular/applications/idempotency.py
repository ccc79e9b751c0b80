"""Gives a repeated request the answer of the first one: the key's row is inserted before anything is done."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
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
_COLUMNS = ("mission", "actor", "key", "digest", "at")
# A claim without an answer is of a request that was refused among others: whoever repeats it takes it over. In one
# order, so that no two batches wait for one another.
_CLAIM = text(
    f"""
    INSERT INTO command ({", ".join(_COLUMNS)})
    SELECT {", ".join(_COLUMNS)} FROM {pending.recordset(_TABLE, _COLUMNS, "claims")} ORDER BY actor, key
    ON CONFLICT (mission, actor, key) DO UPDATE SET digest = excluded.digest, at = excluded.at
    WHERE command.answer IS NULL RETURNING actor, key
    """  # noqa: S608
)
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


@dataclass(frozen=True)
class Request:
    """A request that may be repeated: whose it is, under which key, and what it asks for."""

    actor: str
    key: str
    digest: str


def request_of(actor: Actor, key: str, request_body: object) -> Request:
    """The request of this actor. Raises Invalid for a key that is missing or too long."""
    if not key or len(key) > KEY_LENGTH:
        raise Invalid("required" if not key else "too_long", field="key")
    digest = hashlib.sha256(json.dumps(request_body, sort_keys=True, default=str).encode()).hexdigest()
    return Request(actor.id, key, digest)


def claim(session: Session, mission: str, requests: Iterable[Request]) -> set[tuple[str, str]]:
    """Claims the keys of requests, no two with one actor and key; gives actor and key of those that were free.

    Waits for whoever is answering the same request. A claim that gets no answer in this transaction is free again.
    """
    at = now(session)
    rows = [
        {"mission": mission, "actor": one.actor, "key": one.key, "digest": one.digest, "at": at} for one in requests
    ]
    return {(row.actor, row.key) for row in session.execute(_CLAIM, {"claims": pending.as_json(rows)})}


def store(session: Session, mission: str, request: Request, answer: Answer) -> None:
    """Has the answer of a claimed request stored with the commit."""
    row = {"mission": mission, "actor": request.actor, "key": request.key, "answer": answer}
    pending.write_at_end(session, _STORE, row)


def run_once(
    session: Session, actor: Actor, mission: str, key: str, request_body: object, act: Callable[[], Answer]
) -> Answer:
    """The answer of `act`, or the one stored under this actor's key. Raises Conflict for a different request body.

    A second request waits on the first one's row until it commits. If the first one fails, its key is free again.
    """
    request = request_of(actor, key, request_body)
    if not claim(session, mission, [request]):
        return _stored(session, mission, request)
    answer = act()
    store(session, mission, request, answer)
    return answer


def _stored(session: Session, mission: str, request: Request) -> Answer:
    command = session.scalars(select(Command).filter_by(mission=mission, actor=request.actor, key=request.key)).one()
    if command.digest != request.digest:
        raise Conflict("key_used_for_another_request")
    if command.answer is None:
        raise Conflict("key_in_use")
    return command.answer
