"""What the tests of two signatures share: terms, somebody who proposes them, somebody else who signs."""

import uuid
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from shared.identity.actor import Actor
from tests.conftest import ServiceClient, officer


@dataclass
class Signing:
    """Two people of one mission."""

    client: ServiceClient
    mission: str

    @property
    def head(self) -> Actor:
        return officer("head_of_mission", self.mission, "head-1")

    @property
    def second(self) -> Actor:
        return officer("officer", self.mission, "officer-2")

    def look(self, kind: str, params: dict[str, Any], who: Actor | None = None) -> TestResponse:
        """What it would touch."""
        return self.client.post("/desk/proposals/preview", who or self.head, {"kind": kind, "params": params})

    def propose(self, kind: str, params: dict[str, Any], who: Actor | None = None, key: str = "") -> TestResponse:
        """Puts it before a second person."""
        body = {"kind": kind, "params": params, "key": key or uuid.uuid4().hex}
        return self.client.post("/desk/proposals", who or self.head, body)

    def decide(self, reference: str, verdict: str = "approve", who: Actor | None = None, **more: str) -> TestResponse:
        """The second person's word."""
        body = {"verdict": verdict, "key": uuid.uuid4().hex, **more}
        return self.client.post(f"/desk/proposals/{reference}", who or self.second, body)

    def signed(self, kind: str, params: dict[str, Any]) -> dict[str, Any]:
        """Proposed and signed."""
        made = self.propose(kind, params)
        assert made.status_code == 201, made.get_json()
        done = self.decide(made.get_json()["reference"])
        assert done.status_code == 200, done.get_json()
        return dict(done.get_json())

    def waiting(self, kind: str, case: str) -> str:
        """The reference of an override that waits for its second signature."""
        rows = self.client.get("/desk/proposals", self.second).get_json()
        (found,) = [
            row["reference"]
            for row in rows
            if (row["state"], row["kind"], row["params"].get("case_reference")) == ("waiting", kind, case)
        ]
        return str(found)

    def override(self, kind: str, case: str) -> None:
        """Signs an override that somebody has asked for."""
        done = self.decide(self.waiting(kind, case))
        assert done.status_code == 200, done.get_json()

    def closed(self, day: str, **changes: Any) -> dict[str, Any]:
        """A day closed by two signatures; booked appointments are moved."""
        terms = {"first_day": day, "last_day": day, "title_ar": "إغلاق", "closes": "seats", "affected": "move"}
        return self.signed("closure", terms | changes)

    def undo(self, reference: str, who: Actor | None = None) -> TestResponse:
        """One person takes it back."""
        return self.client.post(f"/desk/proposals/{reference}/undo", who or self.head, {"key": uuid.uuid4().hex})

    def read(self, reference: str) -> dict[str, Any]:
        """As it stands."""
        return dict(self.client.get(f"/desk/proposals/{reference}", self.head).get_json())
