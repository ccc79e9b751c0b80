"""The draw itself: from a seed, an outside beacon and the entries follows one ranked list, and no other.

Integers and SHA-256 only, so that any language computes the same list bit for bit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Weights:
    """How often an entry is in the draw: once, more often for each draw lost (up to a number), more often if urgent."""

    per_lost: int
    most_lost: int
    urgent: int

    def of(self, entry: "Entry") -> int:
        """The number of chances of an entry, at least one."""
        return 1 + self.per_lost * min(entry.lost, self.most_lost) + (self.urgent if entry.urgent else 0)


@dataclass(frozen=True)
class Entry:
    """A household in a draw under its anonymous ticket, and the days on which all of it can come (ISO dates)."""

    ticket: str
    people: int
    lost: int
    urgent: bool
    first_day: str
    last_day: str


@dataclass(frozen=True)
class DrawnSlot:
    """A time of the draw: its instant, its calendar day at the mission, and how many seats it has."""

    starts_at: str
    day: str
    seats: int


@dataclass(frozen=True)
class Seating:
    """How many people of a household come at a time."""

    starts_at: str
    people: int


@dataclass(frozen=True)
class Place:
    """An entry in the ranked list, and the times it was given; none where nothing was left that it could use."""

    rank: int
    ticket: str
    score: str
    seating: tuple[Seating, ...]


def hex_digest(content: str | bytes) -> str:
    """SHA-256 in hexadecimal; of a text, its UTF-8."""
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def mix(seed: str, beacon: str, entries: str) -> str:
    """What decides the draw: made of the seed, and of the digests of the beacon and of the entries.

    The mission knows the seed before the beacon exists, and cannot change it: its digest was published before.
    """
    return hex_digest(f"{seed}\n{beacon}\n{entries}\n")


def score(mixed: str, ticket: str, chances: int) -> str:
    """The lowest of an entry's numbers, one for each chance; the lower, the better the rank."""
    return min(hex_digest(f"{mixed}:{ticket}:{chance}") for chance in range(chances))


def ranked(mixed: str, entries: Iterable[Entry], weights: Weights) -> list[tuple[str, Entry]]:
    """Scores and entries, best first. The order in which the entries are given plays no part."""
    scored = [(score(mixed, entry.ticket, weights.of(entry)), entry) for entry in entries]
    return sorted(scored, key=lambda each: (each[0], each[1].ticket))


def draw(mixed: str, entries: Iterable[Entry], slots: Sequence[DrawnSlot], weights: Weights) -> list[Place]:
    """The whole list. Each entry takes the earliest seats that it can use whole, in the order of the ranks."""
    free = [slot.seats for slot in slots]
    places = []
    for rank, (entry_score, entry) in enumerate(ranked(mixed, entries, weights), start=1):
        places.append(Place(rank, entry.ticket, entry_score, _seat(entry, slots, free)))
    return places


def _seat(entry: Entry, slots: Sequence[DrawnSlot], free: list[int]) -> tuple[Seating, ...]:
    """The first run of neighbouring times of one day with a seat for everybody; takes these seats off `free`."""
    for start in range(len(slots)):
        if entry.first_day <= slots[start].day <= entry.last_day:
            taken = _run(entry.people, start, slots, free)
            if taken:
                for index, people in taken:
                    free[index] -= people
                return tuple(Seating(slots[index].starts_at, people) for index, people in taken)
    return ()


def _run(people: int, start: int, slots: Sequence[DrawnSlot], free: Sequence[int]) -> list[tuple[int, int]]:
    taken, left, index = [], people, start
    while left and index < len(slots) and slots[index].day == slots[start].day and free[index]:
        share = min(left, free[index])
        taken.append((index, share))
        left, index = left - share, index + 1
    return [] if left else taken
