"""Reads reports of other mail servers that an e-mail did not arrive (RFC 3464), from a Maildir of the mail server.

Anybody can write to this address. Whatever comes is read or thrown away: it never holds up the e-mails that go out.
"""

import re
from email import message_from_bytes
from email.message import Message
from mailbox import Maildir
from pathlib import Path

from sqlalchemy.orm import Session

from services.gateway.accounts.mail.deliver import give_up
from services.gateway.accounts.mail.letter import mail_of
from services.gateway.accounts.mail.queue import SENT
from services.gateway.accounts.model import Mail
from shared.database.db import Database
from shared.logs import log

BOUNCED, FAILED = "bounced", "failed"
ADDRESSED_TO = ("Delivered-To", "X-Original-To", "To")
# A report quotes the e-mail it is about, and ours are short.
LONGEST_BYTES = 1024 * 1024
# What the library raises for messages that are made to be unreadable, such as parts in parts in parts.
UNREADABLE = (RecursionError, ValueError, LookupError, AttributeError, TypeError)
_ID = re.compile(r"[0-9a-f-]{36}")


def take_bounces(database: Database, folder: Path) -> int:
    """Notes every bounce of the folder, and deletes its file. Gives how many were about an e-mail of ours."""
    if not (folder / "new").is_dir():
        return 0
    box = Maildir(folder, factory=None, create=False)
    noted = 0
    for key in list(box.keys()):
        with box.get_file(key) as file:
            mail_id = failed_mail(file.read(LONGEST_BYTES))
        if mail_id is not None:
            with database.scope(None) as session:
                noted += note_bounce(session, mail_id)
        box.discard(key)
    return noted


def failed_mail(content: bytes) -> str | None:
    """Of which e-mail a message says that it did not arrive. A delay is none, nor is what cannot be read."""
    try:
        message = message_from_bytes(content)
        ids = [found for name in ADDRESSED_TO for found in [mail_of(str(message[name] or ""))] if found]
        return ids[0] if ids and _ID.fullmatch(ids[0]) and _has_failed(message) else None
    except UNREADABLE as error:
        log().warning("bounce_not_read", error=type(error).__name__)
        return None


def note_bounce(session: Session, mail_id: str) -> bool:
    """Marks an e-mail of ours as undeliverable; another's is none."""
    mail = session.get(Mail, mail_id, with_for_update=True)
    if mail is None or mail.state != SENT:
        return False
    give_up(mail, BOUNCED, session)
    return True


def _has_failed(message: Message) -> bool:
    reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    # A part of this kind is a list of blocks of headers, unless it was sent broken.
    blocks = [block for part in reports for block in part.get_payload() if isinstance(block, Message)]
    return FAILED in [str(block["Action"] or "").strip().lower() for block in blocks]
