"""Asks another service by HTTP, for an actor, and turns its answer into data or into the refusal it meant."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import urllib3

from shared import deadline
from shared.deadline_http import LONGEST_WAIT, DeadlineConnection
from shared.errors import NotFound, ServiceFailed, Unavailable, from_problem
from shared.identity.actor import Actor, request_token
from shared.identity.crypto import Keys
from shared.logs import request_id
from shared.observation import traces

CONNECT_SECONDS = 1.0
FAILED = 500
TIMEOUT = urllib3.Timeout(connect=CONNECT_SECONDS, read=LONGEST_WAIT)
# Only a connection that was never made may be tried again: anything else might already have happened.
RETRIES = urllib3.Retry(total=None, connect=2, read=0, redirect=0, status=0, other=0, backoff_factor=0.05)


class SideQuestion(Protocol):
    """A small question that is asked and answered in the headers of another one."""

    def headers(self, actor: Actor) -> Mapping[str, str]:
        """What asks it; empty where the answer is known."""

    def receive(self, actor: Actor, headers: Mapping[str, str]) -> None:
        """Keeps the answer, where there is one."""


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """One upstream service. Threads share the pool of kept connections."""

    side_question: SideQuestion | None = None

    def __init__(self, base_url: str, keys: Keys, audience: str) -> None:
        self.base_url = base_url
        self.prefix = urlsplit(base_url).path.rstrip("/")
        self.keys = keys
        self.audience = audience

    @cached_property
    def pool(self) -> urllib3.HTTPConnectionPool:
        """Of this one address, so that none is parsed or looked up for each request."""
        pool = urllib3.connection_from_url(self.base_url, maxsize=32, retries=RETRIES, timeout=TIMEOUT)
        pool.ConnectionCls = DeadlineConnection
        return pool

    def raw(
        self,
        method: str,
        path: str,
        actor: Actor,
        query: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The body of a good answer.

        Raises the upstream's Refusal, ServiceFailed where it failed, Unavailable when it does not answer properly.
        """
        if not deadline.remaining():
            raise Unavailable("service_down", service=self.audience)
        side = self.side_question if method == "GET" else None
        all_headers = {
            "Authorization": f"Bearer {request_token(self.keys, actor, self.audience)}",
            "X-Request-ID": request_id.get(),
            **traces.headers(),
            **(side.headers(actor) if side else {}),
            **(headers or {}),
        }
        answer = self.exchange(method, f"{path}?{urlencode(query)}" if query else path, data, all_headers)
        if 300 <= answer.status < 400:
            # Services lead nowhere else: it is their framework that read an address of ours as another one.
            raise NotFound()
        if answer.status < 400:
            if side:
                side.receive(actor, answer.headers)
            return answer.body
        if answer.headers.get("Content-Type", "").startswith("application/problem+json"):
            refusal = from_problem(answer.status, json.loads(answer.body))
            if answer.status >= FAILED and refusal.status < FAILED:
                raise ServiceFailed(f"{self.audience} {answer.status}")
            raise refusal
        raise Unavailable("service_down", service=self.audience)

    def exchange(self, method: str, target: str, data: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Sends a request and waits for its answer. Raises Unavailable where none arrives whole."""
        try:
            response = self.pool.urlopen(method, f"{self.prefix}{target}", body=data, headers=dict(headers))
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("service_down", service=self.audience) from error
        if "Content-Length" not in response.headers:
            # Python takes headers that end in the middle for whole ones, and then no body for the body.
            raise Unavailable("service_down", service=self.audience)
        return Answer(response.status, response.headers, response.data)

    def get(self, path: str, actor: Actor, **query: str | int | None) -> Any:
        """Parsed JSON; parameters that are None are left out."""
        params = {name: str(value) for name, value in query.items() if value is not None}
        return json.loads(self.raw("GET", path, actor, params))

    def send(self, method: str, path: str, actor: Actor, body: object) -> Any:
        """Sends JSON, gives parsed JSON."""
        return json.loads(
            self.raw(method, path, actor, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        )

    def post(self, path: str, actor: Actor, body: object) -> Any:
        """Sends JSON by POST."""
        return self.send("POST", path, actor, body)
