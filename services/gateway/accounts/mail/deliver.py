"""Sends what is due: claimed in one commit, sent without a transaction, and noted in another.

An e-mail whose sender dies is sent again after the claim's end: twice is better than never.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.gateway.accounts.mail.letter import return_path, write, write_sms
from services.gateway.accounts.mail.queue import SENT, SMS, UNDELIVERABLE, WAITING, params_of
from services.gateway.accounts.mail.senders import NotNow, Sender, Undeliverable
from services.gateway.accounts.mail.sms import SmsSender
from services.gateway.accounts.model import Mail
from shared.database import db
from shared.database.db import Database
from shared.logs import log

BATCH, CLAIM = 20, timedelta(minutes=5)
# Growing waits between tries; after the last one a person has to look.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
GAVE_UP, NO_TEMPLATE = "gave_up", "no_template"
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Post:
    """What is needed to send: senders in the order in which they are tried, the address they send from, our own."""

    senders: Sequence[Sender]
    sender_address: str
    public_url: str
    secret: str
    sms_senders: Sequence[SmsSender] = ()

    def sms_sender_for(self, tries: int) -> SmsSender:
        """As `sender_for`. Raises NotNow where text messages are switched off."""
        if not self.sms_senders:
            raise NotNow("sms_off")
        return self.sms_senders[tries % len(self.sms_senders)]

    def sender_for(self, tries: int) -> Sender:
        """The first one at first, then the next, and so on around."""
        return self.senders[tries % len(self.senders)]


def deliver_due(database: Database, post: Post) -> int:
    """Tries what is due, once each. Gives how many were tried."""
    if not post.senders:
        return 0
    with database.scope(None) as session:
        claimed = claim(session)
        session.expunge_all()
    for mail in claimed:
        fault, is_final = _try(post, mail)
        with database.scope(None) as session:
            note(session, mail.id, fault, is_final)
    return len(claimed)


def claim(session: Session) -> Sequence[Mail]:
    """E-mails that are due, which no other worker takes before the claim ends."""
    now = db.now(session)
    due = select(Mail).where(Mail.state == WAITING, Mail.next_try_at <= now).order_by(Mail.next_try_at).limit(BATCH)
    mails = session.scalars(due.with_for_update(skip_locked=True)).all()
    for mail in mails:
        mail.next_try_at = now + CLAIM
    session.flush()
    return mails


def _try(post: Post, mail: Mail) -> tuple[str | None, bool]:
    """What failed, if anything did, and whether it failed for good."""
    if mail.channel == SMS:
        return _try_sms(post, mail)
    try:
        message = write(mail, params_of(post.secret, mail), post.sender_address, post.public_url)
    except (KeyError, ValueError, IndexError):
        log().error("mail_not_written", mail=mail.id, about=mail.event)
        return NO_TEMPLATE, True
    try:
        post.sender_for(mail.tries).send(message, return_path(mail.id, post.sender_address))
    except Undeliverable as error:
        return str(error), True
    except NotNow as error:
        return str(error), False
    return None, True


def _try_sms(post: Post, mail: Mail) -> tuple[str | None, bool]:
    try:
        text = write_sms(mail, params_of(post.secret, mail))
        post.sms_sender_for(mail.tries).send(mail.id, mail.address, text)
    except (KeyError, IndexError):
        log().error("mail_not_written", mail=mail.id, about=mail.event)
        return NO_TEMPLATE, True
    except Undeliverable as error:
        return str(error), True
    except NotNow as error:
        return str(error), False
    return None, True


def note(session: Session, mail_id: str, fault: str | None, is_final: bool) -> None:
    """What became of a try: sent, tried again after a growing wait, or undeliverable."""
    mail, now = session.get_one(Mail, mail_id, with_for_update=True), db.now(session)
    mail.tries += 1
    if mail.state != WAITING:
        return
    if fault is None:
        mail.state, mail.sent_at, mail.sealed, mail.fault = SENT, now, None, None
    elif is_final or mail.tries > len(WAITS):
        give_up(mail, fault if is_final else GAVE_UP, session)
    else:
        mail.fault, mail.next_try_at = fault, now + WAITS[mail.tries - 1]


def give_up(mail: Mail, fault: str, session: Session) -> None:
    """It did not arrive, and somebody of the mission has to see to it."""
    mail.state, mail.fault, mail.failed_at, mail.sealed = UNDELIVERABLE, fault, db.now(session), None
    log().warning("mail_undeliverable", mail=mail.id, about=mail.event, fault=fault)


def delete_old(session: Session) -> None:
    """Deletes what was sent long ago; what did not arrive stays until it is settled."""
    old = Mail.state.not_in((WAITING, UNDELIVERABLE)), Mail.created_at < db.now(session) - KEPT
    session.execute(delete(Mail).where(*old))
