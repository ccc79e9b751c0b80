"""Reads reports of other mail servers that an e-mail did not arrive (RFC 3464), from a Maildir of the mail server."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path

from sqlalchemy.orm import Session

from services.gateway.accounts.mail.deliver import give_up
from services.gateway.accounts.mail.letter import mail_of
from services.gateway.accounts.mail.queue import SENT
from services.gateway.accounts.model import Mail
from shared.database.db import Database

BOUNCED, FAILED = "bounced", "failed"
ADDRESSED_TO = ("Delivered-To", "X-Original-To", "To")


def take_bounces(database: Database, folder: Path) -> int:
    """Notes every bounce of the folder, and deletes its file. Gives how many were about an e-mail of ours."""
    if not (folder / "new").is_dir():
        return 0
    # Messages are read as e-mails of today, not as those of the mailbox module.
    box = Maildir(folder, factory=None, create=False)
    noted = 0
    for key in list(box.keys()):
        with box.get_file(key) as file:
            message = message_from_bytes(file.read(), policy=policy.default)
        with database.scope(None) as session:
            noted += note_bounce(session, message)
        box.discard(key)
    return noted


def note_bounce(session: Session, message: EmailMessage) -> bool:
    """Marks the e-mail that a report is about as undeliverable. A delay, or a report about another's mail, is none."""
    mail_id = next((found for name in ADDRESSED_TO for found in [mail_of(str(message[name] or ""))] if found), None)
    if mail_id is None or not _has_failed(message):
        return False
    mail = session.get(Mail, mail_id, with_for_update=True)
    if mail is None or mail.state != SENT:
        return False
    give_up(mail, BOUNCED, session)
    return True


def _has_failed(message: EmailMessage) -> bool:
    reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    actions = [str(block["Action"] or "").strip().lower() for part in reports for block in part.iter_parts()]
    return FAILED in actions
