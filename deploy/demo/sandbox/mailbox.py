"""The specimen mailbox: a page with the e-mails that the demo has sent, newest first. None of them left the machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Flask, abort, current_app, render_template, request

blueprint = Blueprint("mailbox", __name__, template_folder="templates")
SHOWN = 50


@dataclass(frozen=True)
class SpecimenMail:
    """An e-mail as its reader sees it."""

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


def read(folder: Path) -> Iterator[SpecimenMail]:
    """The e-mails of the folder's Maildir, newest first."""
    files = sorted((folder / "mail" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in files:
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        sent_at = parsedate_to_datetime(str(message["Date"])).strftime("%H:%M")
        yield SpecimenMail(
            str(message["To"]), str(message["Subject"]), sent_at, body.get_content() if body is not None else ""
        )
