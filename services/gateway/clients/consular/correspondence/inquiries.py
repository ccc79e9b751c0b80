"""Inquiries: the person's own, and the mission's queue of them."""

from typing import TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class InquiryHead(TypedDict):
    """An inquiry without its words."""

    reference: str
    mission: str
    type: str
    channel: str
    about: str | None
    state: str
    round: int
    made_at: str
    due_on: str | None
    held_by: str
    answered_at: str | None


class InquiryEntry(TypedDict):
    """An answer, or what the person said to it."""

    kind: str
    at: str
    round: int
    outcome: str | None
    reason: str | None
    next_step: str | None
    canned: str | None
    text: str | None


class DeskEntry(InquiryEntry):
    """The same with who said it."""

    actor: str


class InquiryFile(TypedDict):
    """A file that came with it."""

    number: int
    filename: str
    type: str
    bytes: int


class WholeInquiry(InquiryHead):
    """What the person and the desk both see."""

    number: str
    text: str
    rating: int | None
    escalated: bool
    allowed: list[str]
    next_step: str | None
    follow_up_until: str | None
    files: list[InquiryFile]


class Inquiry(WholeInquiry):
    """As its person sees it."""

    entries: list[InquiryEntry]


class DeskInquiry(WholeInquiry):
    """As the desk sees it."""

    colour: str | None
    days_left: int | None
    account: str | None
    contact: str | None
    owner: str | None
    answered_by: str | None
    entries: list[DeskEntry]


class QueuedInquiry(InquiryHead):
    """A row of the queue."""

    colour: str | None
    days_left: int | None
    owner: str | None


class InquiryQueue(TypedDict):
    """A page of the queue, and how many wait."""

    rows: list[QueuedInquiry]
    more: bool
    page: int
    counts: dict[str, int]


class Inquiries:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def write(self, actor: Actor, question: dict[str, str]) -> InquiryHead:
        """Writes an unconfirmed one, or writes it anew. Raises Invalid with every failed check by field."""
        return cast(InquiryHead, self.client.post("/inquiries", actor, question))

    def list_own(self, actor: Actor, about: str | None = None) -> list[InquiryHead]:
        """One's own, the latest first."""
        return cast(list[InquiryHead], self.client.get("/inquiries", actor, about=about))

    def detail(self, actor: Actor, reference: str) -> Inquiry:
        """One of one's own."""
        return cast(Inquiry, self.client.get(_path(reference), actor))

    def add_file(self, actor: Actor, reference: str, filename: str, content: bytes) -> None:
        """Adds a file. Raises Invalid on `file`."""
        headers = {"Content-Type": "application/octet-stream"}
        path = f"{_path(reference)}/files"
        self.client.raw("POST", path, actor, {"filename": filename}, data=content, headers=headers)

    def picture(self, actor: Actor, reference: str, number: int, page: str) -> bytes:
        """A page of a file."""
        return self.client.raw("GET", f"{_path(reference)}/files/{number}", actor, {"page": page})

    def digest(self, actor: Actor, reference: str) -> str:
        """The digest that a code is bound to. Raises Invalid on `file` where one is missing."""
        return str(self.client.post(f"{_path(reference)}/seal", actor, {})["digest"])

    def confirm(self, actor: Actor, reference: str, digest: str) -> InquiryHead:
        """Sends it to the mission."""
        return cast(InquiryHead, self.client.post(f"{_path(reference)}/confirm", actor, {"digest": digest}))

    def contest(self, actor: Actor, reference: str, verb: str, text: str) -> InquiryHead:
        """Asks again (`reopen`) or objects (`appeal`)."""
        return cast(InquiryHead, self.client.post(f"{_path(reference)}/{quote(verb, safe='')}", actor, {"text": text}))

    def rate(self, actor: Actor, reference: str, rating: int) -> InquiryHead:
        """Says how the answer was."""
        return cast(InquiryHead, self.client.post(f"{_path(reference)}/rating", actor, {"rating": rating}))

    def queue(self, actor: Actor, queue: str, page: int, whole: str | None = None) -> InquiryQueue:
        """The mission's queue; with `whole` as its file."""
        return cast(InquiryQueue, self.client.get("/desk/inquiries", actor, queue=queue, page=page, whole=whole))

    def at_desk(self, actor: Actor, reference: str) -> DeskInquiry:
        """One of the mission's."""
        return cast(DeskInquiry, self.client.get(_desk_path(reference), actor))

    def write_in(self, actor: Actor, question: dict[str, str]) -> InquiryHead:
        """Writes in what came by telephone, letter or fax."""
        return cast(InquiryHead, self.client.post("/desk/inquiries", actor, question))

    def take(self, actor: Actor, reference: str) -> InquiryHead:
        """The officer becomes its owner."""
        return cast(InquiryHead, self.client.post(f"{_desk_path(reference)}/take", actor, {}))

    def answer(self, actor: Actor, reference: str, verb: str, answer: dict[str, str | int]) -> InquiryHead:
        """Answers it (`answer`) or decides the objection (`appeal`)."""
        return cast(InquiryHead, self.client.post(f"{_desk_path(reference)}/{quote(verb, safe='')}", actor, answer))


def _path(reference: str) -> str:
    return f"/inquiries/{quote(reference, safe='')}"


def _desk_path(reference: str) -> str:
    return f"/desk/inquiries/{quote(reference, safe='')}"
