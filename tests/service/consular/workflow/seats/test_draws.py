"""A draw from its announcement to the booked seats, over the service's interface and by its verbs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from services.consular.appointments.booking.hold import Booker
from services.consular.appointments.lottery.enter import Wish
from services.consular.appointments.lottery.enter import enter as enter_with
from services.consular.appointments.lottery.model import Draw, Intention
from services.consular.appointments.lottery.replay import replay
from services.consular.appointments.lottery.rules.files import read_announcement, read_entries
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.workflow.seats.job import give_seats
from shared.database.db import Database
from shared.identity.actor import ANONYMOUS
from shared.values.dates import local_date
from tests.conftest import HOME, expatriate, officer
from tests.factories.applications import Counter, Person
from tests.factories.concurrency import at_once
from tests.factories.draws import (
    BEACON,
    SERVICE,
    WORKER,
    chances,
    close,
    conduct,
    days_of,
    download,
    enter,
    open_draw,
    request_for,
)
from tests.factories.refusals import refuses

SLUG = "embassy-queue-riyadh"
Begin = Callable[..., Counter]


def drafted(counter: Counter) -> Counter:
    counter.fill(SLUG)
    return counter


def document_of(mine: Counter) -> str:
    return str(mine.read()["answers"]["passport_number"])


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def test_whoever_is_drawn_books_and_the_files_replay(counter: Begin, consular: Database, tmp_path: Path) -> None:
    draw = open_draw(consular)
    applicants = [drafted(counter()) for _ in range(5)]
    for each in applicants:
        assert enter(each, draw).status_code == 200
    conduct(consular, draw.code)
    replay(download(consular, draw.code, tmp_path))
    shown = [chances(each) for each in applicants]
    assert sorted(each["entered"][0]["rank"] for each in shown) == [1, 2, 3, 4, 5]
    assert {each["entered"][0]["state"] for each in shown} == {"granted"}
    first = next(each for each, seen in zip(applicants, shown, strict=True) if seen["entered"][0]["rank"] == 1)
    held = first.read()["turn"]
    assert (held["state"], held["minutes_left"] > 24 * 60) == ("held", True)
    assert chances(first)["offer"]["starts_at"] == held["starts_at"]
    assert first.submit().get_json()["status"] == "ready"
    assert first.read()["turn"]["starts_at"] == held["starts_at"]


def test_seats_of_a_draw_are_taken_by_no_click(counter: Begin, consular: Database) -> None:
    path = f"/openings?mission={HOME}&service={SERVICE}"
    mine = drafted(counter())

    def free() -> dict[str, int]:
        return {day["day"]: day["remaining"] for day in mine.client.get(path, ANONYMOUS).get_json()["days"]}

    times = {
        day["day"]: [at["starts_at"] for at in day["times"]]
        for day in mine.client.get(path, ANONYMOUS).get_json()["days"]
    }
    before, draw = free(), open_draw(consular)
    within = {day for day in before if days_of(draw)["first_day"] <= day <= days_of(draw)["last_day"]}
    assert sum(before[day] for day in within) == draw.seats > 0
    assert {free()[day] for day in within} == {0}
    assert {day: count for day, count in free().items() if day not in within} == {
        day: count for day, count in before.items() if day not in within
    }
    at = next(times[day][0] for day in sorted(within) if times[day])
    refused = mine.ask_as_applicant("POST", "/turn/hold", {"key": "k", "starts_at": at})
    assert code(refused) == (409, "turn_taken")


def test_the_seed_is_secret_until_it_is_drawn_and_then_fits_its_commitment(
    counter: Begin, consular: Database, tmp_path: Path
) -> None:
    draw, mine = open_draw(consular), drafted(counter())
    enter(mine, draw)
    seen = mine.client.get(f"/draws/{draw.code}", ANONYMOUS)
    with consular.scope(HOME) as session:
        seed = session.scalars(select(Draw.seed).where(Draw.code == draw.code)).one()
    assert seed not in seen.text
    assert seen.get_json()["files"] == ["announcement.txt"]
    assert mine.client.get(f"/draws/{draw.code}/result.txt", ANONYMOUS).status_code == 404
    close(consular, draw.code)
    folder = download(consular, draw.code, tmp_path)
    listed = (folder / "entries.txt").read_text()
    assert [each.people for each in read_entries(listed)] == [1]
    assert mine.reference not in listed and mine.person.id not in listed
    assert seed not in (folder / "announcement.txt").read_text()
    assert read_announcement((folder / "announcement.txt").read_text()).commitment == seen.get_json()["commitment"]


def test_a_draw_waits_for_a_late_beacon(counter: Begin, consular: Database, tmp_path: Path) -> None:
    draw, mine = open_draw(consular, beacon=f"{tmp_path}/beacon"), drafted(counter())
    enter(mine, draw)
    close(consular, draw.code)
    for content, state in ((None, "late"), (b"", "late"), (b"x" * 70_000, "late"), (BEACON, "drawn")):
        if content is not None:
            (tmp_path / "beacon").write_bytes(content)
        give_seats(consular, WORKER)
        assert mine.client.get(f"/draws/{draw.code}", ANONYMOUS).get_json()["state"] == state
    assert mine.read()["turn"]["state"] == "held"
    assert (download(consular, draw.code, tmp_path) / "beacon.bin").read_bytes() == BEACON


def test_a_draw_is_conducted_once(counter: Begin, consular: Database, tmp_path: Path) -> None:
    draw, mine = open_draw(consular), drafted(counter())
    enter(mine, draw)
    conduct(consular, draw.code)
    result = (download(consular, draw.code, tmp_path) / "result.txt").read_bytes()
    conduct(consular, draw.code, b"a beacon that suits me better")
    assert (download(consular, draw.code, tmp_path) / "result.txt").read_bytes() == result
    assert (tmp_path / "beacon.bin").read_bytes() == BEACON


def test_a_household_takes_part_under_one_ticket_and_sits_together(counter: Begin, consular: Database) -> None:
    draw, people = open_draw(consular), [drafted(counter()) for _ in range(3)]
    with consular.scope(HOME) as session:
        bookers = [
            Booker(HOME, SERVICE, each.reference, each.person.id, document_of(each), each.person.id) for each in people
        ]
        wish = Wish(draw.first_day, draw.last_day, on_list=False)
        intention = enter_with(session, people[0].person.actor, draw, bookers, wish)
        assert intention.people == 3
        with refuses("household_too_large"):
            enter_with(session, people[0].person.actor, draw, bookers * 3, wish)
    conduct(consular, draw.code)
    turns = [each.read()["turn"] for each in people]
    assert {turn["state"] for turn in turns} == {"held"}
    days = {local_date(datetime.fromisoformat(turn["starts_at"]), "Asia/Riyadh") for turn in turns}
    assert len(days) == 1
    assert len({chances(each)["entered"][0]["ticket"] for each in people}) == 1


def test_of_two_accounts_of_one_person_one_takes_part(counter: Begin, consular: Database) -> None:
    draw, person = open_draw(consular), Person()
    mine = drafted(counter(person=person))
    assert enter(mine, draw).status_code == 200
    assert code(enter(mine, draw)) == (409, "draw_entered_already")
    other_account = replace(expatriate(person.id), id="other-account")
    body = {"key": "k2", "applications": [mine.reference], **days_of(draw)}
    again = mine.client.post(f"/draws/{draw.code}/enter", other_account, body)
    assert code(again) == (409, "draw_entered_already")


def test_one_document_takes_part_once_whoever_types_it(counter: Begin, consular: Database) -> None:
    draw, mine, other = open_draw(consular), drafted(counter()), drafted(counter())
    for each in (mine, other):
        assert each.save({"passport_number": "N7654321"}).status_code == 200
    answers: list[Any] = at_once([lambda: enter(mine, draw), lambda: enter(other, draw)])
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_who_leaves_may_come_again_until_it_closes(counter: Begin, consular: Database) -> None:
    draw, mine = open_draw(consular), drafted(counter())
    entered = enter(mine, draw).get_json()
    body = {"key": "l", "intention": entered["code"]}
    stranger = counter()
    assert mine.client.post(f"/draws/{draw.code}/leave", stranger.person.actor, body).status_code == 404
    assert mine.client.post(f"/draws/{draw.code}/leave", mine.person.actor, body).get_json()["state"] == "withdrawn"
    again = enter(mine, draw).get_json()
    assert again["ticket"] != entered["ticket"]
    close(consular, draw.code)
    late = {"key": "m", "intention": again["code"]}
    assert code(mine.client.post(f"/draws/{draw.code}/leave", mine.person.actor, late)) == (409, "draw_not_open")
    assert code(enter(drafted(counter()), draw)) == (409, "draw_not_open")


BAD_ENTRIES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "nobody": ({"applications": []}, {"applications": "required"}),
    "days turned round": (
        {"first_day": "2090-02-02", "last_day": "2090-02-01"},
        {"last_day": "ends_before_it_begins"},
    ),
    "days of another year": (
        {"first_day": "2090-02-01", "last_day": "2090-02-02"},
        {"first_day": "draw_day_outside"},
    ),
    "no day": ({"first_day": "31 February"}, {"first_day": "not_a_date"}),
    "a reason of one's own": ({"urgent_reason": "because"}, {"urgent_reason": "unknown_choice"}),
}


@pytest.mark.parametrize("name", BAD_ENTRIES)
def test_an_entry_that_cannot_be_is_refused_beside_its_field(counter: Begin, consular: Database, name: str) -> None:
    changes, errors = BAD_ENTRIES[name]
    answer = enter(drafted(counter()), open_draw(consular), **changes)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)


def test_another_ones_file_and_another_service_take_no_part(counter: Begin, consular: Database) -> None:
    draw, mine, other = open_draw(consular), drafted(counter()), drafted(counter())
    assert enter(mine, draw, other).status_code == 404
    mine.save({"service_wanted": "attestation"})
    assert code(enter(mine, draw)) == (422, "turn_other_service")


def test_urgency_counts_once_an_officer_has_seen_the_evidence(
    counter: Begin, consular: Database, tmp_path: Path
) -> None:
    draw, mine, other = open_draw(consular), drafted(counter()), drafted(counter())
    asked = enter(mine, draw, urgent_reason="medical").get_json()
    enter(other, draw, urgent_reason="travel")
    listed = mine.client.get("/desk/draws", officer()).get_json()["urgent"]
    assert {each["reason"] for each in listed} == {"medical", "travel"}
    path = f"/desk/intentions/{asked['code']}/judge"
    nothing = mine.client.post(path, officer(), {"key": "a", "accepted": True})
    assert nothing.get_json()["errors"] == {"evidence": "required"}
    assert mine.client.post(path, mine.person.actor, {"key": "b", "accepted": True, "evidence": "x"}).status_code == 403
    seen = mine.client.post(path, officer(), {"key": "c", "accepted": True, "evidence": "hospital letter"})
    assert seen.get_json()["urgent"] is True
    close(consular, draw.code)
    entries = read_entries((download(consular, draw.code, tmp_path) / "entries.txt").read_text())
    assert {each.ticket: each.urgent for each in entries} == {
        asked["ticket"]: True,
        next(each["ticket"] for each in listed if each["reason"] == "travel"): False,
    }


def test_waiting_counts_in_draws_lost_and_ends_with_a_seat(counter: Begin, consular: Database, tmp_path: Path) -> None:
    applicants = [drafted(counter()) for _ in range(3)]
    for round_number in range(2):
        draw = open_draw(consular, days=(8 + 3 * round_number, 10 + 3 * round_number))
        with consular.scope(HOME) as session:
            text_of_seats = select(func.count()).select_from(ReservedSeat).where(ReservedSeat.draw == draw.code)
            assert session.scalar(text_of_seats)
        for each in applicants:
            enter(each, draw)
        with consular.scope(HOME) as session:
            # As if nothing had been left for anybody: a lost draw.
            session.execute(update(Intention).where(Intention.draw == draw.code).values(state="lost"))
            session.execute(
                update(Draw).where(Draw.code == draw.code).values(state="drawn", drawn_at=datetime.now(UTC))
            )
            session.execute(update(ReservedSeat).where(ReservedSeat.draw == draw.code).values(draw=None))
    last = open_draw(consular, days=(15, 18))
    newcomer = drafted(counter())
    for each in (*applicants, newcomer):
        assert enter(each, last).status_code == 200
    close(consular, last.code)
    entries = read_entries((download(consular, last.code, tmp_path) / "entries.txt").read_text())
    assert sorted(each.lost for each in entries) == [0, 2, 2, 2]
    mine = chances(newcomer)["entered"][0]
    assert (mine["lost"], next(each.lost for each in entries if each.ticket == mine["ticket"])) == (0, 0)


BAD_DRAWS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "opened before": ({"opens_at": timedelta(hours=-1)}, {"opens_at": "draw_opens_past"}),
    "open for a minute": ({"closes_at": timedelta(hours=1, minutes=1)}, {"closes_at": "draw_too_short"}),
    "drawn as it closes": ({"draws_at": timedelta(hours=25)}, {"draws_at": "draw_too_soon"}),
    "of tomorrow": ({"first_day": 1}, {"first_day": "draw_days_too_near"}),
    "of no day": ({"last_day": 7}, {"last_day": "ends_before_it_begins"}),
    "of next year": ({"last_day": 300}, {"last_day": "draw_days_too_far"}),
}


@pytest.mark.parametrize("name", BAD_DRAWS)
def test_a_draw_that_cannot_be_is_not_announced(counter: Begin, consular: Database, name: str) -> None:
    changes, errors = BAD_DRAWS[name]
    with consular.scope(HOME) as session:
        good = request_for(session)
    now, today = datetime.now(UTC), good.first_day - timedelta(days=8)
    body = {"service": good.service, "key": "k"}
    body |= {part: getattr(good, part).isoformat() for part in ("first_day", "last_day")}
    body |= {part: getattr(good, part).isoformat() for part in ("opens_at", "closes_at", "draws_at")}
    for part, change in changes.items():
        moved = now + change if isinstance(change, timedelta) else today + timedelta(days=change)
        body[part] = moved.isoformat()
    client = counter().client
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.consular.api.draws.settings", lambda: type("S", (), {"beacon": "/b/{epoch}"}))
        refused = client.post("/desk/draws", officer(), body)
        assert (refused.status_code, refused.get_json()["errors"]) == (422, errors)
        assert client.post("/desk/draws", officer("clerk"), body).status_code == 403


def test_a_draw_needs_a_beacon_and_days_of_its_own(counter: Begin, consular: Database) -> None:
    client = counter().client
    with consular.scope(HOME) as session:
        good = request_for(session)
    body = {"service": good.service, "key": "k"}
    body |= {part: getattr(good, part).isoformat() for part in ("first_day", "last_day")}
    body |= {part: getattr(good, part).isoformat() for part in ("opens_at", "closes_at", "draws_at")}
    assert code(client.post("/desk/draws", officer(), body)) == (422, "draw_no_beacon")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.consular.api.draws.settings", lambda: type("S", (), {"beacon": "/b/{epoch}"}))
        made = client.post("/desk/draws", officer(), body).get_json()
        assert made["state"] == "announced"
        assert client.post("/desk/draws", officer(), body).get_json()["code"] == made["code"]
        assert code(client.post("/desk/draws", officer(), {**body, "key": "l"})) == (409, "draw_days_taken")
        elsewhere = client.post("/desk/draws", officer(), {**body, "key": "m", "service": "cars"})
        assert code(elsewhere) == (404, "turn_service_unknown")
    assert client.get(f"/draws/{made['code']}", ANONYMOUS).get_json()["beacon"].startswith("/b/1")


def test_who_was_drawn_and_does_not_confirm_frees_the_seat_for_the_list(counter: Begin, consular: Database) -> None:
    draw, mine = open_draw(consular), drafted(counter())
    enter(mine, draw)
    conduct(consular, draw.code)
    at = datetime.fromisoformat(mine.read()["turn"]["starts_at"])
    past = datetime.now(UTC) - timedelta(minutes=1)
    with consular.scope(HOME) as session:
        # Another draw may have seats at the same hour.
        number = session.scalars(select(ReservedSeat.seat).where(ReservedSeat.application == mine.reference)).one()
        session.execute(update(Appointment).where(Appointment.application == mine.reference).values(held_until=past))
        session.execute(
            update(ReservedSeat).where(ReservedSeat.application == mine.reference).values(offered_until=past)
        )
    other = drafted(counter())
    hold = {"key": "k", "starts_at": at.isoformat()}
    for each in (mine, other):
        assert code(each.ask_as_applicant("POST", "/turn/hold", hold)) == (409, "turn_taken")
    give_seats(consular, WORKER)
    with consular.scope(HOME) as session:
        seat = session.get_one(ReservedSeat, (HOME, SERVICE, at, number))
        assert seat.application is None and seat.rests_until > datetime.now(UTC)


def test_where_seats_are_given_by_draw_no_click_takes_any(by_draw: None, counter: Begin, consular: Database) -> None:
    mine = drafted(counter())
    days = mine.client.get(f"/openings?mission={HOME}&service={SERVICE}", ANONYMOUS).get_json()["days"]
    assert {day["remaining"] for day in days} == {0}
    at = next(day["times"][0]["starts_at"] for day in reversed(days) if day["times"])
    refused = mine.ask_as_applicant("POST", "/turn/hold", {"key": "k", "starts_at": at})
    assert code(refused) == (422, "turn_by_draw")
    draw = open_draw(consular)
    enter(mine, draw)
    conduct(consular, draw.code)
    assert mine.submit().get_json()["status"] == "ready"
