"""Links by which another person pays, for the applicant who makes them and for whoever has one."""

from typing import TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from shared.identity.actor import ANONYMOUS, Actor


class PayerLink(TypedDict):
    """A link that can still be used, as its applicant sees it."""

    reference: str
    shows_service: bool
    made_at: str
    expires_at: str


class NewPayerLink(PayerLink):
    """A link that was just made, with its token, which is told once."""

    token: str | None


class LinkPage(TypedDict):
    """All that a link shows. The amount is in minor units."""

    application: str
    transaction: str | None
    mission: str
    amount: int
    currency: str
    state: str
    expires_at: str


class LinkPayment(TypedDict):
    """A payment opened by a link, and the provider's page where it is made."""

    payment: str
    redirect_url: str


class PayerLinks:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def make(self, actor: Actor, reference: str, *, shows_service: bool, key: str) -> NewPayerLink:
        """A new link; an earlier one ends."""
        body = {"shows_service": shows_service, "key": key}
        return cast(NewPayerLink, self.client.post(_path(reference), actor, body))

    def current(self, actor: Actor, reference: str) -> PayerLink | None:
        """The link that can still be used."""
        return cast("PayerLink | None", self.client.get(_path(reference), actor)["link"])

    def revoke(self, actor: Actor, reference: str) -> None:
        """Ends the link."""
        self.client.post(f"{_path(reference)}/revoke", actor, {})

    def show(self, token: str) -> LinkPage:
        """What the link shows."""
        return cast(LinkPage, self.client.get(_link(token), ANONYMOUS))

    def open_card(self, token: str, body: dict[str, object]) -> LinkPayment:
        """Opens a payment at the provider."""
        return cast(LinkPayment, self.client.post(f"{_link(token)}/payments", ANONYMOUS, body))

    def refresh(self, token: str, *, left: bool = False) -> LinkPage:
        """What the link shows after the provider was asked; a page that the payer has left is closed."""
        return cast(LinkPage, self.client.post(f"{_link(token)}/refresh", ANONYMOUS, {"left": left}))

    def receipt(self, token: str) -> bytes:
        """The receipt of what was paid by the link."""
        return self.client.raw("GET", f"{_link(token)}/receipt.pdf", ANONYMOUS)


def _path(reference: str) -> str:
    return f"/applications/{quote(reference, safe='')}/payer-link"


def _link(token: str) -> str:
    return f"/payer-links/{quote(token, safe='')}"
