"""Replies as ministries write them, for tests that answer letters by verbs, over HTTP or on the bus."""

import uuid
from typing import Any

from werkzeug.test import TestResponse

from deploy.demo import days
from services.consular.handlers import HANDLERS
from shared.database.db import Database
from shared.identity.actor import MINISTRIES, partner_token
from shared.identity.crypto import Keys
from shared.messaging.messages import Envelope
from shared.values.dates import add_years
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.messages.envelopes import envelope

CONVICTION = {
    "court": "محكمة بداية الجزاء بدمشق",
    "number": "214/2009",
    "on": "2010-03-02",
    "offence": "مخالفة بناء",
    "sentence": "غرامة 5000 ل.س",
}
CROSSINGS = [
    {"on": "2018-07-01", "way": "out", "point": "نصيب", "passport": "N012345678"},
    {"on": "2018-12-20", "way": "in", "point": "مطار دمشق", "passport": "N012345678"},
    {"on": "2019-01-09", "way": "out", "point": "مطار دمشق", "passport": "N012345678"},
]
LICENCE = {
    "licence_number": "771203",
    "licence_category": "B",
    "first_issued_on": "2011-06-01",
    "expires_on": add_years(days.today(), 4).isoformat(),
}


def today() -> str:
    """The day on which a reply may be dated, at the mission of the tests."""
    return days.today().isoformat()


def reply(finding: str, number: str, **more: Any) -> dict[str, Any]:
    """A good reply about the person of this national number."""
    return {"finding": finding, "number": "4711/ص", "dated": today(), "national_number": number, **more}


def letters_of(counter: Counter) -> list[dict[str, Any]]:
    """The letters of an application, as the desk sees them."""
    answer = counter.client.get(f"/desk/cases/{counter.reference}", officer(mission=counter.mission))
    assert answer.status_code == 200, answer.get_json()
    return list(answer.get_json()["letters"])


def answer(counter: Counter, code: str, told: dict[str, Any], key: str = "", mission: str = "") -> Any:
    """An officer records a reply."""
    body = {**told, "key": key or uuid.uuid4().hex}
    who = officer(mission=mission or counter.mission)
    return counter.client.post(f"/desk/letters/{code}/reply", who, body)


def partner(counter: Counter, method: str, path: str, told: object = None) -> TestResponse:
    """The ministries' own request, signed with their key."""
    token = partner_token(Keys(counter.registers.folder, MINISTRIES), "consular")
    return counter.client.client.open(path, method=method, json=told, headers={"Authorization": f"Bearer {token}"})


def answered(application: str, letter: str, finding: str, authority: str = "criminal_security") -> Envelope:
    """`letter.answered` as the inbox hands it over."""
    body = {"application": application, "letter": letter, "authority": authority, "finding": finding}
    return envelope("letter.answered", MINISTRIES, application, body, mission=application[:3])


def consume(database: Database, said: Envelope, mission: str = HOME) -> None:
    """The mission hears it, in a commit of its own."""
    with database.scope(mission) as session:
        HANDLERS["letter.answered"](session, said)
