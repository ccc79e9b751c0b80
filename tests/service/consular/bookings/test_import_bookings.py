"""An older platform's bookings: brought in by preview, claimed by their holders alone, the rest lapsed by two hands."""

import io
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any, cast

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from services.consular.bookings import import_bookings
from services.consular.bookings.model import Booking, BookingImport, Phase
from services.consular.missions import today
from services.consular.notices.model import Notice
from shared.database.audit import event
from shared.database.db import Database
from shared.identity.actor import Actor, service
from tests.conftest import ServiceClient, expatriate, officer
from tests.factories.applications import Counter, Person, Registers
from tests.factories.approvals import Signing
from tests.factories.concurrency import at_once

pytestmark = pytest.mark.clock

PLACE, SLUG = "PAR", "passport-renewal"
HEAD = "reference,national_number,given_name,transaction,booked_for"
HEAD_OF_MISSION = officer("head_of_mission", PLACE, "head-1")


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def client(counter: Callable[..., Counter]) -> ServiceClient:
    return counter().client


@pytest.fixture
def registers(counter: Callable[..., Counter]) -> Registers:
    return counter().registers


def day(database: Database, days: int = 0) -> date:
    with database.scope(PLACE) as session:
        return today(session, PLACE) + timedelta(days=days)


def phase(client: ServiceClient, database: Database, start: int = 0, **changed: Any) -> str:
    """A phase of ten days; negative `start` opens it in the past, as time itself would have."""
    terms = {
        "window_from": day(database).isoformat(),
        "window_to": day(database, 9).isoformat(),
        "lead_days": "5",
        "law_source": "Circular 3",
        **changed,
    }
    made = client.post("/desk/bookings/phases", HEAD_OF_MISSION, {"terms": terms, "key": uuid.uuid4().hex})
    assert made.status_code == 201, made.get_json()
    reference = str(made.get_json()["reference"])
    if start:
        shift_window(database, reference, start)
    return reference


def shift_window(database: Database, reference: str, start: int) -> None:
    """The phase as if it had begun so many days from now."""
    with database.scope(PLACE) as session:
        values = {"window_from": day(database, start), "window_to": day(database, start + 9)}
        session.execute(update(Phase).where(Phase.reference == reference).values(**values))


def upload(client: ServiceClient, phase: str, content: bytes, who: Actor = HEAD_OF_MISSION) -> TestResponse:
    query = {"phase": phase, "filename": "old.csv"}
    return client.ask(
        "POST",
        "/desk/bookings/imports",
        who,
        query_string=query,
        input_stream=io.BytesIO(content),
        headers={"Content-Type": "text/csv", "Content-Length": str(len(content))},
    )


def table(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines]).encode()


def line(person: Person, booked_for: date, reference: str = "") -> str:
    return f"{reference or fresh()},{person.number},رشا,{SLUG},{booked_for.isoformat()}"


def fresh() -> str:
    return f"OLD-{uuid.uuid4().hex[:10].upper()}"


def decide(client: ServiceClient, reference: str, verdict: str = "keep") -> TestResponse:
    return client.post(f"/desk/bookings/imports/{reference}", HEAD_OF_MISSION, {"verdict": verdict})


def kept(client: ServiceClient, phase: str, *lines: str) -> dict[str, Any]:
    made = upload(client, phase, table(*lines))
    assert made.status_code == 201, made.get_json()
    done = decide(client, made.get_json()["reference"])
    assert done.status_code == 200, done.get_json()
    return dict(done.get_json())


def claim(
    client: ServiceClient, registers: Registers, person: Person, reference: str, key: str = "", slug: str = SLUG
) -> TestResponse:
    actor = expatriate(person.id, PLACE)
    body = {
        "reference": reference,
        "transaction": slug,
        "statements": registers.statements(person, slug),
        "key": key or uuid.uuid4().hex,
    }
    return client.post("/bookings/claim", actor, body)


def count(database: Database, *which: Any) -> int:
    with database.scope(PLACE) as session:
        return session.scalar(select(func.count()).select_from(Booking).where(*which)) or 0


