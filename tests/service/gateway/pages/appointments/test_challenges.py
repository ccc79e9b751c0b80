"""Costly steps: solved challenges, bound and used once; forms without them, capped; nobody followed over days."""

import base64
import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from altcha import Challenge, Payload, solve_challenge

from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.gateway.accounts import throttle
from services.gateway.web.access import costly_steps
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill

SLUG = "embassy-queue-riyadh"


@pytest.fixture(autouse=True)
def fresh(cluster: Postgres) -> Iterator[None]:
    """Nobody has tried anything yet."""
    _delete(cluster, "gateway.attempt", "gateway.used_challenge")
    yield
    _delete(cluster, "gateway.attempt", "gateway.used_challenge", "consular.turn")


def _delete(cluster: Postgres, *tables: str) -> None:
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in tables:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608


def attempts(cluster: Postgres) -> set[str]:
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        return {row[0] for row in connection.execute("SELECT key FROM gateway.attempt").fetchall()}


def solved(browser: Browser, action: str, language: str = "en") -> str:
    """A challenge as it is given, solved as a browser does it."""
    challenge = Challenge.from_dict(browser.get(f"/{language}/challenges/{action}").get_json())
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def changed(payload: str, **parameters: object) -> str:
    """The payload with other parameters of the challenge, or with another part of the solution."""
    content = json.loads(base64.b64decode(payload))
    for name, value in parameters.items():
        part = content["solution"] if name in content["solution"] else content["challenge"]["parameters"]
        part[name] = value
    return base64.b64encode(json.dumps(content).encode()).decode()


class Booking:
    """Somebody before the calendar of an application."""

    def __init__(self, gateway: Gateway, person: specimens.Specimen, language: str = "en") -> None:
        self.browser = gateway.visitor(person=person)
        reference = begin(self.browser, SLUG, language)
        fill(self.browser, SLUG, reference, language)
        self.page = f"/{language}/applications/{reference}/turn"
        days: Any = gateway.browser().client.get("/openings?mission=RUH&service=passport").get_json()["days"]
        self.times = [time["starts_at"] for day in days for time in day["times"] if time["remaining"]]
        self.csrf = self.browser.token(self.page)

    def hold(self, payload: str = "", key: str = "", at: int = 0) -> Any:
        self.sent = key or f"{time.monotonic_ns()}"
        form = {"csrf_token": self.csrf, "key": self.sent, "starts_at": self.times[at], "altcha": payload}
        return self.browser.post(self.page, **form)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_solved_challenge_pays_for_one_step(gateway: Gateway, language: str) -> None:
    mine = Booking(gateway, specimens.ELDER, language)
    shown = mine.browser.get(f"{mine.page}?day={mine.times[0][:10]}").text
    assert f'data-challenge="/{language}/challenges/hold"' in shown and "challenges." in shown
    payload = solved(mine.browser, "hold", language)
    assert mine.hold(payload).status_code == 303
    # The same form once more changes nothing, and is answered as before; another form is a second use.
    assert mine.hold(payload, key=mine.sent).status_code == 303
    replayed = mine.hold(payload, at=1)
    assert replayed.status_code == 409
    assert ("was sent already" if language == "en" else "أُرسل هذا من قبل") in replayed.text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"cost": 1}, 422),
        ({"keyPrefix": ""}, 422),
        ({"expiresAt": 4_000_000_000}, 422),
        ({"data": {"action": "hold", "person": "x"}}, 422),
        ({"counter": -1}, 422),
        ({"derivedKey": "00"}, 422),
        ({"nonce": None}, 422),
        ({"algorithm": "SHA-256"}, 422),
        ({"expiresAt": 1}, 409),
    ],
)
def test_what_is_tampered_with_pays_for_nothing(gateway: Gateway, changes: dict[str, object], status: int) -> None:
    mine = Booking(gateway, specimens.ELDER)
    assert mine.hold(changed(solved(mine.browser, "hold"), **changes)).status_code == status
    assert 'name="starts_at"' in mine.hold("no base64 at all").text


NO_SOLUTIONS = ("e30=", "W10=", "bnVsbA==", "x" * 4_001, "eyJjaGFsbGVuZ2UiOiB7fX0=", "ß", "\u202e")


@pytest.mark.parametrize("payload", NO_SOLUTIONS)
def test_what_is_no_solution_is_refused_on_the_page(gateway: Gateway, payload: str) -> None:
    mine = Booking(gateway, specimens.ELDER)
    refused = mine.hold(payload)
    assert refused.status_code == 422 and "does not fit this step" in refused.text


def test_a_solution_is_bound_to_its_action_and_person(gateway: Gateway) -> None:
    mine, other = Booking(gateway, specimens.ELDER), gateway.visitor(person=specimens.STUDENT)
    assert mine.hold(solved(mine.browser, "enter")).status_code == 422
    assert mine.hold(solved(other, "hold")).status_code == 422
    assert mine.hold(solved(mine.browser, "hold")).status_code == 303
    assert gateway.browser().get("/en/challenges/hold").status_code == 303
    assert mine.browser.get("/en/challenges/pay").status_code == 404


def test_without_script_a_stricter_cap_holds(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    few = throttle.Limit("unproven_test", 2, 86_400, daily=True)
    monkeypatch.setattr(costly_steps, "UNPROVEN_SEATS_BY_PERSON", few)
    mine = Booking(gateway, specimens.ELDER)
    assert [mine.hold().status_code, mine.hold(at=1).status_code] == [303, 303]
    stopped = mine.hold()
    assert stopped.status_code == 429 and "JavaScript" in stopped.text and int(stopped.headers["Retry-After"]) > 0
    # Work of the device opens what the stricter cap has closed, until the cap of the person.
    assert mine.hold(solved(mine.browser, "hold")).status_code == 303
    monkeypatch.setattr(costly_steps, "SEATS_BY_PERSON", throttle.Limit("seats_test", 0, 86_400, daily=True))
    assert mine.hold(solved(mine.browser, "hold")).status_code == 429


def test_a_network_is_capped_whoever_signs_in(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costly_steps, "SEATS_BY_ADDRESS", throttle.Limit("network_test", 1, 86_400))
    first, second = Booking(gateway, specimens.ELDER), Booking(gateway, specimens.STUDENT)
    assert [first.hold().status_code, second.hold().status_code] == [303, 429]


def test_what_is_counted_has_another_hash_on_another_day(gateway: Gateway, cluster: Postgres) -> None:
    secret, key = gateway.app.extensions["settings"].secret, throttle._key
    limit, lasting = throttle.SEATS_BY_PERSON, throttle.SIGN_IN_BY_ACCOUNT
    days = [datetime.fromisoformat(f"2026-12-0{day}T12:00:00+00:00") for day in (1, 2)]
    assert len({key(secret, limit, "somebody", day) for day in days}) == 2
    assert len({key(secret, lasting, "somebody", day) for day in days}) == 1
    assert all(limit.daily for limit, _ in throttle.network_limits(throttle.OPENINGS_BY_ADDRESS, "203.0.113.7"))
    mine = Booking(gateway, specimens.ELDER)
    mine.hold()
    kept = " ".join(attempts(cluster))
    assert kept and "127.0.0" not in kept and specimens.ELDER.person not in kept
