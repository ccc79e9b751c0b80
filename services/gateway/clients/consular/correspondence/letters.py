"""Letters to ministries and the replies that officers record."""

from typing import Any, NotRequired, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from services.gateway.clients.names import PrintedName
from shared.identity.actor import Actor


class LetterSummary(TypedDict):
    """A letter without its contents."""

    code: str
    number: str
    application: str
    authority: str
    ask: str
    round: int
    sent_on: str
    reply_by: str
    overdue: bool
    answered_at: str | None
    finding: str | None


class LetterRow(LetterSummary):
    """A letter in the list of the desk."""

    name: PrintedName


class LetterPage(TypedDict):
    """A page of the list, with how many letters there are by state."""

    rows: list[LetterRow]
    counts: dict[str, int]
    count_limit: int
    more: bool
    page: int


class LetterAnswer(TypedDict):
    """An answer of the applicant that the letter passes on."""

    question: str
    kind: str
    value: str


class Finding(TypedDict):
    """A finding that a reply can have, and what has to be typed with it."""

    code: str
    outcome: str
    details: list[str]
    entries: str | None
    entry_fields: list[str]


class Reminder(TypedDict):
    """A step of the reminders of a letter."""

    step: str
    due_on: str
    done_at: str | None
    document: str | None


class Subject(TypedDict):
    """The person a letter asks about."""

    born: str
    birth_place: NotRequired[PrintedName]
    entry: NotRequired[PrintedName]
    father: PrintedName
    mother: NotRequired[PrintedName]
    name: PrintedName
    national_number: str


class Reply(TypedDict):
    """A reply that was received."""

    number: str
    dated: str
    finding: str
    details: dict[str, str]
    entries: list[dict[str, str]]
    remark: str
    source: str
    state: str
    received_at: str


class Letter(LetterSummary):
    """A letter with its reminders and replies."""

    mission: str
    transaction: str
    holder: PrintedName
    person: Subject
    answers: list[LetterAnswer]
    answerable: bool
    findings: list[Finding]
    ladder: list[Reminder]
    replies: list[Reply]


class Letters:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def list_letters(self, actor: Actor, **filters: str | int | None) -> LetterPage:
        """Letters of the officer's mission."""
        return cast(LetterPage, self.client.get("/desk/letters", actor, **filters))

    def detail(self, actor: Actor, code: str) -> Letter:
        """A letter with its reminders and replies. The read is recorded."""
        return cast(Letter, self.client.get(_path(code), actor))

    def reply(self, actor: Actor, code: str, reply: dict[str, Any]) -> None:
        """Records a reply. Raises Invalid with a code per field, Conflict once the letter is answered."""
        self.client.post(f"{_path(code)}/reply", actor, reply)


def _path(code: str) -> str:
    return f"/desk/letters/{quote(code, safe='')}"
