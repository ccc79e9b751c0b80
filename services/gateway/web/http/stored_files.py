"""Sends a stored file to a browser, which may neither guess its type nor run anything in it."""

from flask import Response, request

from services.gateway.web.security import isolate_answer

# The services store only these types; anything else is offered for download, never shown in our own origin.
SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"%PDF-": "application/pdf"}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
PAGE_DIGITS = 4
# A PDF is read page by page, as pictures: no viewer of the browser opens it here.
INLINE = frozenset({"image/jpeg", "image/png"})


def asked_page() -> str:
    """The page that is asked for; the service that keeps the file judges it."""
    return request.args.get("page", "1")[:PAGE_DIGITS]


def send_stored(content: bytes, name: str, *, inline: bool = False) -> Response:
    """The file under a name of ours. Its type is read from its first bytes, never from what was claimed."""
    kind = next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), "application/octet-stream")
    answer = Response(content, mimetype=kind)
    shown = "inline" if inline and kind in INLINE else "attachment"
    answer.headers.set("Content-Disposition", shown, filename=f"{name}.{ENDINGS.get(kind, 'bin')}")
    isolate_answer()
    return answer
