"""The figures of a mission for its head."""

from typing import TypedDict, cast

from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class Wait(TypedDict):
    """How long applications stayed in a stage, in hours: half of them at most the median, nine of ten the slowest."""

    stage: str
    count: int
    median: float
    slowest: float


class Decision(TypedDict):
    """How many cases were decided in one way."""

    decision: str
    count: int


class DecisionReason(TypedDict):
    """How many cases were returned or refused for a reason."""

    decision: str
    reason: str
    count: int


class Revenue(TypedDict):
    """What was taken for a transaction in a currency, in minor units."""

    currency: str
    transaction: str
    count: int
    amount: int


class Seats(TypedDict):
    """How many seats came to a state."""

    state: str
    count: int


class ExceptionAge(TypedDict):
    """How many exceptions are of an age."""

    age: str
    count: int


class OfficerFigures(TypedDict):
    """An officer's decisions; shares of those turned down, theirs and the others', in hundredths."""

    officer: str
    count: int
    turned_down: int
    share: int
    usual: int
    far: bool


class MissionFigures(TypedDict):
    """The figures of some days."""

    days: int
    first: str
    last: str
    waits: list[Wait]
    decisions: list[Decision]
    reasons: list[DecisionReason]
    revenue: list[Revenue]
    seats: list[Seats]
    exceptions: list[ExceptionAge]
    officers: list[OfficerFigures]


class Figures:
    """Raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def read(self, actor: Actor, days: str) -> MissionFigures:
        """The figures of the last so many days."""
        return cast(MissionFigures, self.client.get("/desk/figures", actor, days=days or None))
