"""Appointments that lose their time: found whatever took it, moved or called off in bulk, told once, undone in time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.approvals.sign import UNDO
from services.consular.notices.model import Notice
from services.consular.workflow import relocate
from shared.database.db import Database
from shared.identity.actor import service
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.appointments import act, booked, drafted, in_time, local_day
from tests.factories.approvals import Signing
from tests.factories.concurrency import at_once

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

Begin = Callable[..., Counter]
WORKER = service("consular", HOME)


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture
def desk(counter: Begin) -> Signing:
    return Signing(counter().client, HOME)


def later() -> datetime:
    """A moment at which nothing that was signed now can be undone any more."""
    return datetime.now(UTC) + UNDO + timedelta(minutes=1)


def middle(counter: Counter) -> str:
    """A time with open days after it."""
    times = in_time(counter)
    return times[len(times) // 2]


def notices(consular: Database, case: Counter, kind: str) -> list[dict[str, Any]]:
    with consular.scope(HOME) as session:
        rows = session.scalars(select(Notice).where(Notice.about == case.reference, Notice.kind == kind))
        return [row.params for row in rows]


def test_a_closure_moves_who_is_booked_once_it_cannot_be_undone(
    counter: Begin, consular: Database, desk: Signing
) -> None:
    at = middle(counter())
    mine, day = booked(counter(), at), local_day(at)
    slip = mine.read()["turn"]["slip"]
    terms = {"first_day": str(day), "last_day": str(day), "title_ar": "صيانة", "closes": "seats", "affected": "move"}
    looked = desk.look("closure", terms).get_json()["preview"]
    assert (looked["turns"], looked["placed"], looked["by_service"]) == (1, 1, {"passport": 1})
    assert [one["reference"] for one in looked["sample"]] == [mine.reference]
    signed = desk.signed("closure", terms)
    assert signed["state"] == "approved"
    # Nobody is told yet, the slip is good; the page says that the time is lost.
    assert relocate.relocate_at(consular, WORKER) == 0
    turn = mine.read()["turn"]
    assert (turn["starts_at"], turn["displaced"]) == (at, True)
    assert relocate.relocate_at(consular, WORKER, later()) == 1
    after = mine.read()
    assert (after["status"], after["turn"]["state"], after["turn"]["displaced"]) == ("ready", "booked", False)
    assert after["turn"]["starts_at"] == looked["sample"][0]["to"] > at
    assert after["document"]["code"] == after["turn"]["slip"] != slip
    assert mine.client.get(f"/documents/{slip}", mine.person.actor).get_json()["status"] == "revoked"
    assert after["timeline"][-1]["code"] == "turn_moved"
    (told,) = notices(consular, mine, "turn_relocated")
    assert (told["until"], told["day"]) == (str(day), str(local_day(after["turn"]["starts_at"])))
    done = desk.read(signed["reference"])
    assert (done["state"], done["result"]["moved"], done["result"]["left"]) == ("done", 1, 0)
    assert relocate.relocate_at(consular, WORKER, later()) == 0
    assert len(notices(consular, mine, "turn_relocated")) == 1


def test_what_is_undone_in_time_happens_to_nobody(counter: Begin, consular: Database, desk: Signing) -> None:
    at = middle(counter())
    mine = booked(counter(), at)
    signed = desk.closed(str(local_day(at)))
    assert desk.read(signed["reference"])["undo_until"] is not None
    undone = desk.undo(signed["reference"], officer("officer", HOME, "officer-3"))
    assert (undone.status_code, undone.get_json()["state"]) == (200, "undone")
    assert relocate.relocate_at(consular, WORKER, later()) == 0
    turn = mine.read()["turn"]
    assert (turn["starts_at"], turn["displaced"]) == (at, False)
    assert notices(consular, mine, "turn_relocated") == []
    again = desk.undo(signed["reference"])
    assert (again.status_code, again.get_json()["code"]) == (409, "undo_too_late")


def test_what_was_carried_out_is_not_undone(counter: Begin, consular: Database, desk: Signing) -> None:
    at = middle(counter())
    booked(counter(), at)
    signed = desk.closed(str(local_day(at)))
    relocate.relocate_at(consular, WORKER, later())
    late = desk.undo(signed["reference"])
    assert (late.status_code, late.get_json()["code"]) == (409, "undo_too_late")


@pytest.mark.parametrize("role", ["clerk", "cashier", "auditor"])
def test_only_who_signs_takes_back(counter: Begin, desk: Signing, role: str) -> None:
    at = middle(counter())
    booked(counter(), at)
    signed = desk.closed(str(local_day(at)))
    assert desk.undo(signed["reference"], officer(role)).status_code == 403
    assert desk.undo(signed["reference"], officer("officer", "BER")).status_code == 404


def test_appointments_are_called_off_where_the_terms_say_so(counter: Begin, consular: Database, desk: Signing) -> None:
    at = middle(counter())
    mine = booked(counter(), at)
    slip = mine.read()["turn"]["slip"]
    signed = desk.closed(str(local_day(at)), affected="cancel")
    assert relocate.relocate_at(consular, WORKER, later()) == 1
    after = mine.read()
    assert (after["status"], after["turn"]["state"], after["document"]) == ("cancelled", "cancelled", None)
    assert mine.client.get(f"/documents/{slip}", mine.person.actor).get_json()["status"] == "revoked"
    assert len(notices(consular, mine, "turn_called_off")) == 1
    assert desk.read(signed["reference"])["result"]["cancelled"] == 1
    # It does not count against the month of somebody whom the mission could not receive.
    other = counter(person=mine.person)
    drafted(other)
    assert act(other, "hold", starts_at=in_time(other)[0]).status_code == 200


def test_a_visit_that_is_called_off_leaves_its_application_open(
    counter: Begin, consular: Database, desk: Signing
) -> None:
    mine = counter()
    mine.fill("passport-renewal")
    mine.submit()
    at = middle(mine)
    assert act(mine, "hold", starts_at=at).status_code == 200
    assert act(mine, "confirm").status_code == 200
    status = mine.read()["status"]
    desk.closed(str(local_day(at)), affected="cancel")
    assert relocate.relocate_at(consular, WORKER, later()) == 1
    after = mine.read()
    assert (after["status"], after["timeline"][-1]["code"]) == (status, "turn_called_off")
    assert act(mine, "hold", starts_at=in_time(mine)[0]).status_code == 200


def test_changed_hours_move_only_who_loses_their_time(counter: Begin, consular: Database, desk: Signing) -> None:
    at = middle(counter())
    day = local_day(at)
    same_day = [time for time in in_time(counter()) if local_day(time) == day]
    kept, lost = booked(counter(), same_day[0]), booked(counter(), same_day[-1])
    terms = {
        "service": "passport",
        "window": "1",
        "weekdays": [str(day.weekday())],
        "reception": "open",
        "opens": "09:00",
        "closes_at": "12:00",
        "slot_minutes": "15",
        "seats": "3",
        "valid_from": str(day),
        "affected": "move",
    }
    assert desk.look("hours", terms).get_json()["preview"]["turns"] == 1
    signed = desk.signed("hours", terms)
    assert signed["state"] == "approved"
    assert relocate.relocate_at(consular, WORKER, later()) == 1
    assert kept.read()["turn"]["starts_at"] == same_day[0]
    assert local_day(lost.read()["turn"]["starts_at"]) >= day
    assert lost.read()["turn"]["starts_at"] != same_day[-1]
    assert desk.read(signed["reference"])["state"] == "done"


def test_a_holiday_from_new_data_is_found_and_its_appointments_moved(
    counter: Begin, consular: Database, desk: Signing, cluster: Postgres
) -> None:
    at = middle(counter())
    mine, day = booked(counter(), at), str(local_day(at))
    nobody = desk.propose("relocation", {"first_day": day, "last_day": day, "affected": "move"})
    assert nobody.get_json()["errors"] == {"first_day": "nobody_displaced"}
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute(
            "INSERT INTO consular.closure (id, first_day, last_day, kind, seats_closed, payments_closed, title_ar,"
            " title_en, source, certainty, approver)"
            " VALUES ('all/test', %s, %s, 'syrian_holiday', true, false, 'عطلة', 'Holiday', 'test', 'H', 'test')",
            [day, day],
        )
    assert mine.read()["turn"]["displaced"]
    assert desk.client.get("/desk/calendar", desk.head).get_json()["displaced"] == 1
    desk.signed("relocation", {"first_day": day, "last_day": day, "affected": "move"})
    assert relocate.relocate_at(consular, WORKER, later()) == 1
    assert not mine.read()["turn"]["displaced"]
    assert desk.client.get("/desk/calendar", desk.head).get_json()["displaced"] == 0


def test_where_no_other_time_is_free_the_appointment_is_left_and_counted(
    counter: Begin, consular: Database, desk: Signing
) -> None:
    times = in_time(counter())
    mine = booked(counter(), times[-1])
    first = local_day(times[-1])
    signed = desk.closed(str(first), last_day=str(first + timedelta(days=45)))
    assert signed["preview"]["placed"] == 0
    assert relocate.relocate_at(consular, WORKER, later()) == 0
    done = desk.read(signed["reference"])
    assert (done["state"], done["result"]["left"]) == ("done", 1)
    assert mine.read()["turn"]["displaced"]


def test_who_moves_by_themselves_meanwhile_is_not_moved_again(
    counter: Begin, consular: Database, desk: Signing
) -> None:
    times = in_time(counter())
    at = times[len(times) // 2]
    mine = booked(counter(), at)
    desk.closed(str(local_day(at)))
    other = next(time for time in times if local_day(time) != local_day(at))
    assert act(mine, "move", starts_at=other).status_code == 200
    assert relocate.relocate_at(consular, WORKER, later()) == 0
    assert mine.read()["turn"]["starts_at"] == other
    assert notices(consular, mine, "turn_relocated") == []


def test_two_workers_move_nobody_twice(counter: Begin, consular: Database, desk: Signing) -> None:
    at = middle(counter())
    same_day = [time for time in in_time(counter()) if local_day(time) == local_day(at)][:4]
    mine = [booked(counter(), time) for time in same_day]
    desk.closed(str(local_day(at)))
    moment = later()
    moved = at_once([partial(relocate.relocate_at, consular, WORKER, moment)] * 2)
    assert sum(count for count in moved if isinstance(count, int)) == len(mine)
    assert [len(notices(consular, case, "turn_relocated")) for case in mine] == [1] * len(mine)
    assert len({case.read()["turn"]["starts_at"] for case in mine}) >= 2