def test_a_preview_brings_nothing_in_and_keeping_brings_the_good_rows(
    client: ServiceClient, consular: Database
) -> None:
    window, person, good = phase(client, consular), Person(), fresh()
    soon = line(person, day(consular, 14), early := fresh())
    content = table(line(person, day(consular, 15), good), soon, f"{fresh()},1,رشا,{SLUG},x")
    shown = upload(client, window, content).get_json()
    assert (shown["good"], shown["early"], shown["faulty"], shown["state"]) == (2, 1, 1, "previewed")
    assert shown["faults"] == [{"line": 4, "column": "national_number", "code": "national_number", "value": "1"}]
    assert count(consular, Booking.reference.in_([good, early])) == 0
    assert decide(client, shown["reference"]).get_json()["state"] == "kept"
    with consular.scope(PLACE) as session:
        found = session.execute(select(Booking.reference, Booking.state).where(Booking.came_in == shown["reference"]))
        assert {row.reference: row.state for row in found} == {good: "open", early: "early"}
        assert session.get_one(BookingImport, shown["reference"]).content is None
    assert decide(client, shown["reference"]).status_code == 409


def test_the_qualifying_day_is_the_sixth_after_the_window(client: ServiceClient, consular: Database) -> None:
    """Until the 16th one may claim what is booked after the 21st."""
    window = phase(client, consular)
    found = next(
        one for one in client.get("/desk/bookings", HEAD_OF_MISSION).get_json()["phases"] if one["reference"] == window
    )
    assert found["qualifies_after"] == day(consular, 14).isoformat() and found["standing"] == "open"


def test_a_dropped_file_leaves_nothing(client: ServiceClient, consular: Database) -> None:
    window, reference = phase(client, consular), fresh()
    made = upload(client, window, table(line(Person(), day(consular, 30), reference))).get_json()
    assert decide(client, made["reference"], "drop").get_json()["state"] == "dropped"
    assert count(consular, Booking.reference == reference) == 0


def test_a_file_nobody_decided_about_is_forgotten_after_a_day(client: ServiceClient, consular: Database) -> None:
    window = phase(client, consular)
    old, new = (upload(client, window, table(line(Person(), day(consular, 30)))).get_json()["reference"] for _ in "ab")
    with consular.scope(PLACE) as session:
        yesterday = func.now() - timedelta(days=1, minutes=1)
        session.execute(update(BookingImport).where(BookingImport.reference == old).values(uploaded_at=yesterday))
    with consular.scope(PLACE) as session:
        assert import_bookings.drop_old(session, service("consular", PLACE)) == 1
        assert (session.get_one(BookingImport, old).state, session.get_one(BookingImport, old).content) == (
            "dropped",
            None,
        )
        assert session.get_one(BookingImport, new).state == "previewed"
    assert decide(client, old).status_code == 409


def test_a_corrected_file_corrects_what_nobody_has_claimed(client: ServiceClient, consular: Database) -> None:
    window, person, reference, other = phase(client, consular), Person(), fresh(), fresh()
    same = line(person, day(consular, 30), other)
    kept(client, window, line(Person(), day(consular, 30), reference), same)
    shown = upload(client, window, table(line(person, day(consular, 60), reference), same)).get_json()
    assert (shown["good"], shown["corrected"], shown["faults"][0]["code"]) == (1, 1, "imported_before")
    assert decide(client, shown["reference"]).get_json()["good"] == 1
    with consular.scope(PLACE) as session:
        booking = session.get_one(Booking, (PLACE, reference))
        assert (booking.national_number, booking.booked_for) == (person.number, day(consular, 60))
        assert (booking.state, booking.came_in) == ("open", shown["reference"])


def test_a_claimed_booking_is_never_written_over(
    client: ServiceClient, consular: Database, registers: Registers
) -> None:
    window, person, reference = phase(client, consular), Person(), fresh()
    kept(client, window, line(person, day(consular, 30), reference))
    shown = upload(client, window, table(line(Person(), day(consular, 60), reference))).get_json()
    assert claim(client, registers, person, reference).status_code == 201
    assert decide(client, shown["reference"]).get_json()["good"] == 0
    again = upload(client, window, table(line(Person(), day(consular, 60), reference))).get_json()
    assert (again["good"], again["faults"][0]["code"]) == (0, "claimed_before")
    with consular.scope(PLACE) as session:
        assert session.get_one(Booking, (PLACE, reference)).national_number == person.number


def answer(client: ServiceClient, reference: str, who: Actor = HEAD_OF_MISSION, **answers: Any) -> TestResponse:
    return client.post(f"/desk/bookings/imports/{reference}/answers", who, answers)


