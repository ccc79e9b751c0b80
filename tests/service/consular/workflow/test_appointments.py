"""Turns on a real PostgreSQL: chosen, held, booked, moved, cancelled, attended; and all that may go wrong."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.applications.model import Application
from services.consular.appointments.booking.hold import Booker, hold
from services.consular.appointments.model import Appointment
from services.consular.missions.model import Opening
from services.consular.passports.slip import issue_passport_slip
from shared import documents
from shared.database.db import Database
from shared.errors import Conflict
from shared.identity.actor import ANONYMOUS, service
from shared.values.references import mission_of
from tests.conftest import HOME, expatriate, officer
from tests.factories.applications import Counter, Person, good_answers
from tests.factories.appointments import SLUG, act, booked, code, drafted, free, in_time
from tests.factories.approvals import Signing
from tests.factories.concurrency import at_once

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

MISSION = "VIE"
Begin = Callable[..., Counter]
Databases = Callable[[str], Database]


@pytest.fixture(autouse=True)
def consular(database: Databases) -> Database:
    return database("consular")


def shift(consular: Database, reference: str, **values: object) -> None:
    with consular.scope(mission_of(reference)) as session:
        session.execute(update(Appointment).where(Appointment.application == reference).values(values))


def test_a_turn_is_chosen_held_and_booked_at_submission_with_a_slip(counter: Begin) -> None:
    mine = drafted(counter())
    assert mine.read()["turn"] is None
    at = in_time(mine)[0]
    held = act(mine, "hold", starts_at=at).get_json()
    assert (held["turn"]["state"], held["turn"]["starts_at"]) == ("held", at)
    drafted_now = mine.read()
    assert 0 < drafted_now["turn"]["minutes_left"] <= 10 and drafted_now["status"] == "draft"
    assert mine.submit().get_json()["status"] == "ready"
    sent = mine.read()
    assert (sent["status"], sent["turn"]["state"]) == ("ready", "booked")
    slip = sent["document"]["code"]
    assert sent["turn"]["slip"] == slip
    assert [step["code"] for step in sent["timeline"]] == ["drafted", "turn_booked"]
    assert [stage["code"] for stage in sent["stages"]] == ["turn_booked", "turn_attended"]
    shown = mine.client.get(f"/documents/{slip}", mine.person.actor).get_json()
    assert (shown["kind"], shown["status"]) == ("turn-slip", "valid")
    assert shown["expires_on"] == datetime.fromisoformat(at).astimezone(ZoneInfo("Asia/Riyadh")).date().isoformat()


def test_a_taken_seat_is_not_offered_again(counter: Begin) -> None:
    mine, first = counter(), in_time(counter(), "other")[0]
    mine.fill(SLUG)
    mine.save({"service_wanted": "other"})
    assert act(mine, "hold", starts_at=first).status_code == 200
    assert first not in free(mine, "other")
    other = drafted(counter())
    other.save({"service_wanted": "other"})
    refused = act(other, "hold", starts_at=first)
    assert code(refused) == (409, "turn_taken")
    offered = refused.get_json()["params"]["next"]
    assert offered == [at for at in free(mine, "other") if at >= first][:3]
    assert act(other, "hold", starts_at=offered[0]).status_code == 200


def test_of_sixty_four_who_reach_for_one_seat_exactly_one_gets_it(counter: Begin, consular: Database) -> None:
    begun = [drafted(counter()) for _ in range(64)]
    at = datetime.fromisoformat(in_time(begun[0], "other")[3])

    def reach(one: Counter) -> Appointment:
        person = one.person.id
        booker = Booker(HOME, "other", one.reference, person, person, person)
        with consular.scope(HOME) as session:
            return hold(session, one.person.actor, booker, at)

    results = at_once([partial(reach, one) for one in begun])
    assert sum(isinstance(each, Appointment) for each in results) == 1
    refused = [each for each in results if isinstance(each, Conflict)]
    assert len(refused) == 63
    assert {each.code for each in refused} == {"turn_taken"}
    assert all(len(each.params["next"]) == 3 for each in refused)  # type: ignore[arg-type]
    with consular.scope(HOME) as session:
        assert session.scalar(select(func.count()).select_from(Appointment).where(Appointment.starts_at == at)) == 1


def test_one_person_who_reaches_for_many_seats_at_once_gets_one(counter: Begin, consular: Database) -> None:
    mine, times = drafted(counter()), in_time(counter())[:12]
    person = mine.person.id

    def reach(place: int) -> Appointment:
        booker = Booker(HOME, "passport", mine.reference, person, "N1", person)
        with consular.scope(HOME) as session:
            return hold(session, mine.person.actor, booker, datetime.fromisoformat(times[place]))

    results = at_once([partial(reach, place) for place in range(12)])
    assert [each for each in results if isinstance(each, Exception)] == []
    with consular.scope(HOME) as session:
        live = select(Appointment.state, func.count()).where(Appointment.person == person).group_by(Appointment.state)
        assert {row.state: row[1] for row in session.execute(live)} == {"held": 1, "released": 11}


def test_a_second_hold_takes_the_place_of_the_first(counter: Begin) -> None:
    mine = drafted(counter())
    one, two, *_ = in_time(mine, "passport")
    before = len(free(mine))
    act(mine, "hold", starts_at=one)
    assert act(mine, "hold", starts_at=two).get_json()["turn"]["starts_at"] == two
    assert len(free(mine)) == before
    mine.submit()
    assert mine.read()["turn"]["starts_at"] == two


def test_the_same_key_holds_once_and_books_once(counter: Begin) -> None:
    mine = drafted(counter())
    one, two, *_ = in_time(mine)
    assert act(mine, "hold", key="same", starts_at=one).status_code == 200
    assert act(mine, "hold", key="same", starts_at=one).get_json()["turn"]["starts_at"] == one
    assert code(act(mine, "hold", key="same", starts_at=two)) == (409, "key_used_for_another_request")
    assert mine.submit(key="send").get_json()["status"] == "ready"
    assert mine.submit(key="send").get_json()["status"] == "ready"
    assert [step["code"] for step in mine.read()["timeline"]].count("turn_booked") == 1


def test_an_expired_hold_is_not_confirmed_and_its_seat_is_free_at_once(counter: Begin, consular: Database) -> None:
    mine, other = drafted(counter()), drafted(counter())
    for one in (mine, other):
        one.save({"service_wanted": "other"})
    at = in_time(mine, "other")[0]
    act(mine, "hold", starts_at=at)
    shift(consular, mine.reference, held_until=datetime.now(UTC) - timedelta(minutes=1))
    assert mine.read()["turn"]["state"] == "expired"
    refused = mine.submit()
    assert code(refused) == (409, "hold_expired")
    assert at in refused.get_json()["params"]["next"]
    assert mine.read()["status"] == "draft"
    assert act(other, "hold", starts_at=at).status_code == 200
    assert code(act(mine, "hold", starts_at=at)) == (409, "turn_taken")


def test_without_a_time_nothing_is_handed_in(counter: Begin) -> None:
    mine = drafted(counter())
    assert code(mine.submit()) == (422, "turn_missing")
    assert mine.read()["status"] == "draft"


def test_a_time_for_another_service_is_not_confirmed(counter: Begin) -> None:
    mine = drafted(counter())
    act(mine, "hold", starts_at=in_time(mine)[0])
    mine.save({"service_wanted": "attestation"})
    assert code(mine.submit()) == (422, "turn_other_service")


def test_the_answers_come_before_the_time(counter: Begin) -> None:
    mine = counter()
    mine.start(SLUG)
    assert code(act(mine, "hold", starts_at=in_time(mine)[0])) == (422, "turn_answers_first")


def bad_times() -> dict[str, tuple[str, tuple[int, str]]]:
    """Instants nobody can have, as they would stand in a request."""
    riyadh = ZoneInfo("Asia/Riyadh")
    today = datetime.now(riyadh).date()
    sunday = next(day for place in range(2, 20) if (day := today + timedelta(days=place)).weekday() == 6)
    friday = next(day for place in range(2, 20) if (day := today + timedelta(days=place)).weekday() == 4)

    def at(day: date, hour: int, zone: ZoneInfo = riyadh, minute: int = 0) -> str:
        return datetime.combine(day, time(hour, minute), zone).isoformat()

    return {
        "past": (at(today - timedelta(days=1), 9), (422, "turn_past")),
        "beyond the horizon": (at(today + timedelta(days=45), 9), (422, "turn_too_far")),
        "a weekend": (at(friday, 9), (422, "turn_unknown")),
        "after hours": (at(sunday, 15), (422, "turn_unknown")),
        "between two slots": (at(sunday, 9, minute=7), (422, "turn_unknown")),
        "a slot of another service": (at(sunday, 9, minute=20), (422, "turn_unknown")),
        "nine o’clock somewhere else": (at(sunday, 9, ZoneInfo("America/New_York")), (422, "turn_unknown")),
        "no zone": (f"{sunday}T09:00:00", (422, "invalid_field")),
        "no time at all": ("tomorrow", (422, "invalid_field")),
        "year ten thousand": ("9999-12-31T23:59:59+00:00", (422, "invalid_field")),
    }


@pytest.mark.parametrize("name", bad_times())
def test_a_time_nobody_can_have_is_refused(counter: Begin, name: str) -> None:
    mine = drafted(counter())
    at, expected = bad_times()[name]
    answer = act(mine, "hold", starts_at=at)
    if expected[1] == "invalid_field":
        assert answer.get_json()["errors"] == {"starts_at": "not_an_instant"}
    else:
        assert code(answer) == expected
    assert mine.read()["turn"] is None


def test_a_closed_day_is_shown_as_closed_and_not_given(counter: Begin) -> None:
    mine = drafted(counter())
    at = in_time(mine)[-1]
    day = datetime.fromisoformat(at).astimezone(ZoneInfo("Asia/Riyadh")).date().isoformat()
    desk = Signing(mine.client, HOME)
    added = desk.closed(day, title_ar="صيانة", title_en="Repairs")
    assert added["state"] == "done"
    shown = mine.client.get(f"/openings?mission={HOME}&service=passport", ANONYMOUS).get_json()
    closed = next(each for each in shown["days"] if each["day"] == day)
    assert (closed["closed"], closed["times"]) == ({"ar": "صيانة", "en": "Repairs", "estimated": False}, [])
    assert code(act(mine, "hold", starts_at=at)) == (422, "turn_closed")
    assert desk.signed("reopening", {"closure": added["result"]["closure"]})["state"] == "done"
    assert act(mine, "hold", starts_at=at).status_code == 200


def test_a_closure_lets_go_what_is_only_held(counter: Begin) -> None:
    mine = drafted(counter())
    at = in_time(mine)[-1]
    act(mine, "hold", starts_at=at)
    day = datetime.fromisoformat(at).astimezone(ZoneInfo("Asia/Riyadh")).date().isoformat()
    Signing(mine.client, HOME).closed(day)
    assert code(mine.submit()) == (409, "hold_expired")


def test_a_person_has_one_turn_a_month_for_a_service(counter: Begin) -> None:
    first = booked(counter())
    second = counter(person=first.person)
    drafted(second)
    times = in_time(second)
    refused = act(second, "hold", starts_at=times[1])
    assert code(refused) == (422, "turn_share_used")
    assert refused.get_json()["params"]["n"] == 1
    assert second.read()["turn"] is None


def test_cancelling_in_time_gives_the_share_back_and_ends_the_application(counter: Begin) -> None:
    mine = booked(counter())
    slip, at = mine.read()["document"]["code"], mine.read()["turn"]["starts_at"]
    before = free(mine)
    done = act(mine, "cancel").get_json()
    assert (done["status"], done["turn"]["state"]) == ("withdrawn", "cancelled")
    assert free(mine) == sorted({*before, at})
    assert mine.client.get(f"/documents/{slip}", mine.person.actor).get_json()["status"] == "revoked"
    again = drafted(counter(person=mine.person))
    assert act(again, "hold", starts_at=at).status_code == 200


def test_cancelling_late_frees_the_seat_and_keeps_the_share_used(counter: Begin, consular: Database) -> None:
    mine = booked(counter())
    shift(consular, mine.reference, starts_at=datetime.now(UTC) + timedelta(hours=3))
    assert mine.read()["turn"]["late"] is True
    assert code(act(mine, "move", starts_at=in_time(mine)[5])) == (409, "turn_move_late")
    assert act(mine, "cancel").get_json()["turn"]["state"] == "cancelled_late"


def test_after_its_hour_a_turn_is_neither_cancelled_nor_moved(counter: Begin, consular: Database) -> None:
    mine = booked(counter())
    shift(consular, mine.reference, starts_at=datetime.now(UTC) - timedelta(minutes=1))
    assert code(act(mine, "cancel")) == (409, "turn_begun")
    assert code(act(mine, "move", starts_at=in_time(mine)[5])) == (409, "turn_begun")
    assert mine.read()["status"] == "ready"


def test_moving_changes_the_time_and_the_slip_or_nothing(counter: Begin) -> None:
    mine, rival = booked(counter()), counter()
    before = mine.read()
    new = in_time(mine)[8]
    moved = act(mine, "move", starts_at=new).get_json()
    assert (moved["status"], moved["turn"]["starts_at"], moved["turn"]["state"]) == ("ready", new, "booked")
    assert moved["document"]["code"] != before["document"]["code"]
    old = mine.client.get(f"/documents/{before['document']['code']}", mine.person.actor).get_json()
    assert old["status"] == "revoked"
    assert before["turn"]["starts_at"] in free(mine)
    assert rival.client.get(f"/documents/{moved['document']['code']}", rival.person.actor).status_code == 404
    assert code(act(mine, "move", starts_at="2020-01-05T06:00:00+00:00")) == (422, "turn_past")
    assert mine.read()["turn"]["starts_at"] == new


def test_anothers_turn_is_as_good_as_absent(counter: Begin) -> None:
    mine, stranger = booked(counter()), expatriate()
    slip = mine.read()["document"]["code"]
    for verb in ("cancel", "release", "confirm"):
        answer = mine.client.post(f"/applications/{mine.reference}/turn/{verb}", stranger, {"key": uuid.uuid4().hex})
        assert answer.status_code == 404
    assert mine.client.get(f"/documents/{slip}.pdf", stranger).status_code == 404
    assert mine.client.get(f"/documents/{slip}", officer("officer", "BER")).status_code == 404


def test_visitors_of_another_mission_are_told_so(counter: Begin) -> None:
    there = counter(mission="BER")
    refused = there.start(SLUG)
    assert code(refused) == (422, "not_at_this_mission")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("٢١٢٣٤٥٦٧٨٩", "2123456789"), ("۲۱۲۳۴۵۶۷۸۹", "2123456789"), ("2123-456-789", "2123456789")],
)
def test_iqama_digits_of_any_script_are_one_number(counter: Begin, typed: str, kept: str) -> None:
    mine = counter()
    mine.start(SLUG)
    assert mine.save({"saudi_number": typed}).get_json()["answers"]["saudi_number"] == kept


@pytest.mark.parametrize("typed", ["212345678", "21234567890", "2123456٧٨٩x", "٢١٢٣٤٥٦٧٨²"])
def test_an_iqama_of_wrong_length_is_refused_beside_its_field(counter: Begin, typed: str) -> None:
    mine = counter()
    mine.start(SLUG)
    answer = mine.save({"saudi_number": typed})
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"saudi_number": "saudi_number"})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0501234567", "+966501234567"), ("00966 50 123 4567", "+966501234567"), ("+49 170 1234567", "")],
)
def test_a_mobile_is_a_saudi_one(counter: Begin, typed: str, kept: str) -> None:
    mine = counter()
    mine.start(SLUG)
    answer = mine.save({"saudi_mobile": typed}).get_json()
    assert answer.get("answers", {}).get("saudi_mobile", "") == kept
    assert kept or answer["errors"] == {"saudi_mobile": "saudi_mobile"}


def test_dependants_are_none_to_nine(counter: Begin) -> None:
    mine = counter()
    mine.start(SLUG)
    assert mine.save({"dependants": "10"}).get_json()["errors"] == {"dependants": "out_of_range"}
    assert mine.save({"dependants": "٠"}).get_json()["answers"]["dependants"] == 0


def test_who_comes_with_the_bound_paper_has_been(counter: Begin, consular: Database) -> None:
    mine = booked(counter())
    assert code(mine.desk("attend", number=Person().number)) == (422, "wrong_person")
    assert mine.desk("attend", number="!").get_json()["errors"] == {"number": "identity_number"}
    assert mine.desk("attend", officer("cashier"), number=mine.person.number).status_code == 403
    assert mine.desk("attend", officer("clerk"), number=mine.read()["answers"]["passport_number"]).status_code == 200
    shown = mine.read()
    assert (shown["status"], shown["turn"]["state"], shown["timeline"][-1]["code"]) == (
        "collected",
        "attended",
        "attended",
    )
    assert code(mine.desk("attend", number=mine.person.number))[0] == 409


def test_who_does_not_come_has_missed_it(counter: Begin, consular: Database) -> None:
    mine = booked(counter())
    assert code(mine.desk("miss")) == (409, "turn_not_begun")
    shift(consular, mine.reference, starts_at=datetime.now(UTC) - timedelta(minutes=30))
    assert mine.desk("miss").status_code == 200
    assert (mine.read()["status"], mine.read()["turn"]["state"]) == ("lapsed", "missed")


def test_the_day_sheet_lists_the_turns_of_the_day_and_finds_them(counter: Begin) -> None:
    at = in_time(counter())[-1]
    mine = booked(counter(), at)
    day = datetime.fromisoformat(at).astimezone(ZoneInfo("Asia/Riyadh")).date().isoformat()

    def day_sheet(query: str = "", who: Any = None) -> list[str]:
        answer = mine.client.get(f"/desk/turns?day={day}&q={query}", who or officer("clerk"))
        assert answer.status_code == 200
        return [row["reference"] for row in answer.get_json()["rows"]]

    assert mine.reference in day_sheet()
    for query in (mine.reference.replace("-", "").lower(), mine.person.number, "رشا", "رَشا", "rasha", "RASHA "):
        assert mine.reference in day_sheet(query), query
    assert day_sheet("nobody") == []
    assert day_sheet(who=officer("clerk", "BER")) == []
    assert mine.client.get("/desk/turns?day=31-31", officer()).get_json()["errors"] == {"day": "not_a_date"}


def test_openings_are_everybodys_to_read(counter: Begin) -> None:
    client = counter().client
    listed = client.get(f"/openings?mission={HOME}", ANONYMOUS).get_json()
    assert listed["services"] == ["attestation", "civil_status", "other", "passport"]
    assert client.get("/openings?mission=XXX&service=passport", ANONYMOUS).status_code == 404
    assert code(client.get(f"/openings?mission={HOME}&service=cars", ANONYMOUS)) == (404, "turn_service_unknown")
    shown = client.get(f"/openings?mission={HOME}&service=passport", ANONYMOUS).get_json()
    assert shown["zone"] == "Asia/Riyadh"
    assert len(shown["days"]) == 31
    assert any(day["remaining"] for day in shown["days"])


def test_the_days_quota_ends_a_day_before_its_seats_do(counter: Begin, consular: Database, cluster: Postgres) -> None:
    at = in_time(counter(), "attestation")[-1]
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(
            "INSERT INTO consular.turn_rule SELECT 'test', 'RUH', 'attestation', 30, 10, 1, 2, 24, 15, '2024-01-02', "
            "'test', 'L', 'test'"
        )
    try:
        for _ in range(2):
            mine = drafted(counter())
            mine.save({"service_wanted": "attestation"})
            assert act(mine, "hold", starts_at=at).status_code == 200
        day = datetime.fromisoformat(at).astimezone(ZoneInfo("Asia/Riyadh")).date().isoformat()
        shown = mine.client.get(f"/openings?mission={HOME}&service=attestation", ANONYMOUS).get_json()
        assert next(each["remaining"] for each in shown["days"] if each["day"] == day) == 0
        mine = drafted(counter())
        mine.save({"service_wanted": "attestation"})
        later = (datetime.fromisoformat(at) - timedelta(minutes=15)).isoformat()
        assert code(act(mine, "hold", starts_at=later)) == (409, "turn_taken")
    finally:
        with connect_as_admin(cluster.admin_url, DATABASE) as connection:
            connection.execute("DELETE FROM consular.turn_rule WHERE id = 'test'")


def test_a_mission_whose_clock_changes_keeps_its_wall_hours(consular: Database, counter: Begin) -> None:
    with consular.scope("BER") as session:
        for weekday in range(7):
            session.add(
                Opening(
                    id=f"test-{weekday}",
                    mission="BER",
                    service="attestation",
                    weekday=weekday,
                    opens=time(9),
                    closes=time(10),
                    slot_minutes=60,
                    seats=1,
                    window="1",
                    valid_from=date(2024, 1, 1),
                    source="test",
                    certainty="L",
                    approver="test",
                )
            )
    shown = counter().client.get("/openings?mission=BER&service=attestation", ANONYMOUS).get_json()
    assert {each["local"] for day in shown["days"] for each in day["times"]} == {"09:00"}


def test_a_visit_is_booked_while_the_file_lies_at_the_mission_and_must_be_made(counter: Begin) -> None:
    mine = counter()
    mine.fill("passport-renewal")
    at = in_time(mine)[0]
    assert code(act(mine, "hold", starts_at=at)) == (409, "not_possible_now")
    mine.submit()
    assert act(mine, "hold", starts_at=at).status_code == 200
    mine.pay()
    confirmed = act(mine, "confirm").get_json()
    assert (confirmed["status"], confirmed["turn"]["state"]) == ("in_review", "booked")
    assert confirmed["visit"] == {"attended_at": None, "walk_in": False}
    assert code(mine.desk("accept")) == (422, "visit_needed")
    assert mine.come().status_code == 200
    assert mine.read()["visit"]["attended_at"]
    assert code(act(mine, "hold", starts_at=in_time(mine)[1])) == (409, "attended_already")
    assert mine.desk("accept").status_code == 200


@pytest.fixture
def without_hours(cluster: Postgres, consular: Database) -> Iterator[None]:
    """Berlin has no hours."""
    assert consular
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("UPDATE consular.opening SET valid_to = '2024-01-02' WHERE mission = 'BER'")
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("UPDATE consular.opening SET valid_to = NULL WHERE mission = 'BER'")


def test_a_visit_may_be_made_without_a_turn(counter: Begin, without_hours: None) -> None:
    there = counter(mission="BER")
    there.fill("passport-renewal")
    there.submit()
    there.pay()
    assert there.read()["visit"] == {"attended_at": None, "walk_in": True}
    assert there.come().status_code == 200
    assert there.desk("accept").status_code == 200


def test_a_withdrawn_application_leaves_its_seat(counter: Begin) -> None:
    mine = counter()
    mine.fill("passport-renewal")
    mine.submit()
    at = in_time(mine)[0]
    act(mine, "hold", starts_at=at)
    act(mine, "confirm")
    assert mine.ask_as_applicant("POST", "/withdraw", {"key": uuid.uuid4().hex}).status_code == 200
    assert mine.read()["turn"]["state"] == "cancelled"


def test_a_ready_passport_has_a_slip_with_hours_and_address(counter: Begin) -> None:
    mine = counter().until("ready")
    slip = mine.read()["slip"]
    content = mine.client.get(f"/documents/{slip}.pdf", mine.person.actor)
    assert (content.status_code, content.data[:5]) == (200, b"%PDF-")
    mine.stock()
    assert mine.desk("reprint", reason="misprint").status_code == 200
    Signing(mine.client, HOME).override("reprint", mine.reference)
    assert mine.read()["slip"] != slip
    assert mine.client.get(f"/documents/{slip}", mine.person.actor).get_json()["status"] == "revoked"


@pytest.mark.parametrize(
    ("slug", "brings"), [("passport-renewal", True), ("passport-lost", False), ("passport-damaged", False)]
)
def test_the_slip_asks_for_no_passport_that_cannot_be_brought(
    counter: Begin, consular: Database, slug: str, brings: bool
) -> None:
    mine = counter().until("awaiting_payment", slug)
    with consular.scope(HOME) as session:
        application = session.get_one(Application, mine.reference)
        slip = issue_passport_slip(session, service("consular", HOME), application)
        assert ("old_passport" in documents.find(session, slip).data["bring"]) is brings


def test_no_money_is_taken_on_days_without_payments(counter: Begin) -> None:
    mine = counter()
    mine.fill("individual-extract")
    mine.submit()
    today = datetime.now(ZoneInfo("Asia/Riyadh")).date()
    Signing(mine.client, HOME).closed(today.isoformat(), closes="payments")
    refused = mine.pay()
    assert code(refused) == (422, "payments_closed")
    assert refused.get_json()["params"]["again"] == (today + timedelta(days=1)).isoformat()


def test_a_closure_moves_the_promised_day(counter: Begin) -> None:
    first, second = counter(), counter()
    for mine in (first, second):
        mine.fill("individual-extract")
        mine.submit()
    first.pay()
    due = first.read()["due_on"]
    Signing(first.client, HOME).closed(due)
    second.pay()
    assert second.read()["due_on"] > due


def test_every_service_of_the_form_has_hours_at_the_mission_that_offers_it(counter: Begin) -> None:
    from shared.catalogue import appointments

    listed = counter().client.get(f"/openings?mission={HOME}", service("gateway")).get_json()["services"]
    assert set(listed) == set(appointments.SERVICES)
    assert set(good_answers(SLUG)) == {question.name for question in appointments.EMBASSY_QUEUE_RIYADH.questions}
