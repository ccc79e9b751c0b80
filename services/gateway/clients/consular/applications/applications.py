"""Applications in the consular service: drafts, answers, uploads, sending in, withdrawing, following from outside."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.consular.appointments.appointments import Appointment, Openings, Visit
from services.gateway.clients.consular.correspondence.letters import LetterSummary
from services.gateway.clients.consular.correspondence.notices import Notice
from services.gateway.clients.consular.money.payments import PartPayments, Payment, Quote, Refund
from services.gateway.clients.http import Client
from services.gateway.clients.names import Named, PrintedName
from shared.identity.actor import Actor


class Upload(TypedDict):
    """A file that the applicant handed in; `state` is waiting, readable or refused, and `fault` the reason of that."""

    id: str
    name: str
    filename: str
    bytes: int
    type: str
    pages: int
    thumbnails: int
    state: str
    fault: str | None
    added_at: str


class TimelineEntry(TypedDict):
    """A line of the timeline; `name` and `capacity` only where one person acts for another."""

    at: str
    code: str
    by: str
    reason: str | None
    note: str | None
    name: PrintedName | None
    capacity: str | None
    detail: dict[str, Any] | None


class Representation(TypedDict):
    """Who acts for whom in an application; `yours` where the reader is the one it is about."""

    acting: PrintedName
    beneficiary: PrintedName
    capacity: str
    mandate: str | None
    national_number: str | None
    given_name: str | None
    yours: bool
    sex: str | None
    kinship: str | None


class IssuedDocument(TypedDict):
    """The document that came of an application, and the service that keeps it."""

    code: str
    owner: str | None


class Collection(TypedDict):
    """The passport that an application brought."""

    number: str
    expires_on: str | None
    state: str


class WithdrawalRule(TypedDict):
    """What withdrawing means now, with the money it is about, in minor units."""

    rule: str
    amount: NotRequired[int]
    currency: NotRequired[str]


class TrackedApplication(TypedDict):
    """A stage on the way of an application, and whether it is done, current, halted or ahead."""

    code: str
    state: str


class Correction(TypedDict):
    """A paper or an answer that an officer marked; `before` is what stood there: the answer by name, or the files."""

    kind: str
    name: str
    reason: str
    note: str | None
    before: Any
    changed: bool
    open: bool


class ApplicationSummary(TypedDict):
    """An application in a list."""

    reference: str
    transaction: str
    mission: str
    status: str
    awaits: str | None
    created_at: str
    submitted_at: str | None
    changed_at: str
    due_on: str | None
    lapses_on: str | None
    booked_for: str | None


class ApplicantView(ApplicationSummary):
    """An application in the list of whoever it is about or acts on it."""

    behalf: Representation | None
    turn_at: str | None
    money_waits: str | None


class File(ApplicationSummary):
    """An application with what both sides, applicant and desk, see."""

    office: str | None
    applicant: Named | None
    behalf: Representation | None
    answers: dict[str, Any]
    papers: list[Upload]
    quote: Quote | None
    upgrade: Quote | None
    payments: list[Payment]
    parts: PartPayments | None
    transfer_offered: bool
    refunds: list[Refund]
    document: IssuedDocument | None
    timeline: list[TimelineEntry]
    stages: list[TrackedApplication]
    collection: Collection | None
    letters: list[LetterSummary]
    corrections: list[Correction]
    on_withdrawal: WithdrawalRule | None
    turn: Appointment | None
    service: NotRequired[str | None]
    visit: Visit | None
    slip: str | None
    allowed: list[str]


class Head(TypedDict):
    """What a change of an application answers: where it stands now."""

    reference: str
    status: str


class Application(File):
    """An application as its owner sees it, with the notices about it."""

    notices: list[Notice]


class BookableApplication(Application):
    """An application with the free times of its mission for the appointment it needs."""

    openings: Openings | None


class ReturnReason(TypedDict):
    """Why an application was returned, by its code and in the officer's words."""

    reason: str
    note: str | None


class FormStep(TypedDict):
    """One step of an application's form with the answers given so far; `last_word` says why it was returned.

    `marked`: single papers and answers were marked, and they alone may be changed."""

    reference: str
    transaction: str
    mission: str
    editable: bool
    behalf: Representation | None
    answers: dict[str, Any]
    marked: bool
    last_word: ReturnReason | None


class TrackingStep(TypedDict):
    """A stage of an application, without anything personal; `money_waits` where money has arrived that does not count
    yet, or may have."""

    transaction: str
    status: str
    money_waits: str | None
    stages: list[TrackedApplication]