def test_an_american_file_waits_for_its_order_and_shows_what_would_come_in(
    client: ServiceClient, consular: Database
) -> None:
    """As a US spreadsheet writes it: the month first, and the zero of the number lost."""
    window, year, reference = phase(client, consular), day(consular).year + 1, fresh()
    lines = [
        f"{reference},1999000001,رشا,{SLUG},12/27/{year}",
        *(f"{fresh()},01999000001,رشا,{SLUG},3/{number}/{year}" for number in range(4, 16)),
    ]
    shown = upload(client, window, table(*lines)).get_json()
    assert (shown["asks_order"], shown["suggested_order"], shown["lost_zeros"]) == (True, "month_first", 1)
    assert (shown["good"], shown["sample"]) == (0, [])
    refused = decide(client, shown["reference"])
    assert (refused.status_code, refused.get_json()["code"]) == (409, "date_order_needed")
    wrong = answer(client, shown["reference"], date_order="sideways")
    assert (wrong.status_code, wrong.get_json()["errors"]) == (422, {"date_order": "unknown_choice"})
    shown = answer(client, shown["reference"], date_order="month_first", restore_zeros=True).get_json()
    assert (shown["good"], shown["faulty"]) == (13, 0)
    assert (shown["first_day"], shown["last_day"]) == (f"{year}-03-04", f"{year}-12-27")
    assert len(shown["sample"]) == 10 and shown["sample"][0]["national_number"] == "01999000001"
    done = decide(client, shown["reference"]).get_json()
    assert (done["state"], done["good"], done["sample"]) == ("kept", 13, [])
    with consular.scope(PLACE) as session:
        booking = session.get_one(Booking, (PLACE, reference))
        assert (booking.booked_for, booking.national_number) == (date(year, 12, 27), "01999000001")
    assert answer(client, shown["reference"], date_order="day_first").status_code == 409


def test_an_order_that_no_day_shows_is_asked_too(client: ServiceClient, consular: Database) -> None:
    window, year = phase(client, consular), day(consular).year + 1
    shown = upload(client, window, table(f"{fresh()},01999000001,رشا,{SLUG},03/04/{year}")).get_json()
    assert (shown["asks_order"], shown["suggested_order"]) == (True, None)
    shown = answer(client, shown["reference"], date_order="day_first").get_json()
    assert (shown["first_day"], shown["good"]) == (f"{year}-04-03", 1)


def test_two_files_that_differ_kept_at_once_bring_the_first_in(client: ServiceClient, consular: Database) -> None:
    window, reference = phase(client, consular), fresh()
    files = [upload(client, window, table(line(Person(), day(consular, 30), reference))) for _ in range(3)]
    acts = [partial(decide, client, one.get_json()["reference"]) for one in files]
    results = [cast(TestResponse, answered).get_json() for answered in at_once(acts)]
    assert sorted(one["good"] for one in results) == [0, 0, 1]
    assert [one["faults"][0]["code"] for one in results if not one["good"]] == ["changed_since"] * 2


def test_fifty_thousand_rows(client: ServiceClient, consular: Database) -> None:
    window, booked = phase(client, consular), day(consular, 40)
    start = uuid.uuid4().hex[:6].upper()
    lines = (f"{start}-{n},{n:011d},رشا,{SLUG},{booked.isoformat()}" for n in range(50_000))
    made = upload(client, window, table(*lines)).get_json()
    assert (made["good"], made["faulty"]) == (50_000, 0)
    assert decide(client, made["reference"]).get_json()["state"] == "kept"
    assert count(consular, Booking.came_in == made["reference"]) == 50_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (HEAD.encode("utf-16"), "file_empty"),
        (b"PK\x03\x04", "not_text"),
        (b"reference,given_name\nA-1,x", "column_missing"),
        (b"x" * (8 * 1024 * 1024 + 1), "file_too_large"),
    ],
)
def test_a_file_that_is_no_such_table(client: ServiceClient, consular: Database, content: bytes, code: str) -> None:
    refused = upload(client, phase(client, consular), content)
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"file": code})


def test_an_unknown_phase_and_none(client: ServiceClient) -> None:
    assert upload(client, "PAR-22222-2", table()).status_code == 404
    assert upload(client, "", table()).get_json()["errors"] == {"phase": "required"}


