"""Queues e-mails in the transaction of what they tell of. One template per event, in the reader's language.

Nothing is sent to an address that nobody confirmed, but the code that confirms it; nothing of a frozen account at all.
"""

import json
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import Account, Mail, new_id
from shared.database import db

SIGN_UP_CODE, SIGN_UP_KNOWN, CONTACT_CODE = "sign_up_code", "sign_up_known", "contact_code"
ACCOUNT_NEWS, ACCOUNT_ON_HOLD, STAFF_INVITED = "account_news", "account_on_hold", "staff_invited"
INQUIRY_CODE = "inquiry_code"
PASSWORD_LINK, PASSWORD_CHANGED, RECOVERY_AT_COUNTER = "password_link", "password_changed", "recovery_at_counter"
FACTOR_CHANGED, NEW_DEVICE, CONTACT_CHANGED = "factor_changed", "new_device", "contact_changed"
PHONE_CODE, CHANNELS_CHANGED = "phone_code", "channels_changed"
# What a notice of the mission is told as: one event for each of its kinds, and one for a kind without words.
NOTICE = "notice_"
OTHER = f"{NOTICE}other"
NOTICE_KINDS = (
    *(
        "returned",
        "ready",
        "refused",
        "lapsed",
        "cancelled",
        "collected",
        "extended",
        "booking_found",
        "booking_lapsed",
    ),
    *("refund_due", "refund_paid", "refund_returned"),
    *("payment_held", "payment_received", "paid_by_other", "fee_waived"),
    *("payment_voided", "payment_disputed", "dispute_won", "dispute_lost"),
    *("turn_booked", "turn_missed", "attended", "turn_relocated", "turn_called_off", "turn_confirm", "turn_freed"),
    *("turn_renamed", "absence_accepted", "absence_refused", "draw_granted", "draw_lost", "seat_offered"),
    *("offer_passed", "waiting_ended", "mandate_offered", "mandate_accepted", "mandate_declined", "mandate_ended"),
    *("mandate_good", "mandate_refused", "mandate_for_you", "inquiry_answered", "inquiry_escalated"),
    *("promise_missed", "document_revoked", "reminder_draft", "reminder_awaiting_payment", "reminder_returned"),
)
NOTICES = (*(f"{NOTICE}{kind}" for kind in NOTICE_KINDS), OTHER)
EVENTS = (
    *(SIGN_UP_CODE, SIGN_UP_KNOWN, CONTACT_CODE, ACCOUNT_NEWS, ACCOUNT_ON_HOLD, STAFF_INVITED, INQUIRY_CODE),
    *(
        PASSWORD_LINK,
        PASSWORD_CHANGED,
        RECOVERY_AT_COUNTER,
        FACTOR_CHANGED,
        NEW_DEVICE,
        CONTACT_CHANGED,
        CHANNELS_CHANGED,
    ),
    *NOTICES,
)
SMS_EVENTS = (PHONE_CODE, INQUIRY_CODE, *NOTICES)
MAIL, SMS = "mail", "sms"
WAITING, SENT, UNDELIVERABLE, SETTLED = "waiting", "sent", "undeliverable", "settled"
WITHHELD = "withheld"


def notice_event(kind: str) -> str:
    """The event that a kind of notice is told as."""
    return f"{NOTICE}{kind}" if kind in NOTICE_KINDS else OTHER


def queue(session: Session, secret: str, event: str, address: str, language: str, mission: str, **params: str) -> Mail:
    """Queues an e-mail to an address. Raises KeyError for an event without a template."""
    mail = _queue(session, event, address, language, mission)
    mail.sealed = _fernet(secret).encrypt(json.dumps(params).encode()).decode()
    return mail


def withhold(mail: Mail) -> None:
    """It is not sent, and nobody has to see to it."""
    mail.state, mail.fault, mail.failed_at = SETTLED, WITHHELD, mail.created_at


def withhold_waiting(session: Session, account_id: str) -> None:
    """What was queued for an account and is not sent yet, such as between two tries, is not sent any more."""
    waiting = Mail.account_id == account_id, Mail.state == WAITING
    values = {"state": SETTLED, "fault": WITHHELD, "failed_at": db.now(session), "sealed": None}
    session.execute(update(Mail).where(*waiting).values(values).execution_options(synchronize_session=False))


def tell(session: Session, account: Account, event: str = ACCOUNT_NEWS) -> bool:
    """Queues an e-mail to the owner of an account. False where its address is not confirmed or the account is frozen.

    Only that it is on hold is said to the owner of a frozen account.
    """
    is_held = account.frozen_at is not None and event != ACCOUNT_ON_HOLD
    if account.email_confirmed_at is None or is_held or account.disabled_at is not None:
        return False
    _queue(session, event, account.email, account.language, account.home_mission).account_id = account.id
    return True


def queue_once(session: Session, account: Account, event: str, channel: str, address: str, about: str) -> int:
    """Queues news of an account by a channel. 1, or 0 where it was queued before."""
    if event not in NOTICES:
        raise KeyError(event)
    now = db.now(session)
    values = {
        "id": new_id(),
        "account_id": account.id,
        "home_mission": account.home_mission,
        "address": address,
        "event": event,
        "language": account.language,
        "channel": channel,
        "once": f"{channel} {about}",
        "state": WAITING,
        "tries": 0,
        "created_at": now,
        "next_try_at": now,
    }
    return len(session.scalars(insert(Mail).values(values).on_conflict_do_nothing().returning(Mail.id)).all())


def queue_sms(session: Session, secret: str, account: Account, event: str, phone: str, **params: str) -> Mail:
    """Queues a text message to a telephone. Raises KeyError for an event without a template."""
    if event not in SMS_EVENTS:
        raise KeyError(event)
    mail = _row(session, event, phone, account.language, account.home_mission)
    mail.channel, mail.account_id = SMS, account.id
    mail.sealed = _fernet(secret).encrypt(json.dumps(params).encode()).decode()
    return mail


def _queue(session: Session, event: str, address: str, language: str, mission: str) -> Mail:
    if event not in EVENTS:
        raise KeyError(event)
    return _row(session, event, address, language, mission)


def _row(session: Session, event: str, address: str, language: str, mission: str) -> Mail:
    now = db.now(session)
    mail = Mail(
        home_mission=mission,
        address=address,
        event=event,
        language=language,
        state=WAITING,
        created_at=now,
        next_try_at=now,
    )
    session.add(mail)
    session.flush()
    return mail


def params_of(secret: str, mail: Mail) -> dict[str, str]:
    """The parameters of an e-mail that is not sent yet; none once they are gone."""
    if mail.sealed is None:
        return {}
    try:
        params: dict[str, str] = json.loads(_fernet(secret).decrypt(mail.sealed.encode()))
    except InvalidToken:
        return {}
    return params


def _fernet(secret: str) -> Fernet:
    return Fernet(urlsafe_b64encode(bytes.fromhex(keyed_hash(secret, "mail", "seal"))))
