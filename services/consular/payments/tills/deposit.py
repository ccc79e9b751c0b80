"""Takes cash from the mission's safe to the bank: counted piece by piece, with a numbered slip."""

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions.calendar import take_lock
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.tills.cashier import cashier
from services.consular.payments.tills.denominations import counted
from services.consular.payments.tills.model import Deposit, Pieces
from shared import documents
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict, Invalid
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.money import Money

REFERENCE_LENGTH = 10
DEPOSIT_SLIP = "deposit-slip"


def deposit(session: Session, actor: Actor, currency: str, pieces: Pieces) -> Deposit:
    """Books counted cash as on its way to the bank, and issues its slip.

    Raises Conflict (safe_short) for more than the safe has, Invalid (required; no_such_piece; unknown_choice).
    """
    mission = session.info["mission"]
    check_access(actor, "till.deposit", mission=mission)
    money = counted(currency, pieces)
    if not money.amount:
        raise Invalid("required", field="pieces")
    take_lock(session, "safe", mission)
    safe = entries.balance(session, accounts.SAFE, currency)
    if safe.amount < money.amount:
        raise Conflict("safe_short", amount=max(safe.amount, 0), currency=currency)
    reference = references.new(mission, REFERENCE_LENGTH, "G")
    slip = _issue_slip(session, actor, mission, reference, money, pieces)
    made = Deposit(
        reference=reference,
        mission=mission,
        currency=currency,
        amount=money.amount,
        pieces=pieces,
        slip=slip,
        made_at=now(session),
        made_by=actor.id,
    )
    session.add(made)
    session.flush()
    entries.post_entry(
        session,
        actor,
        mission=mission,
        kind="deposit",
        source=reference,
        about=reference,
        postings=[Posting(accounts.DEPOSITS, money), Posting(accounts.SAFE, -money)],
    )
    audit.record(session, actor, "till.deposited", reference, currency=currency, amount=money.amount)
    return made


def _issue_slip(session: Session, actor: Actor, mission: str, reference: str, money: Money, pieces: Pieces) -> str:
    home = missions.find(session, mission)
    data = {
        "holder": {"ar": home.name_ar, "en": home.name_en},
        "deposit": reference,
        "pieces": [{"value": int(piece), "count": number} for piece, number in pieces.items() if number],
        "total": {"amount": money.amount, "currency": money.currency},
        "made_at": now(session).isoformat(),
        "cashier": cashier(actor),
        "zone": home.zone,
    }
    return documents.issue(session, actor, DEPOSIT_SLIP, reference, mission, None, data, None).code