def test_faults_are_downloaded_whole_and_harmless(client: ServiceClient, consular: Database) -> None:
    lines = [f"{fresh()},01999000001,=1+1,{SLUG},2027-01-01" for _ in range(30)]
    made = upload(client, phase(client, consular), table(*lines)).get_json()
    assert (made["faulty"], len(made["faults"])) == (30, 20)
    answer = client.get(f"/desk/bookings/imports/{made['reference']}/faults.csv", HEAD_OF_MISSION)
    rows = answer.data.decode("utf-8-sig").splitlines()
    assert len(rows) == 31 and rows[30] == "31,given_name,formula,'=1+1"


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"window_to": "2020-01-01", "window_from": "2019-12-01"}, "window_to", "in_the_past"),
        ({"window_to": "2020-01-01"}, "window_to", "window_turned_round"),
        ({"lead_days": "-1"}, "lead_days", "not_a_number"),
        ({"lead_days": "61"}, "lead_days", "out_of_range"),
        ({"law_source": ""}, "law_source", "required"),
    ],
)
def test_phases_that_make_no_sense(
    client: ServiceClient, consular: Database, changed: dict[str, str], field: str, code: str
) -> None:
    terms = {
        "window_from": day(consular).isoformat(),
        "window_to": day(consular, 9).isoformat(),
        "lead_days": "5",
        "law_source": "x",
    }
    refused = client.post(
        "/desk/bookings/phases", HEAD_OF_MISSION, {"terms": {**terms, **changed}, "key": uuid.uuid4().hex}
    )
    assert refused.get_json()["errors"] == {field: code}


def test_a_phase_sent_twice_is_one_phase(client: ServiceClient, consular: Database) -> None:
    window = {"window_from": day(consular).isoformat(), "window_to": day(consular, 9).isoformat()}
    sent = {"terms": {**window, "lead_days": "5", "law_source": "Circular 3"}, "key": uuid.uuid4().hex}
    first, second = (client.post("/desk/bookings/phases", HEAD_OF_MISSION, sent) for _ in range(2))
    assert (first.status_code, first.get_json()) == (201, second.get_json())
    keyless = client.post("/desk/bookings/phases", HEAD_OF_MISSION, {"terms": sent["terms"]})
    assert keyless.get_json()["errors"] == {"key": "required"}


def test_a_holder_claims_and_the_booked_day_is_kept(
    client: ServiceClient, consular: Database, registers: Registers
) -> None:
    person, reference, booked = Person(), fresh(), day(consular, 40)
    kept(client, phase(client, consular), line(person, booked, reference))
    made = claim(client, registers, person, f" {reference.lower()} ")
    assert made.status_code == 201, made.get_json()
    shown = client.get(f"/applications/{made.get_json()['reference']}", person.actor).get_json()
    assert (shown["status"], shown["booked_for"]) == ("draft", booked.isoformat())
    assert shown["lapses_on"] == day(consular, 9).isoformat()
    again = claim(client, registers, person, reference)
    assert (again.status_code, again.get_json()["reference"]) == (201, shown["reference"])


def test_claimed_at_once_from_two_devices_it_is_one_draft(
    client: ServiceClient, consular: Database, registers: Registers
) -> None:
    person, reference = Person(), fresh()
    kept(client, phase(client, consular), line(person, day(consular, 40), reference))
    answers = at_once([lambda: claim(client, registers, person, reference).get_json()["reference"]] * 3)
    assert len(set(answers)) == 1


