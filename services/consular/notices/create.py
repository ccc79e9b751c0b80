"""Creates a notice in the transaction of its event, so that neither exists without the other."""

from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.notices.model import Notice
from services.consular.notices.rules import KINDS
from shared.database import pending
from shared.database.db import now
from shared.database.rows import table_of

_TABLE = table_of(Notice)
_INSERT = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)
_AT_END = pending.insert_at_end(_TABLE, "mission", "person", "kind", "about", "params", "made_at")


def create_notice(
    session: Session, person: str, kind: str, about: str, once: str | None = None, **params: str | int | None
) -> bool:
    """Creates a notice for a register person. False when a notice with the same `once` exists already.

    `about` is the subject, most often an application's reference; `params` are ids, codes, days and counts, never
    words or names. Raises KeyError for a kind without translations.
    """
    return session.scalar(_INSERT, _row(session, person, kind, about, once, params)) is not None


def create_at_end(session: Session, person: str, kind: str, about: str) -> None:
    """As `create_notice`, with the other rows at the end of the transaction."""
    pending.write_at_end(session, _AT_END, _row(session, person, kind, about, None, {}))


def _row(
    session: Session, person: str, kind: str, about: str, once: str | None, params: Mapping[str, object]
) -> dict[str, object]:
    if kind not in KINDS:
        raise KeyError(kind)
    return {
        "mission": session.info["mission"],
        "person": person,
        "kind": kind,
        "about": about,
        "once": once,
        "params": params,
        "made_at": now(session),
    }