class Applications:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def list_own(self, actor: Actor) -> list[ApplicantView]:
        """The actor's own applications, latest first."""
        return cast(list[ApplicantView], self.client.get("/applications", actor))

    def detail(self, actor: Actor, reference: str) -> Application:
        """One application with all that its reader may see."""
        return cast(Application, self.client.get(_path(reference), actor))

    def with_openings(self, actor: Actor, reference: str) -> BookableApplication:
        """One application with the free times for its appointment."""
        return cast(BookableApplication, self.client.get(_path(reference), actor, openings=1))

    def form_step(self, actor: Actor, reference: str, step: str) -> FormStep:
        """One step of the form, with the answers given so far."""
        return cast(FormStep, self.client.get(f"{_path(reference)}/answers", actor, step=step))

    def begin(self, actor: Actor, transaction: str, key: str, mission: str | None = None) -> Head:
        """Opens a draft for oneself, at another mission than one's own where one is named; the same key never opens
        two."""
        body = {"transaction": transaction, "key": key, "mission": mission}
        return cast(Head, self.client.post("/applications", actor, body))

    def begin_for(
        self, actor: Actor, transaction: str, key: str, claim: Mapping[str, Any], mission: str | None
    ) -> Head:
        """Opens a draft for somebody else; the same key never opens two."""
        body = {"transaction": transaction, "key": key, "behalf": dict(claim), "mission": mission}
        return cast(Head, self.client.post("/applications", actor, body))

    def answer(self, actor: Actor, reference: str, answers: dict[str, Any], seen: str | None = None) -> None:
        """Stores answers of a draft or of a returned application, over those whose digest was seen."""
        self.client.send("PUT", f"{_path(reference)}/answers", actor, {"answers": answers, "seen": seen})

    def add_upload(self, actor: Actor, reference: str, name: str, filename: str, content: bytes) -> None:
        """Adds a file, whose content alone says of which kind it is."""
        query, headers = {"name": name, "filename": filename}, {"Content-Type": "application/octet-stream"}
        path = f"{_path(reference)}/papers"
        self.client.raw("POST", path, actor, query, data=content, headers=headers)

    def offered_uploads(self, actor: Actor, reference: str) -> list[Upload]:
        """Accepted files of earlier applications that may be handed in again."""
        return cast(list[Upload], self.client.get(f"{_path(reference)}/papers/offered", actor))

    def reuse_upload(self, actor: Actor, reference: str, upload: str) -> Upload:
        """Hands one of them in again."""
        path = f"{_path(reference)}/papers/{quote(upload, safe='')}/reuse"
        return cast(Upload, self.client.post(path, actor, {}))

    def remove_upload(self, actor: Actor, reference: str, upload: str) -> None:
        """Removes a file."""
        self.client.raw("DELETE", f"{_path(reference)}/papers/{quote(upload, safe='')}", actor)

    def upload(self, actor: Actor, upload: str) -> bytes:
        """A file as the service wrote it anew."""
        return self.client.raw("GET", f"/papers/{quote(upload, safe='')}", actor)

    def upload_thumbnail(self, actor: Actor, upload: str, page: str) -> bytes:
        """A small picture of a page of a file."""
        path, query = f"/papers/{quote(upload, safe='')}/thumbnail", {"page": page}
        return self.client.raw("GET", path, actor, query)

    def upload_page(self, actor: Actor, upload: str, page: str) -> bytes:
        """A page of a file as a picture to read."""
        path, query = f"/papers/{quote(upload, safe='')}/page", {"page": page}
        return self.client.raw("GET", path, actor, query)

    def submit(self, actor: Actor, reference: str, statements: Sequence[str], key: str) -> Head:
        """Sends the application in, with what the registers attested."""
        body = {"statements": list(statements), "key": key}
        return cast(Head, self.client.post(f"{_path(reference)}/submit", actor, body))

    def adopt(self, actor: Actor) -> None:
        """Hands the actor's person the drafts that the account began before it was proven whose it is."""
        self.client.post("/applications/adopt", actor, {})

    def withdraw(self, actor: Actor, reference: str, key: str) -> None:
        """Withdraws the application."""
        self.client.post(f"{_path(reference)}/withdraw", actor, {"key": key})

    def track(self, actor: Actor, reference: str, born: str) -> TrackingStep:
        """The stage of an application, for whoever knows its reference and the birth date."""
        return cast(TrackingStep, self.client.get("/track", actor, reference=reference, born=born))


def _path(reference: str) -> str:
    return f"/applications/{quote(reference, safe='')}"