def test_another_person_learns_nothing(client: ServiceClient, consular: Database, registers: Registers) -> None:
    holder, stranger, reference = Person(), Person(), fresh()
    kept(client, phase(client, consular), line(holder, day(consular, 40), reference))
    answers = [
        claim(client, registers, stranger, reference),
        claim(client, registers, stranger, fresh()),
        claim(client, registers, stranger, "';--"),
        claim(client, registers, holder, reference, slug="individual-extract"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    with consular.scope(PLACE) as session:
        missed = select(func.count()).where(event.c.action == "booking.not_found", event.c.about == stranger.id)
        assert session.scalar(missed) == 3
    assert count(consular, Booking.reference == reference, Booking.state == "open") == 1


def test_a_statement_about_somebody_else_claims_nothing(
    client: ServiceClient, consular: Database, registers: Registers
) -> None:
    holder, stranger, reference = Person(), Person(), fresh()
    kept(client, phase(client, consular), line(holder, day(consular, 40), reference))
    body = {
        "reference": reference,
        "transaction": SLUG,
        "statements": registers.statements(holder, SLUG),
        "key": uuid.uuid4().hex,
    }
    refused = client.post("/bookings/claim", expatriate(stranger.id, PLACE), body)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "statement_of_another")


@pytest.mark.parametrize(("start", "code"), [(-10, "phase_over"), (1, "phase_not_open")])
def test_outside_the_window_nothing_is_claimed(
    client: ServiceClient, consular: Database, registers: Registers, start: int, code: str
) -> None:
    person, reference = Person(), fresh()
    window = phase(client, consular)
    kept(client, window, line(person, day(consular, 60), reference))
    shift_window(consular, window, start)
    refused = claim(client, registers, person, reference)
    assert (refused.status_code, refused.get_json()["code"]) == (422, code)
    assert "day" in refused.get_json()["params"]


def test_on_the_windows_last_day_it_is_claimed(client: ServiceClient, consular: Database, registers: Registers) -> None:
    person, reference = Person(), fresh()
    window = phase(client, consular)
    kept(client, window, line(person, day(consular, 60), reference))
    shift_window(consular, window, -9)
    assert claim(client, registers, person, reference).status_code == 201


def test_a_booking_too_near_its_day_stays_with_the_older_platform(
    client: ServiceClient, consular: Database, registers: Registers
) -> None:
    person, reference = Person(), fresh()
    kept(client, phase(client, consular), line(person, day(consular, 14), reference))
    assert claim(client, registers, person, reference).get_json()["code"] == "booking_early"


def test_who_has_an_open_file_of_that_kind_is_told_which(
    client: ServiceClient, consular: Database, registers: Registers, counter: Callable[..., Counter]
) -> None:
    case, reference = counter(mission=PLACE), fresh()
    case.start(SLUG)
    kept(client, phase(client, consular), line(case.person, day(consular, 40), reference))
    refused = claim(client, registers, case.person, reference)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "already_open")
    assert count(consular, Booking.reference == reference, Booking.state == "open") == 1


def test_whose_person_is_known_is_told_that_a_booking_came_in(
    client: ServiceClient, consular: Database, counter: Callable[..., Counter]
) -> None:
    case, reference = counter(mission=PLACE).until("awaiting_payment"), fresh()
    kept(client, phase(client, consular), line(case.person, day(consular, 40), reference))
    with consular.scope(PLACE) as session:
        [told] = session.scalars(select(Notice).where(Notice.about == reference)).all()
    assert (told.kind, told.person) == ("booking_found", case.person.id)
    assert told.params == {"day": day(consular, 40).isoformat(), "until": day(consular, 9).isoformat()}


def test_the_unclaimed_lapse_by_two_signatures_after_the_window(
    client: ServiceClient, consular: Database, registers: Registers, counter: Callable[..., Counter]
) -> None:
    known, claimed, unclaimed = counter(mission=PLACE).until("awaiting_payment"), Person(), fresh()
    window, mine = phase(client, consular), fresh()
    kept(
        client,
        window,
        line(claimed, day(consular, 60), mine),
        line(known.person, day(consular, 61), unclaimed),
        line(Person(), day(consular, 62)),
    )
    assert claim(client, registers, claimed, mine).status_code == 201
    desk = Signing(client, PLACE)
    running = desk.look("bookings_lapse", {"phase": window})
    assert (running.status_code, running.get_json()["code"]) == (422, "phase_running")
    shift_window(consular, window, -10)
    look = desk.look("bookings_lapse", {"phase": window}).get_json()["preview"]
    assert look["bookings"] == 2 and look["sample"][0] == {
        "reference": unclaimed,
        "booked_for": day(consular, 61).isoformat(),
    }
    done = desk.signed("bookings_lapse", {"phase": window})
    assert (done["state"], done["result"]) == ("done", {"bookings": 2, "told": 1})
    assert count(consular, Booking.phase == window, Booking.state == "lapsed") == 2
    assert count(consular, Booking.reference == mine, Booking.state == "claimed") == 1
    with consular.scope(PLACE) as session:
        kinds = session.scalars(select(Notice.kind).where(Notice.about == unclaimed).order_by(Notice.id)).all()
    assert kinds == ["booking_found", "booking_lapsed"]
    refused = claim(client, registers, known.person, unclaimed)
    assert refused.get_json()["code"] == "booking_lapsed"


def test_another_mission_brings_nothing_in_here(client: ServiceClient, consular: Database) -> None:
    window = phase(client, consular)
    assert upload(client, window, table(), officer("head_of_mission", "BER")).status_code == 404
    made = upload(client, window, table(line(Person(), day(consular, 30)))).get_json()
    stranger = officer("head_of_mission", "BER")
    assert client.get(f"/desk/bookings/imports/{made['reference']}", stranger).status_code == 404
    assert client.post(f"/desk/bookings/imports/{made['reference']}", stranger, {"verdict": "keep"}).status_code == 404
