"""The specimen mailbox: a page with the e-mails that the demo has sent, newest first. None of them left the machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from mailbox import Maildir
from pathlib import Path

from flask import Blueprint, Flask, abort, current_app, render_template, request

from deploy.demo.days import HOME_ZONE
from shared.values.dates import local_time

blueprint = Blueprint("mailbox", __name__, template_folder="templates")
SHOWN = 50


@dataclass(frozen=True)
class SpecimenMail:
    """An e-mail as its reader sees it; the hour is the demo mission's."""

    to: str
    subject: str
    at: str
    text: str


def attach(app: Flask, folder: str) -> None:
    """Adds the page. Without a folder it is not there."""
    app.extensions["mailbox"] = folder
    app.register_blueprint(blueprint)


@blueprint.get("/mailbox")
def show() -> str:
    """All e-mails, or those to one address."""
    folder, address = current_app.extensions["mailbox"], request.args.get("to", "").strip().lower()
    if not folder:
        abort(HTTPStatus.NOT_FOUND)
    mails = [mail for mail in read(Path(folder)) if address in ("", mail.to)]
    return render_template("mailbox.html", mails=mails[:SHOWN], address=address)


@blueprint.post("/sms")
def take_sms() -> tuple[str, int]:
    """Stands in for a provider of text messages: what it takes over is shown among the e-mails."""
    folder, sent = current_app.extensions["mailbox"], request.get_json(silent=True) or {}
    if not folder:
        abort(HTTPStatus.NOT_FOUND)
    message = EmailMessage()
    message["To"], message["Subject"], message["Date"] = (
        str(sent.get("to", "")),
        "SMS",
        format_datetime(datetime.now(UTC)),
    )
    message.set_content(str(sent.get("text", "")), charset="utf-8")
    Maildir(Path(folder) / "mail").add(message)
    return "", HTTPStatus.NO_CONTENT


def read(folder: Path) -> Iterator[SpecimenMail]:
    """The e-mails of the folder's Maildir, newest first."""
    files = sorted((folder / "mail" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in files:
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        sent_at = f"{local_time(parsedate_to_datetime(str(message['Date'])), HOME_ZONE):%H:%M}"
        yield SpecimenMail(
            str(message["To"]), str(message["Subject"]), sent_at, body.get_content() if body is not None else ""
        )
