"""Asks the civil registry who somebody is and what it attests. No other file knows its addresses."""

from typing import Any, NotRequired, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from services.gateway.clients.issued_documents import IssuedDocuments
from services.gateway.clients.names import RegisterName
from shared.identity.actor import ANONYMOUS, Actor


class Confirmed(TypedDict):
    """The person the register holds under what somebody typed."""

    person: str
    name: RegisterName
    sex: str
    born: str


class Relative(TypedDict):
    """Somebody for whom the visitor may ask, with what they are to the visitor."""

    person: str
    national_number: str
    name: RegisterName
    sex: str
    alive: bool
    kinship: str | None


class Statement(TypedDict):
    """What a register attests for one purpose: signed for consular, and in the clear for the page."""

    statement: str
    facts: dict[str, Any]
    proofs: NotRequired[dict[str, str]]


class CivilRegistry:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.documents = IssuedDocuments(client)

    def confirm_identity(self, actor: Actor, typed: dict[str, str]) -> Confirmed:
        """The person, when number, names and date all agree. A mismatch names no field."""
        return cast(Confirmed, self.client.post("/identity/confirm", actor, typed))

    def state(
        self,
        actor: Actor,
        purpose: str,
        holder: dict[str, str] | None = None,
        behalf: dict[str, str | None] | None = None,
    ) -> Statement:
        """A statement about the actor's person, or about whom they act for; and about the relative whose entry is
        meant, if one is named."""
        asked: dict[str, Any] = {"purpose": purpose, "holder": holder, "behalf": behalf}
        return cast(Statement, self.client.post("/statements", actor, asked))

    def relatives(self, actor: Actor, capacity: str) -> list[Relative]:
        """The near relatives for whom the actor may ask in a capacity."""
        return cast(list[Relative], self.client.get("/relatives", actor, capacity=capacity))

    def mismatches(self, actor: Actor) -> list[dict[str, Any]]:
        """What the register contradicts and a registrar has to settle, with both sides."""
        return cast(list[dict[str, Any]], self.client.get("/mismatches", actor))

    def settle(self, actor: Actor, mismatch: int, verb: str, body: dict[str, Any]) -> None:
        """Settles one: `correct` with a judgment, or `dismiss` with a reason."""
        self.client.post(f"/mismatches/{mismatch}/{quote(verb)}", actor, body)

    def introduce(self, actor: Actor, number: str, given: str, agent: str | None = None) -> Statement:
        """Whom the register holds under a number and given name, attested to an officer who checks a paper.

        With `agent` the facts say what that person is to them."""
        asked = {"national_number": number, "given_name": given, "agent": agent}
        return cast(Statement, self.client.post("/persons/introduce", actor, asked))

    def ready(self) -> None:
        """Raises Unavailable unless the service answers."""
        self.client.raw("GET", "/ready", ANONYMOUS)
