"""Sends style sheets and scripts packed. Pages are not: their length could tell of the secrets in their forms."""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

PACKED = frozenset({"text/css", "text/javascript"})


def init_compression(app: Flask) -> None:
    """Packs static files for browsers that can unpack them."""
    app.after_request(_pack)


def _pack(answer: Response) -> Response:
    if request.endpoint != "static" or answer.mimetype not in PACKED:
        return answer
    answer.vary.add("Accept-Encoding")
    if answer.status_code == 200 and request.accept_encodings["gzip"]:
        answer.direct_passthrough = False
        answer.set_data(_packed(answer.get_data()))
        answer.headers["Content-Encoding"] = "gzip"
        # The same file in another form: its tag must not be taken for that of the other.
        answer.set_etag(f"{answer.get_etag()[0]}-gzip")
    return answer


@lru_cache(32)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
