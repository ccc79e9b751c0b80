"""News of applications on their way out: by e-mail and by text message, as their reader wants, each once."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account

ACTION, READY, MONEY, TURN, DECIDED = queue.NEWS
_KINDS: Mapping[str, tuple[str, ...]] = {
    ACTION: (
        *("returned", "reminder_draft", "reminder_awaiting_payment", "reminder_returned", "booking_found"),
        *("mandate_offered", "seat_offered", "turn_confirm"),
    ),
    READY: ("ready",),
    MONEY: (
        *("refund_due", "refund_paid", "payment_held", "payment_received", "paid_by_other", "fee_waived"),
        *("payment_voided", "payment_disputed", "dispute_won", "dispute_lost"),
    ),
    TURN: (
        *("turn_booked", "turn_missed", "attended", "turn_relocated", "turn_called_off", "turn_freed", "turn_renamed"),
        *("absence_accepted", "absence_refused"),
    ),
}
# What is no kind of its own here is told as a decision.
EVENT_OF = {kind: event for event, kinds in _KINDS.items() for kind in kinds}


def queue_notice(session: Session, person: str, kind: str, once: str) -> int:
    """Queues what the person's account wants to hear. Gives the number of messages; 0 where nobody is to be told."""
    account = session.scalar(select(Account).where(Account.person == person))
    if account is None or account.frozen_at is not None or account.disabled_at is not None:
        return 0
    event, queued = EVENT_OF.get(kind, DECIDED), 0
    if account.news_by_mail and account.email_confirmed_at is not None:
        queued += queue.queue_once(session, account, event, queue.MAIL, account.email, once)
    if account.news_by_sms and account.phone and account.phone_confirmed_at is not None:
        queued += queue.queue_once(session, account, event, queue.SMS, account.phone, once)
    return queued
