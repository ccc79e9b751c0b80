"""Asks the consular service about letters to ministries and what came of them. No other file knows these addresses."""

from typing import Any, cast
from urllib.parse import quote

from services.gateway.web.current import consular
from shared.identity import Actor


def listed(actor: Actor, **filters: str | int | None) -> dict[str, Any]:
    """Letters of the officer's mission: {rows, counts, more, page}."""
    return cast(dict[str, Any], consular().client.get("/desk/letters", actor, **filters))


def one(actor: Actor, code: str) -> dict[str, Any]:
    """A letter with its ladder and replies. The read is recorded."""
    return cast(dict[str, Any], consular().client.get(_at(code), actor))


def reply(actor: Actor, code: str, told: dict[str, Any]) -> dict[str, Any]:
    """Records a reply. Raises Invalid with a code per field, Conflict once the letter is answered."""
    return cast(dict[str, Any], consular().client.post(f"{_at(code)}/reply", actor, told))


def _at(code: str) -> str:
    return f"/desk/letters/{quote(code, safe='')}"
