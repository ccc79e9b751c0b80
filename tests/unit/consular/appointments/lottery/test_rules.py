"""The draw as a computation: order plays no part, chances are as published, households sit together, files agree."""

import random
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.consular.appointments.lottery.replay import main, replay
from services.consular.appointments.lottery.rules.draw import DrawnSlot, Entry, Weights, draw, hex_digest, ranked
from services.consular.appointments.lottery.rules.files import (
    ANNOUNCEMENT,
    BEACON,
    ENTRIES,
    RESULT,
    Announcement,
    FileFault,
    read_announcement,
    read_entries,
    write_announcement,
    write_entries,
    write_result,
)

SECOND_IMPLEMENTATION = Path(__file__).parents[5] / "docs" / "draws" / "replay.pl"
SEED, BEACON_BYTES = "5e" * 32, bytes(range(256))
WEIGHTS = Weights(per_lost=1, most_lost=4, urgent=5)
EQUAL = Weights(0, 0, 0)
FIRST, LAST = "2026-12-10", "2026-12-14"
SLOTS = tuple(
    DrawnSlot(f"2026-12-{day}T0{hour}:00:00Z", f"2026-12-{day}", seats)
    for day in range(10, 15)
    for hour, seats in ((6, 2), (7, 1), (8, 3))
)
DRAWS, SIGMAS = 10_000, 5


def entry(ticket: str, people: int = 1, lost: int = 0, *, urgent: bool = False) -> Entry:
    return Entry(ticket, people, lost, urgent, FIRST, LAST)


def announcement(weights: Weights = WEIGHTS) -> str:
    digest = hex_digest(SEED)
    return write_announcement(
        Announcement("RUH-D", "RUH", "passport", "2026", "2026", "2026", digest, "/beacon", weights, SLOTS)
    )


def entries() -> st.SearchStrategy[list[Entry]]:
    one = st.builds(
        Entry,
        ticket=st.integers(0, 10**9).map(lambda number: f"T{number}"),
        people=st.integers(1, 7),
        lost=st.integers(0, 9),
        urgent=st.booleans(),
        first_day=st.sampled_from(["2026-12-10", "2026-12-12"]),
        last_day=st.sampled_from(["2026-12-12", "2026-12-14"]),
    )
    return st.lists(one, max_size=25, unique_by=lambda each: each.ticket)


