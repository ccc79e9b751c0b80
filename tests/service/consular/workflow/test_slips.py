"""The slip of an appointment: its code is no other's, a changed one is nobody's, and each change revokes it."""

from collections.abc import Callable

import pytest

from shared.documents import typesetting
from shared.identity.actor import ANONYMOUS
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
