"""Messages that could not be applied, as the desk decides them."""

from typing import TypedDict, cast

from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class ParkedMessage(TypedDict):
    """A message that waits for a decision. `detail` names fields, never their values."""

    number: int
    at: str
    age_minutes: int
    about: str
    exchange: str
    routing_key: str
    reason: str
    detail: str


class ParkedDetail(ParkedMessage):
    """The same with its content as far as it is text, and what was decided."""

    bytes: int
    text: str
    verdict: str | None
    verdict_reason: str | None
    verdict_at: str | None


class Gap(TypedDict):
    """A number that a sender owes about an application, and how many messages wait for it since when."""

    sender: str
    about: str
    missing: int
    waiting: int
    age_minutes: int


class ParkedPage(TypedDict):
    """A page of parked messages, and all gaps."""

    messages: list[ParkedMessage]
    gaps: list[Gap]
    page: int
    more: bool


class Parked:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def list_messages(self, actor: Actor, page: int) -> ParkedPage:
        """Those about the mission's applications, the oldest first."""
        return cast(ParkedPage, self.client.get("/desk/parked", actor, page=page))

    def detail(self, actor: Actor, number: int) -> ParkedDetail:
        """One message."""
        return cast(ParkedDetail, self.client.get(f"/desk/parked/{number}", actor))

    def replay(self, actor: Actor, number: int, reason: str) -> None:
        """Has a message taken up again."""
        self.client.post(f"/desk/parked/{number}/replay", actor, {"reason": reason})
