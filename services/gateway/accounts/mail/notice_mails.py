"""News of applications on their way out: by e-mail and by text message, as their reader wants, each once.

Each kind of notice has its own words in both languages (`mail.notice_<kind>.line`). They say what happened and what
to do, and neither a name nor a transaction.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account


def queue_notice(session: Session, person: str, kind: str, once: str) -> int:
    """Queues what the person's account wants to hear. Gives the number of messages; 0 where nobody is to be told.

    A kind that has no words yet is told as news.
    """
    account = session.scalar(select(Account).where(Account.person == person))
    if account is None or account.frozen_at is not None or account.disabled_at is not None:
        return 0
    event, queued = queue.notice_event(kind), 0
    if account.news_by_mail and account.email_confirmed_at is not None:
        queued += queue.queue_once(session, account, event, queue.MAIL, account.email, once)
    if account.news_by_sms and account.phone and account.phone_confirmed_at is not None:
        queued += queue.queue_once(session, account, event, queue.SMS, account.phone, once)
    return queued
