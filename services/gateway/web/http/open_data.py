"""What everybody may read by machine: the same for all who ask, named by its content, and open to other sites."""

from hashlib import sha256
from typing import Any

from flask import Response, jsonify, request

from services.gateway.accounts.throttle import OPENINGS_BY_ADDRESS
from services.gateway.web.access.throttling import slow_down_network
from services.gateway.web.security import open_answer
from shared.errors import Invalid, NotFound

CALENDAR, TEXT, BINARY = "text/calendar; charset=utf-8", "text/plain; charset=utf-8", "application/octet-stream"
# Of the content's digest; whoever has it already is answered without a body (RFC 9110, 13.1.2).
TAG_LENGTH = 32


def count_reader() -> None:
    """Counts the question. Raises TooMany when the reader's network asks too often."""
    slow_down_network(OPENINGS_BY_ADDRESS)


def published(answer: Response) -> Response:
    """An answer that programs read: with the tag of its content, without a body for whoever has the same one.

    The tag is weak: the same facts are sent packed and unpacked.
    """
    open_answer()
    answer.set_etag(sha256(answer.get_data()).hexdigest()[:TAG_LENGTH], weak=True)
    answer.vary.add("Accept-Encoding")
    return answer.make_conditional(request.environ)  # type: ignore[return-value]


def published_json(facts: Any) -> Response:
    """Facts as JSON."""
    return published(jsonify(facts))


def published_bytes(content: bytes, kind: str, name: str, *, attached: bool = True) -> Response:
    """A file under its name; `attached` is kept by browsers, another one is shown or handed to a calendar program."""
    answer = Response(content)
    answer.headers["Content-Type"] = kind
    answer.headers.set("Content-Disposition", "attachment" if attached else "inline", filename=name)
    return published(answer)


def refused_json(refusal: NotFound | Invalid) -> Response:
    """A refusal as programs read it: its code, under its status."""
    answer = jsonify(code=refusal.code)
    answer.status_code = refusal.status
    return answer
