"""Messages of one batch, put together by the application they are about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shared.messaging.messages import Delivery, Envelope

# Sender and application: within these, messages are numbered.
Key = tuple[str, str]


@dataclass(frozen=True)
class Received:
    """A message as it was read, with the bytes it was read from."""

    envelope: Envelope
    delivery: Delivery


@dataclass(frozen=True)
class Position:
    """The place of messages in the order: what a sender says about an application, from one number to another."""

    sender: str
    about: str
    first: int
    last: int
    ids: list[str]

    @property
    def key(self) -> Key:
        """Whose order it is."""
        return self.sender, self.about


@dataclass(frozen=True)
class Run:
    """What one sender says about one application, number after number without a gap, within one mission."""

    messages: tuple[Received, ...]

    @property
    def mission(self) -> str:
        """The mission all of them belong to."""
        return self.messages[0].envelope.mission

    @cached_property
    def position(self) -> Position:
        """Their place in the order."""
        first, last = self.messages[0].envelope, self.messages[-1].envelope
        ids = [message.envelope.id for message in self.messages]
        return Position(first.sender, first.about, first.sequence, last.sequence, ids)


def runs_of(messages: Iterable[Received]) -> tuple[list[Run], list[str]]:
    """The messages as runs, in the order in which their first ones came; and the ids of those that fit into none."""
    by_application: dict[Key, list[Received]] = {}
    for message in messages:
        by_application.setdefault((message.envelope.sender, message.envelope.about), []).append(message)
    runs, left_over = [], list[str]()
    for same in by_application.values():
        run = _longest(sorted(same, key=lambda message: message.envelope.sequence))
        runs.append(run)
        left_over += [message.envelope.id for message in same if message not in run.messages]
    return runs, left_over


def _longest(ordered: Sequence[Received]) -> Run:
    """The first message and those that follow it directly."""
    first = ordered[0].envelope
    run: list[Received] = []
    for message in ordered:
        follows = message.envelope.sequence == first.sequence + len(run)
        if follows and message.envelope.mission == first.mission:
            run.append(message)
    return Run(tuple(run))


def position_columns(taken: Sequence[Position]) -> dict[str, Any]:
    """The parameters of the statements that take places."""
    return {
        "senders": [position.sender for position in taken],
        "abouts": [position.about for position in taken],
        "firsts": [position.first for position in taken],
        "lasts": [position.last for position in taken],
    }
