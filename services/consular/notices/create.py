"""Creates a notice in the transaction of its event, so that neither exists without the other."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.notices.model import Notice
from services.consular.notices.rules import KINDS
from shared.database.db import now
from shared.database.rows import table_of

_TABLE = table_of(Notice)
_INSERT = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)


def create_notice(
    session: Session, person: str, kind: str, about: str, once: str | None = None, **params: str | int | None
) -> bool:
    """Creates a notice for a register person. False when a notice with the same `once` exists already.

    `about` is the subject, most often an application's reference; `params` are ids, codes, days and counts, never
    words or names. Raises KeyError for a kind without translations.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    row = {
        "mission": session.info["mission"],
        "person": person,
        "kind": kind,
        "about": about,
        "once": once,
        "params": params,
        "made_at": now(session),
    }
    return session.scalar(_INSERT, row) is not None
