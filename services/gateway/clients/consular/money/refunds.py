"""Money owed back, as the desk pays it."""

from collections.abc import Mapping
from typing import TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.consular.money.payments import Amount
from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class DeskRefund(TypedDict):
    """A refund with its age in days at the mission. The amount is in minor units.

    One of a bank transfer that was for no order has neither application nor payment: `line` is its movement.
    """

    reference: str
    application: str | None
    payment: str | None
    line: str | None
    payer_name: str | None
    payer_iban: str | None
    paid_by: str
    arrived: Amount | None
    asked: Amount | None
    part: str
    amount: int
    currency: str
    state: str
    reason: str
    age_days: int
    method: str | None
    override: str | None
    iban: str | None
    account_holder: str | None
    proposed_by: str | None
    second_needed: bool
    failure: str | None
    file: str | None
    slip: str | None
    marked_at: str
    paid_at: str | None


class RefundFile(TypedDict):
    """A file of transfers for the mission's bank."""

    reference: str
    count: int
    amount: int
    currency: str
    iban: str
    account_holder: str
    made_at: str


class RefundPage(TypedDict):
    """A page of unpaid refunds, the oldest first; the latest paid ones, and the latest files."""

    unpaid: list[DeskRefund]
    paid: list[DeskRefund]
    page: int
    more: bool
    waiting_transfers: list[Amount]
    files: list[RefundFile]


class RefundHead(TypedDict):
    """What became of a refund."""

    reference: str
    state: str
    method: str | None
    slip: str | None


class Refunds:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def list_refunds(self, actor: Actor, page: int = 1) -> RefundPage:
        """The refunds of the officer's mission."""
        return cast(RefundPage, self.client.get("/desk/refunds", actor, page=page))

    def detail(self, actor: Actor, reference: str) -> DeskRefund:
        """One refund."""
        return cast(DeskRefund, self.client.get(_path(reference), actor))

    def act(self, actor: Actor, reference: str, verb: str, body: Mapping[str, object]) -> RefundHead:
        """Prepares, approves, declines, pays out or confirms; the verb is the last part of the address."""
        return cast(RefundHead, self.client.post(f"{_path(reference)}/{quote(verb)}", actor, body))

    def write_file(self, actor: Actor, body: Mapping[str, object]) -> str:
        """Writes a file of the approved transfers of a currency; returns its reference."""
        return str(self.client.post("/desk/refunds/files", actor, body)["file"])

    def read_file(self, actor: Actor, reference: str) -> bytes:
        """A file as it was written."""
        return self.client.raw("GET", f"/desk/refunds/files/{quote(reference, safe='')}", actor)


def _path(reference: str) -> str:
    return f"/desk/refunds/{quote(reference, safe='')}"
