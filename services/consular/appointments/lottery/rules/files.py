"""The published files of a draw: lines of plain text, so that each of them has one spelling and one digest.

`announcement.txt` is published before the draw opens, `entries.txt` when it closes, before the beacon exists, and
`result.txt` with `beacon.bin` after it was drawn. Each names the digest of the one before.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.consular.appointments.lottery.rules.draw import DrawnSlot, Entry, Place, Weights, draw, hex_digest, mix

ANNOUNCEMENT, ENTRIES, BEACON, RESULT = "announcement.txt", "entries.txt", "beacon.bin", "result.txt"
HEAD = "mahjar-draw 1"
# A value never begins a line of its own and never has a gap.
_FACTS = ("draw", "mission", "service", "opens", "closes", "draws", "commitment", "beacon")
_WEIGHTS = ("lost-weight", "lost-most", "urgent-weight")


class FileFault(ValueError):
    """The files of a draw contradict each other; the message says in which point."""


@dataclass(frozen=True)
class Announcement:
    """What is promised before a draw opens. Instants are texts in UTC, `commitment` is the digest of the seed."""

    draw: str
    mission: str
    service: str
    opens: str
    closes: str
    draws: str
    commitment: str
    beacon: str
    weights: Weights
    slots: tuple[DrawnSlot, ...]


def write_announcement(announcement: Announcement) -> str:
    """The text of `announcement.txt`."""
    weights = announcement.weights
    lines = [HEAD, *(f"{name} {getattr(announcement, name)}" for name in _FACTS)]
    lines += [
        f"{name} {value}"
        for name, value in zip(_WEIGHTS, (weights.per_lost, weights.most_lost, weights.urgent), strict=True)
    ]
    lines += [f"slot {slot.starts_at} {slot.day} {slot.seats}" for slot in announcement.slots]
    return _text(lines)


def read_announcement(text: str) -> Announcement:
    """The announcement of a text. Raises FileFault."""
    lines = text.split("\n")[:-1]
    names = (*_FACTS, *_WEIGHTS)
    facts = dict(line.split(" ", 1) for line in lines[1 : len(names) + 1] if " " in line)
    if lines[:1] != [HEAD] or tuple(facts) != names:
        raise FileFault("announcement: not of this form")
    try:
        weights = Weights(*(int(facts[name]) for name in _WEIGHTS))
        slots = tuple(_slot(line) for line in lines[len(names) + 1 :])
    except (ValueError, TypeError) as error:
        raise FileFault("announcement: not of this form") from error
    return Announcement(**{name: facts[name] for name in _FACTS}, weights=weights, slots=slots)


def _slot(line: str) -> DrawnSlot:
    word, starts_at, day, seats = line.split(" ")
    if word != "slot":
        raise ValueError(word)
    return DrawnSlot(starts_at, day, int(seats))


def write_entries(announcement: str, entries: Iterable[Entry]) -> str:
    """The text of `entries.txt`, by ticket: nothing of it tells who came first."""
    lines = [f"announcement {hex_digest(announcement)}"]
    lines += [
        f"entry {each.ticket} {each.people} {each.lost} {int(each.urgent)} {each.first_day} {each.last_day}"
        for each in sorted(entries, key=lambda each: each.ticket)
    ]
    return _text(lines)


def read_entries(text: str) -> list[Entry]:
    """The entries of a text. Raises FileFault."""
    entries = []
    for line in text.split("\n")[:-1][1:]:
        try:
            word, ticket, people, lost, urgent, first_day, last_day = line.split(" ")
            entry = Entry(ticket, int(people), int(lost), {"0": False, "1": True}[urgent], first_day, last_day)
        except (ValueError, KeyError) as error:
            raise FileFault("entries: not of this form") from error
        if word != "entry" or entry.people < 1 or entry.lost < 0:
            raise FileFault("entries: not of this form")
        entries.append(entry)
    if len({entry.ticket for entry in entries}) != len(entries):
        raise FileFault("entries: a ticket stands there twice")
    return entries


def write_result(announcement: str, entries: str, beacon: bytes, seed: str) -> str:
    """Draws: the text of `result.txt`. Raises FileFault where the files do not belong together, or the seed is another
    than the one committed to."""
    promised = read_announcement(announcement)
    if entries.split("\n")[:1] != [f"announcement {hex_digest(announcement)}"]:
        raise FileFault("entries: of another announcement")
    if hex_digest(seed) != promised.commitment:
        raise FileFault("seed: another than the one committed to")
    entries_digest, beacon_digest = hex_digest(entries), hex_digest(beacon)
    mixed = mix(seed, beacon_digest, entries_digest)
    places = draw(mixed, read_entries(entries), promised.slots, promised.weights)
    head = [f"entries {entries_digest}", f"beacon {beacon_digest}", f"seed {seed}", f"mixed {mixed}"]
    return _text([*head, *(_place(place) for place in places)])


def _place(place: Place) -> str:
    seating = ",".join(f"{each.starts_at}*{each.people}" for each in place.seating)
    return f"rank {place.rank} {place.ticket} {place.score} {seating or '-'}"


def seed_of(result: str) -> str:
    """The seed that a result discloses. Raises FileFault."""
    for line in result.split("\n"):
        if line.startswith("seed "):
            return line.removeprefix("seed ")
    raise FileFault("result: no seed")


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
