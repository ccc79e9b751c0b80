"""Letters to ministries and the replies that officers record."""

from typing import Any, cast
from urllib.parse import quote

from shared.client import Client
from shared.identity import Actor


class Letters:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def list_letters(self, actor: Actor, **filters: str | int | None) -> dict[str, Any]:
        """Letters of the officer's mission: {rows, counts, more, page}."""
        return cast(dict[str, Any], self.client.get("/desk/letters", actor, **filters))

    def detail(self, actor: Actor, code: str) -> dict[str, Any]:
        """A letter with its reminders and replies. The read is recorded."""
        return cast(dict[str, Any], self.client.get(_path(code), actor))

    def reply(self, actor: Actor, code: str, reply: dict[str, Any]) -> None:
        """Records a reply. Raises Invalid with a code per field, Conflict once the letter is answered."""
        self.client.post(f"{_path(code)}/reply", actor, reply)


def _path(code: str) -> str:
    return f"/desk/letters/{quote(code, safe='')}"
