"""Inquiries as people and officers make them, over the service's own interface."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import TestResponse

from shared.identity.actor import Actor
from tests.conftest import ServiceClient, expatriate, officer
from tests.factories.uploads import JPEG

TEXT = "قدمت طلب تجديد جوازي قبل شهر ولم يصلني خبر. أريد أن أعرف أين هو."
GOOD: dict[str, Any] = {"outcome": "accepted", "next_step": "wait", "text": "جوازك في الطريق"}
REFUSAL: dict[str, Any] = {"outcome": "refused", "reason": "no_basis", "next_step": "nothing", "text": "لا سند لذلك"}


@dataclass
class Asker:
    """Somebody with an account who asks."""

    client: ServiceClient
    actor: Actor = field(default_factory=expatriate)
    reference: str = ""

    def write(self, **changed: str) -> TestResponse:
        """Writes an inquiry; remembers its reference."""
        question = {"type": "application", "number": "01234567890", "text": TEXT, **changed}
        answer = self.client.post("/inquiries", self.actor, question)
        if answer.status_code == 201:
            self.reference = answer.get_json()["reference"]
        return answer

    def add_file(self, data: bytes = JPEG, name: str = "page.jpg") -> TestResponse:
        """Adds a file."""
        path, headers = f"/inquiries/{self.reference}/files", {"Content-Type": "application/octet-stream"}
        return self.client.ask(
            "POST",
            path,
            self.actor,
            query_string={"filename": name},
            input_stream=io.BytesIO(data),
            headers={**headers, "Content-Length": str(len(data))},
        )

    def act(self, verb: str, **body: Any) -> TestResponse:
        """A verb of the person."""
        return self.client.post(f"/inquiries/{self.reference}/{verb}", self.actor, body)

    def confirm(self) -> TestResponse:
        """Seals and sends it, as the gateway does after the right code."""
        return self.act("confirm", digest=self.act("seal").get_json()["digest"])

    def sent(self, **changed: str) -> "Asker":
        """Itself with an inquiry that waits at the mission."""
        assert self.write(**changed).status_code == 201
        assert self.confirm().status_code == 200
        return self

    def read(self) -> dict[str, Any]:
        """Its own view."""
        return dict(self.client.get(f"/inquiries/{self.reference}", self.actor).get_json())

    def desk(self, verb: str, who: Actor | None = None, **body: Any) -> TestResponse:
        """A verb of the mission."""
        round_ = {"round": self.read()["round"]} if verb in ("answer", "appeal") else {}
        return self.client.post(f"/desk/inquiries/{self.reference}/{verb}", who or officer(), {**round_, **body})

    def refused(self, who: Actor | None = None) -> "Asker":
        """Itself after a refusal."""
        assert self.desk("answer", who, **REFUSAL).status_code == 200
        return self


def faults(answer: TestResponse) -> dict[str, str]:
    """The codes by field of a refused request."""
    return dict(answer.get_json()["errors"])


def status_of(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a refused request."""
    return answer.status_code, str(answer.get_json()["code"])


Ask = Callable[..., Asker]
