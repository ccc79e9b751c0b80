"""Tells a person something, in the transaction of what happened: no news without the change, no change in silence."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.notices.model import Notice
from services.consular.notices.rules import KINDS


def create_notice(
    session: Session, person: str, kind: str, about: str, once: str | None = None, **params: str | int | None
) -> bool:
    """Leaves a notice in the account of a register person. False when it was told before, as `once` counts it.

    `about` is what it is about, most often an application's reference; `params` are ids, codes, days and counts,
    never words or names. Raises KeyError for a kind without words.
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
        "made_at": func.now(),
    }
    return session.scalar(insert(Notice).values(row).on_conflict_do_nothing().returning(Notice.id)) is not None
