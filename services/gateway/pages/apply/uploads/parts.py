"""A file that arrives in parts: a line that breaks goes on where it was, also after the page was loaded anew."""

import re

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from services.gateway.accounts import upload_parts
from services.gateway.accounts.throttle import UPLOADS_BY_ACCOUNT
from services.gateway.pages.apply.draft import load_editable
from services.gateway.pages.apply.uploads.uploads import LIMIT_BYTES, plain_name
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, consular, settings, visitor
from services.gateway.web.forms import faults
from shared.errors import Invalid, Refusal, TooLarge, Unavailable

blueprint = Blueprint("parts", __name__)
_FILE = re.compile(r"[A-Za-z0-9-]{8,80}")
_NUMBER = re.compile(r"[0-9]{1,9}")


@blueprint.post("/applications/<reference>/papers/<name>/parts")
def take(reference: str, name: str) -> tuple[Response, int]:
    """Takes a part and says how much has arrived; after the last one the file is judged as any other.

    A part without bytes only asks. What is wrong is answered in words, to be shown beside the field.
    """
    try:
        return jsonify(_take(reference, name)), 200
    except Refusal as refusal:
        words = next(iter(faults(refusal).values()))
        return jsonify({"error": words.striptags(), "again": isinstance(refusal, Unavailable)}), refusal.status


def _take(reference: str, name: str) -> dict[str, object]:
    size, start = _number("size"), _number("start")
    if size > LIMIT_BYTES:
        raise TooLarge("file_too_large", megabytes=LIMIT_BYTES // 1024 // 1024)
    file = f"{reference} {name} {_file()} {size}"
    if not start:
        load_editable(reference, "edit")
    sent = request.files.get("part")
    content = sent.read() if sent else b""
    if start + len(content) > size:
        raise Invalid("file_unreadable")
    owner, secret = visitor().account, settings().secret
    with accounts().scope(None) as session:
        there = upload_parts.append(session, secret, owner, file, start, content)
    if there < size:
        return {"received": there}
    slow_down(UPLOADS_BY_ACCOUNT, visitor().account)
    _pass_on(reference, name, file)
    return {"received": there, "done": True}


def _pass_on(reference: str, name: str, file: str) -> None:
    """Hands the whole file on. It is kept for another try where the service does not answer, and only there."""
    owner, secret = visitor().account, settings().secret
    with accounts().scope(None) as session:
        content = upload_parts.whole(session, secret, owner, file)
    filename = plain_name(request.form.get("filename", ""))
    try:
        consular().applications.add_upload(visitor().actor, reference, name, filename, content)
    except Unavailable:
        raise
    except Refusal:
        _forget(owner, secret, file)
        raise
    _forget(owner, secret, file)


def _forget(owner: str, secret: str, file: str) -> None:
    with accounts().scope(None) as session:
        upload_parts.forget(session, secret, owner, file)


def _file() -> str:
    file = request.form.get("file", "")
    if not _FILE.fullmatch(file):
        raise Invalid("file_unreadable")
    return file


def _number(name: str) -> int:
    value = request.form.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise Invalid("file_unreadable")
    return int(value)
