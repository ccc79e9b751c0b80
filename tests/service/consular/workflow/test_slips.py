"""The slip of an appointment: its code is no other's, a changed one is nobody's, and each change revokes it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from services.consular.applications.model import Application
from services.consular.appointments.model import Appointment
from services.consular.appointments.slips import issue_appointment_slip
from shared import documents
from shared.database.db import Database
from shared.documents import typesetting
from shared.identity.actor import ANONYMOUS, service
from shared.values import references
from shared.values.dates import start_of_day
from tests.factories.applications import Counter
from tests.factories.appointments import act, booked, code, drafted, in_time
from tests.factories.documents.snapshots import document

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

Begin = Callable[..., Counter]


def test_a_tampered_code_is_verified_as_nothing(counter: Begin) -> None:
    mine = booked(counter())
    slip = mine.read()["turn"]["slip"]
    assert mine.client.get(f"/verify/{slip}", ANONYMOUS).get_json()["status"] == "valid"
    signs = [place for place, sign in enumerate(slip) if sign.isdigit()]
    assert signs
    for place in signs:
        tampered = slip[:place] + str((int(slip[place]) + 1) % 10) + slip[place + 1 :]
        answer = mine.client.get(f"/verify/{tampered}", ANONYMOUS)
        assert answer.status_code in (404, 422) or answer.get_json()["status"] == "unknown", tampered


def test_each_change_revokes_the_slip(counter: Begin) -> None:
    mine = booked(counter())
    slips = [mine.read()["turn"]["slip"]]
    assert act(mine, "move", starts_at=in_time(mine)[-1]).status_code == 200
    slips.append(mine.read()["turn"]["slip"])
    assert act(mine, "cancel").status_code == 200
    found = [mine.client.get(f"/verify/{slip}", ANONYMOUS).get_json()["status"] for slip in slips]
    assert (found, len(set(slips))) == (["revoked", "revoked"], 2)


def test_a_visit_confirmed_twice_is_booked_once(counter: Begin) -> None:
    mine = counter()
    mine.fill("passport-renewal")
    mine.submit()
    act(mine, "hold", starts_at=in_time(mine)[0])
    assert act(mine, "confirm").status_code == 200
    slip = mine.read()["turn"]["slip"]
    assert code(act(mine, "confirm")) == (409, "turn_booked_already")
    assert mine.read()["turn"]["slip"] == slip


@pytest.mark.parametrize(("persons", "shown"), [(1, False), (4, True)])
def test_the_slip_of_a_family_says_how_many_come(persons: int, shown: bool) -> None:
    page = typesetting.html(document("turn-slip", persons=persons), "consular")
    assert ("عدد الأشخاص" in page) == shown
    assert "<svg" in page and "الحي الدبلوماسي" in page


def test_a_family_has_one_slip(counter: Begin) -> None:
    mine = drafted(counter())
    mine.save({"dependants": "3"})
    act(mine, "hold", starts_at=in_time(mine)[0])
    mine.submit()
    view = mine.read()
    shown = mine.client.get(f"/documents/{view['turn']['slip']}", mine.person.actor).get_json()
    assert (shown["kind"], view["turn"]["persons"]) == ("turn-slip", 4)


def slip_of(consular: Database, slug: str, mission: str, day: date) -> dict[str, Any]:
    """What the slip of an appointment for a passport holds, without its booking."""
    starts_at = start_of_day(day, "UTC") + timedelta(hours=9)
    with consular.scope(mission) as session:
        application = Application(reference=references.new(mission, 10, "A"), transaction=slug, mission=mission)
        values: dict[str, Any] = {"service": "passport", "starts_at": starts_at, "window": "1", "persons": 1}
        appointment = Appointment(mission=mission, document="N123456789", **values)
        code = issue_appointment_slip(session, service("consular", mission), application, appointment, 15)
        return dict(documents.find(session, code).data)


GENERAL = {"count": 3, "width_mm": None, "height_mm": None}
LOST = GENERAL | {"count": 6}


@pytest.mark.parametrize(
    ("slug", "mission", "photos"),
    [
        ("passport-renewal", "RUH", GENERAL),
        ("embassy-queue-riyadh", "RUH", GENERAL),
        ("passport-lost", "RUH", LOST),
        ("passport-renewal", "IST", {"count": 6, "width_mm": 40, "height_mm": 40}),
    ],
)
def test_the_slip_asks_for_the_photos_of_its_mission_and_transaction(
    database: Callable[[str], Database], slug: str, mission: str, photos: dict[str, int | None]
) -> None:
    """MOFAE names three, for a lost passport six; Istanbul six of 40 by 40 millimetres."""
    assert slip_of(database("consular"), slug, mission, date(2026, 12, 2))["photos"] == photos


def test_a_slip_of_a_day_without_a_rule_names_no_number(database: Callable[[str], Database]) -> None:
    assert slip_of(database("consular"), "passport-renewal", "RUH", date(2025, 8, 6))["photos"] is None


@pytest.mark.parametrize(("slug", "asked"), [("passport-first", True), ("passport-renewal", False)])
def test_the_slip_of_a_first_passport_asks_for_the_parents_papers(
    database: Callable[[str], Database], slug: str, asked: bool
) -> None:
    assert ("parents_identity" in slip_of(database("consular"), slug, "RUH", date(2026, 12, 2))["bring"]) is asked


@pytest.mark.parametrize(
    ("photos", "arabic", "english"),
    [
        (GENERAL, "3 صور شخصية بخلفية بيضاء", "3 photos with a white background"),
        (GENERAL | {"count": 2}, "صورتان شخصيتان بخلفية بيضاء", "2 photos with a white background"),
        ({"count": 6, "width_mm": 40, "height_mm": 40}, "6 صور شخصية بخلفية بيضاء · قياس 40 × 40 ملم", "40 × 40 mm"),
        (None, "صور شخصية بخلفية بيضاء", "Photos with a white background"),
    ],
)
def test_photos_are_counted_on_paper(photos: dict[str, int | None] | None, arabic: str, english: str) -> None:
    """A slip that was issued without a number says none, as it did."""
    page = " ".join(re.sub(r"<[^>]+>", "", typesetting.html(document("turn-slip", photos=photos), "consular")).split())
    assert arabic in page and english in page
    assert photos or not re.search(r"\d+ (?:photos|صور)", page)