@settings(max_examples=60, deadline=None)
@given(entries(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_leaves_every_published_byte_as_it_is(found: list[Entry], arrival: random.Random) -> None:
    promised, other = announcement(), list(found)
    arrival.shuffle(other)
    listed = write_entries(promised, found)
    assert write_entries(promised, other) == listed
    assert read_entries(listed) == sorted(found, key=lambda each: each.ticket)
    mixed = hex_digest("mixed")
    assert draw(mixed, other, SLOTS, WEIGHTS) == draw(mixed, found, SLOTS, WEIGHTS)


@settings(max_examples=60, deadline=None)
@given(entries())
def test_no_seat_is_given_twice_and_households_stay_together(found: list[Entry]) -> None:
    seats = {slot.starts_at: slot.seats for slot in SLOTS}
    people = {each.ticket: each for each in found}
    day_of = {slot.starts_at: slot.day for slot in SLOTS}
    for place in draw(hex_digest("mixed"), found, SLOTS, WEIGHTS):
        household = people[place.ticket]
        assert sum(each.people for each in place.seating) in (0, household.people)
        assert len({day_of[each.starts_at] for each in place.seating}) <= 1
        for each in place.seating:
            assert household.first_day <= day_of[each.starts_at] <= household.last_day
            seats[each.starts_at] -= each.people
    assert min(seats.values()) >= 0


def test_every_rank_is_as_likely_for_everybody() -> None:
    """10,000 draws of ten entries: no frequency is further than five standard deviations from a tenth."""
    tickets = [entry(f"T{number}") for number in range(10)]
    seen: Counter[tuple[str, int]] = Counter()
    for number in range(DRAWS):
        for rank, (_, each) in enumerate(ranked(hex_digest(f"{SEED}{number}"), tickets, EQUAL)):
            seen[each.ticket, rank] += 1
    expected, deviation = DRAWS / 10, sqrt(DRAWS * 0.1 * 0.9)
    assert len(seen) == 100
    assert max(abs(count - expected) for count in seen.values()) <= SIGMAS * deviation


@pytest.mark.parametrize(("lost", "urgent", "chances"), [(1, False, 2), (4, False, 5), (9, False, 5), (0, True, 6)])
def test_a_weight_is_worth_its_chances(lost: int, urgent: bool, chances: int) -> None:
    """Against four ordinary entries, the weighted one is first as often as its share of the chances."""
    assert WEIGHTS.of(entry("A", lost=lost, urgent=urgent)) == chances
    everybody = [entry("A", lost=lost, urgent=urgent), *(entry(f"B{number}") for number in range(4))]
    times = 3_000
    first = sum(ranked(hex_digest(f"{number}"), everybody, WEIGHTS)[0][1].ticket == "A" for number in range(times))
    share = chances / (chances + 4)
    assert abs(first - times * share) <= SIGMAS * sqrt(times * share * (1 - share))


def test_a_household_that_finds_no_room_holds_nobody_up() -> None:
    crowd = [entry("BIG", people=7), *(entry(f"T{number}") for number in range(40))]
    places = {place.ticket: place.seating for place in draw(hex_digest("x"), crowd, SLOTS, WEIGHTS)}
    assert places["BIG"] == ()
    assert sum(each.people for seating in places.values() for each in seating) == sum(slot.seats for slot in SLOTS)


def test_a_household_takes_neighbouring_times_of_one_day() -> None:
    [place] = draw(hex_digest("x"), [entry("A", people=3)], SLOTS, WEIGHTS)
    assert [(each.starts_at, each.people) for each in place.seating] == [
        ("2026-12-10T06:00:00Z", 2),
        ("2026-12-10T07:00:00Z", 1),
    ]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """The files of a draw of 60 households."""
    source = random.Random(4)  # noqa: S311 (a fixed sequence, no secret)
    found = [
        entry(f"T{number:04}", source.choice((1, 1, 1, 2, 4)), source.randint(0, 6), urgent=source.random() < 0.1)
        for number in range(60)
    ]
    promised = announcement()
    listed = write_entries(promised, found)
    contents = {
        ANNOUNCEMENT: promised.encode(),
        ENTRIES: listed.encode(),
        BEACON: BEACON_BYTES,
        RESULT: write_result(promised, listed, BEACON_BYTES, SEED).encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def second(folder: Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["perl", SECOND_IMPLEMENTATION, folder], capture_output=True, check=False, timeout=60)


def test_two_implementations_replay_the_same_list(published: Path, capfd: pytest.CaptureFixture[str]) -> None:
    other = second(published)
    assert (other.returncode, other.stderr) == (0, b"")
    assert other.stdout == (published / RESULT).read_bytes()
    assert main([str(published)]) == 0
    assert capfd.readouterr().out.encode() == other.stdout
    assert read_announcement((published / ANNOUNCEMENT).read_text()).slots == SLOTS


def redraw(folder: Path) -> None:
    """Draws again with another seed, and publishes that."""
    seed = "0f" * 32
    text = (folder / ANNOUNCEMENT).read_text()
    other = write_announcement(replace(read_announcement(text), commitment=hex_digest(seed)))
    listed = (folder / ENTRIES).read_text().replace(hex_digest(text), hex_digest(other))
    (folder / RESULT).write_text(write_result(other, listed, BEACON_BYTES, seed))


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return change


BAD_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "drawn again with another seed": (redraw, "seed: another than the one committed to"),
    "another beacon": (lambda folder: (folder / BEACON).write_bytes(b"mine"), "result: another list follows"),
    "a longer wait than was published": (edit(ENTRIES, " 1 0 0 ", " 1 4 0 "), "result: another list follows"),
    "an entry taken out": (
        lambda folder: (folder / ENTRIES).write_text("\n".join((folder / ENTRIES).read_text().split("\n")[:-2]) + "\n"),
        "result: another list follows",
    ),
    "other weights": (edit(ANNOUNCEMENT, "urgent-weight 5", "urgent-weight 50"), "entries: of another announcement"),
    "ranks exchanged": (edit(RESULT, "rank 1 ", "rank 2 "), "result: another list follows"),
    "no seed": (edit(RESULT, "seed ", "sand "), "result: no seed"),
    "a file missing": (lambda folder: (folder / BEACON).unlink(), "beacon.bin"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_both_implementations_detect_it(published: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    change, expected = BAD_FILES[name]
    change(published)
    assert main([str(published)]) == 1
    found = capfd.readouterr()
    assert (found.out, expected in found.err) == ("", True)
    other = second(published)
    assert (other.returncode, other.stdout, expected.encode() in other.stderr) == (1, b"", True)


@pytest.mark.parametrize(
    "listed",
    [
        "entry T1 1 0 0 2026-12-10",
        "entry T1 0 0 0 a b",
        "entry T1 1 -1 0 a b",
        "entry T1 1 0 2 a b",
        "other T1 1 0 0 a b",
    ],
)
def test_entries_of_another_form_are_refused(listed: str) -> None:
    with pytest.raises(FileFault, match="entries: not of this form"):
        read_entries(f"announcement x\n{listed}\n")
    with pytest.raises(FileFault, match="twice"):
        read_entries("announcement x\nentry T1 1 0 0 a b\nentry T1 1 0 0 a b\n")


def test_the_command_says_how_it_is_called(capfd: pytest.CaptureFixture[str]) -> None:
    assert (main([]), capfd.readouterr().err) == (2, "usage: replay FOLDER\n")


def test_replay_returns_what_was_published(published: Path) -> None:
    assert replay(published).encode() == (published / RESULT).read_bytes()
