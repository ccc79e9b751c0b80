"""Sends a scan to the desk's browser."""

from flask import Response

# The services store only these types; anything else is offered for download, never shown in our own origin.
SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"%PDF-": "application/pdf"}


def send_scan(content: bytes) -> Response:
    """The scan. Its type is read from its first bytes, never from what was claimed."""
    kind = next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)
    answer = Response(content, mimetype=kind or "application/octet-stream")
    answer.headers["Content-Disposition"] = "inline" if kind else "attachment"
    return answer
