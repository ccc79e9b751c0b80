"""The day of a page is the day at the mission it is about, for whoever reads it, signed in or not."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask_babel import format_datetime

from deploy.demo.population import specimens
from services.gateway.web import days, presentation
from services.gateway.web.current import consular
from shared.documents import validity
from shared.errors import Unavailable
from shared.values import references
from tests.factories.gateway import Gateway, Wire

pytestmark = pytest.mark.clock

At = Callable[..., None]
# The decree's new price holds from 26 June 2025 at each mission's own midnight: 200 dollars instead of 300.
BEFORE_MIDNIGHT = datetime(2025, 6, 25, 20, 59, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2025, 6, 25, 21, 30, tzinfo=UTC)
# The amounts of the other price, in riyals at Riyadh and in dollars.
OTHER = dict.fromkeys(("1,125.00", "300.00"), ("750.00", "200.00")) | dict.fromkeys(
    ("750.00", "200.00"), ("1,125.00", "300.00")
)
PRICE = "/en/services/passport-renewal"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """`at(instant)`: the pages believe that it is then."""

    def believe(instant: datetime) -> None:
        monkeypatch.setattr(days, "now", lambda: instant)

    return believe


def on_page(gateway: Gateway, address: str) -> date:
    with gateway.app.test_request_context(address):
        return days.today()


@pytest.mark.parametrize(
    ("instant", "query", "shown"),
    [
        (BEFORE_MIDNIGHT, "", "1,125.00"),
        (AFTER_MIDNIGHT, "", "750.00"),
        (AFTER_MIDNIGHT, "?mission=RUH", "750.00"),
        (AFTER_MIDNIGHT, "?mission=WAS", "300.00"),
        (datetime(2025, 6, 26, 4, 1, tzinfo=UTC), "?mission=WAS", "200.00"),
    ],
)
def test_a_stranger_sees_the_new_price_from_the_missions_own_midnight(
    gateway: Gateway, at: At, instant: datetime, query: str, shown: str
) -> None:
    at(instant)
    page = gateway.browser().get(f"{PRICE}{query}").text
    price = page[page.index('id="price"') :]
    assert shown in price, price[:1500]
    assert not [other for other in OTHER[shown] if other in price]


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("/en/", 26),
        ("/en/?mission=WAS", 25),
        ("/en/?mission=TYO", 26),
        ("/en/?mission=XXX", 26),
        ("/en/applications/{WAS}", 25),
        ("/en/applications/{TYO}?mission=WAS", 26),
        ("/en/applications/WAS-22222-22222-2", 26),
    ],
)
def test_the_page_is_about_the_file_or_the_mission_of_its_address(
    gateway: Gateway, at: At, address: str, day: int
) -> None:
    at(AFTER_MIDNIGHT)
    whole = address.format(WAS=references.new("WAS", 10, "A"), TYO=references.new("TYO", 10, "A"))
    assert on_page(gateway, whole) == date(2025, 6, day)


def test_a_visitor_of_another_mission_has_its_day(gateway: Gateway, at: At) -> None:
    visitor = gateway.visitor(mission="WAS", person=specimens.SERVED)
    at(AFTER_MIDNIGHT)
    page = visitor.get(PRICE).text
    assert "300.00" in page[page.index('id="price"') :]


def test_without_the_missions_service_the_states_zone_counts(gateway: Gateway, at: At, monkeypatch: Any) -> None:
    at(AFTER_MIDNIGHT)
    with gateway.app.test_request_context("/en/?mission=WAS"):
        gateway.app.preprocess_request()
        offers = consular().offers
        monkeypatch.setattr(offers, "missions", _down)
        assert (days.zone_of(None), days.zone_of("RUH")) == ("Asia/Damascus", "Asia/Damascus")
        assert days.today() == date(2025, 6, 26)


def _down() -> None:
    raise Unavailable("service_down")


@pytest.mark.parametrize(("mission", "day"), [("RUH", 26), ("WAS", 25)])
def test_a_text_with_a_validity_takes_it_from_the_pages_day_and_others_ask_nothing(
    gateway: Gateway, at: At, monkeypatch: pytest.MonkeyPatch, mission: str, day: int
) -> None:
    asked: list[date] = []
    real = validity.placeholders

    def placeholders(tongue: Any, on: date) -> Mapping[str, str]:
        asked.append(on)
        return real(tongue, on)

    monkeypatch.setattr(validity, "placeholders", placeholders)
    at(AFTER_MIDNIGHT)
    with gateway.app.test_request_context(f"/en/?mission={mission}"):
        gateway.app.preprocess_request()
        presentation.t("nav.services")
        assert asked == []
        assert "{valid" not in presentation.t("transaction.criminal-record.next")
        assert asked == [date(2025, 6, day)]


@pytest.mark.parametrize(
    ("address", "written"),
    [("/en/", "26 Jun 2025, 00:30:00"), ("/en/?mission=WAS", "25 Jun 2025, 17:30:00")],
)
def test_flask_babel_writes_instants_in_the_pages_zone(gateway: Gateway, address: str, written: str) -> None:
    with gateway.app.test_request_context(address):
        gateway.app.preprocess_request()
        assert format_datetime(AFTER_MIDNIGHT) == written


def test_rabat_is_an_hour_behind_what_old_zone_data_say(gateway: Gateway) -> None:
    with gateway.app.test_request_context("/en/?mission=RBA"):
        gateway.app.preprocess_request()
        assert format_datetime(datetime(2026, 9, 21, 23, 30, tzinfo=UTC)) == "21 Sept 2026, 23:30:00"
        assert presentation.date_at("2026-09-21T23:30:00+00:00", "RBA") == "21 September 2026"


@pytest.mark.parametrize(
    ("mission", "words"), [("RUH", "30 November 2026"), ("WAS", "29 November 2026"), ("TYO", "30 November 2026")]
)
def test_a_letter_answered_late_in_utcs_day_is_dated_by_the_mission(gateway: Gateway, mission: str, words: str) -> None:
    with gateway.app.test_request_context("/en/"):
        gateway.app.preprocess_request()
        assert presentation.date_at("2026-11-29T21:30:00+00:00", mission) == words


def test_an_instant_has_no_day_until_a_mission_is_named() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        presentation.day_of("2026-11-29T22:30:00+00:00")


def test_ready_names_the_zone_about_which_python_and_a_database_disagree(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Wire, method: str, path: str, *rest: Any, **more: Any) -> bytes:
        raise Unavailable("zones_disagree", zones="Africa/Casablanca")

    monkeypatch.setattr(type(gateway.wires["consular"]), "raw", refused)
    answer = gateway.browser().get("/ready")
    assert answer.status_code == 503
    assert answer.get_json()["zones"]["consular"] == "Africa/Casablanca"
