"""Packs pages without secrets: the length of a packed page could tell of a secret beside what somebody sent.

A page for everybody that nobody signed in asked for holds neither a session nor a person's data. The token of its form
is signed anew each second and opens nothing.
"""

import gzip

from flask import Flask, Response, g, request

from services.gateway.web.security import is_open_page

PACKED = frozenset({"text/html", "application/json"})
# A smaller answer is one packet with or without.
LEAST_BYTES = 1024
# They name an e-mail address to whoever holds a link or a cookie.
NAMING = frozenset({"sign_up.ask_code", "invitation.ask"})


def init_compression(app: Flask) -> None:
    """Packs what is left to be sent when everything else about the answer is settled."""
    app.after_request(_pack)


def is_without_secrets() -> bool:
    """Whether the page being drawn may be packed, and so may hold its own style sheets."""
    return is_open_page() and request.endpoint not in NAMING and not g.get("refilled")


def _pack(answer: Response) -> Response:
    is_redirect = 300 <= answer.status_code < 400
    if answer.mimetype not in PACKED or answer.is_streamed or is_redirect or not is_without_secrets():
        return answer
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] and len(answer.get_data()) > LEAST_BYTES:
        answer.set_data(gzip.compress(answer.get_data(), 6, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer
