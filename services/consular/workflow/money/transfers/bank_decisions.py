"""What officers decide about money in suspense: whose it is, what it was for, and overrides with two signatures."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.orders import parts, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState, Payment
from services.consular.payments.refunds import refund
from services.consular.payments.refunds.ibans import read_iban
from services.consular.payments.refunds.model import Refund
from services.consular.payments.transfers import lines
from services.consular.payments.transfers.model import BankDecision, BankLine
from services.consular.payments.transfers.rules import Reason
from services.consular.workflow.money import transfer_parts
from services.consular.workflow.money.transfers import mission_movements, settle_transfer
from shared.database import audit
from shared.database.db import now
from shared.database.rows import lock_row
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.reasons import required_text
from shared.values import references
from shared.values.money import Money

WAITING, APPROVED, DECLINED = "waiting", "approved", "declined"
ACCEPT_SHORT, ACCEPT_LATE, GIVE_BACK, BANK_CHARGE = "accept_short", "accept_late", "give_back", "bank_charge"
# What one officer may book alone, as both sides of it are on paper; with the sign of the movement.
BOOKINGS = {lines.DEPOSIT: 1, lines.CARD_PAYOUT: 1, lines.REFUND_PAID: -1, lines.REFUND_RETURNED: 1}
REFERENCE_LENGTH, REASON_LENGTH = 10, 300
Files = dict[str, Application]


def take(session: Session, actor: Actor, reference: str) -> BankLine:
    """The actor answers for a line from now on; nobody's money is moved."""
    line, _ = _lock(session, actor, reference)
    line.owner, line.changed_at = actor.id, now(session)
    session.flush()
    audit.record(session, actor, "bank.taken", reference)
    return line


def assign(session: Session, actor: Actor, reference: str, application: str) -> Payment | None:
    """Uses a credit for the application that an officer names, by the rules of every transfer.

    Raises Invalid (application_unknown), Conflict (line_settled, decision_waiting), Refusal (wrong_direction).
    """
    named = references.clean(application)
    if not references.is_valid(named) or session.get(Application, named) is None:
        raise Invalid("application_unknown", field="application")
    line, files = _lock(session, actor, reference, named)
    _check_credit(line)
    _check_undecided(session, line)
    _release(session, actor, line, files)
    line.owner = actor.id
    audit.record(session, actor, "bank.assigned", reference, application=named)
    return settle_transfer.assign(session, actor, files[named], line)


def book(session: Session, actor: Actor, reference: str, kind: str, refund: str = "") -> BankLine:
    """Books a line into the account it belongs to: takings brought to the bank, a payout of the card provider; or as
    the payment or the return of the refund that is named.

    Raises Invalid (unknown_choice; as `sent_refunds.load_named`), Refusal (wrong_direction), Conflict (line_settled,
    line_is_held, decision_waiting).
    """
    named = references.clean(refund) if references.plain(refund) else ""
    line, _ = _lock(session, actor, reference, refund=named)
    if kind not in BOOKINGS:
        raise Invalid("unknown_choice", field="kind")
    if line.open_amount * BOOKINGS[kind] < 0:
        raise Refusal("wrong_direction")
    _check_free(session, line)
    if kind in mission_movements.OF_REFUNDS:
        mission_movements.book_refund(session, actor, line, kind, named)
    else:
        lines.book_to(session, actor, line, kind, line.open_money)
    return line


def propose(session: Session, actor: Actor, reference: str, kind: str, reason: str) -> BankDecision:
    """Proposes an override to a second person. Raises Invalid (unknown_choice, and without a reason), Conflict
    (line_settled, line_is_held, decision_waiting), Refusal (not_short, not_late, wrong_direction)."""
    reason_text = required_text(reason, REASON_LENGTH, "reason")
    line, files = _lock(session, actor, reference)
    if kind not in OVERRIDES:
        raise Invalid("unknown_choice", field="kind")
    _check_undecided(session, line)
    _check_override(session, kind, line, _owner(line, files))
    decision = BankDecision(
        reference=references.new(line.mission, REFERENCE_LENGTH, "E"),
        mission=line.mission,
        line=reference,
        kind=kind,
        reason=reason_text,
        amount=line.open_amount,
        currency=line.currency,
        state=WAITING,
        proposed_by=actor.id,
        proposed_at=now(session),
    )
    session.add(decision)
    line.owner = actor.id
    session.flush()
    audit.record(session, actor, "bank.override_proposed", reference, reason=kind, decision=decision.reference)
    return decision


def decide(session: Session, actor: Actor, reference: str, *, approved: bool) -> BankDecision:
    """The second person signs, and the override is carried out in the same commit; or declines it.

    Raises Refusal (own_proposal), Conflict (already_decided; figures_changed where the money is no longer the one that
    was proposed).
    """
    proposed = session.get(BankDecision, reference)
    if proposed is None:
        raise NotFound()
    check_access(actor, "bank.decide", mission=proposed.mission)
    line, files = _lock_line(session, proposed.line)
    decision = lock_row(session, BankDecision, reference)
    if decision.state != WAITING:
        raise Conflict("already_decided")
    if decision.proposed_by == actor.id:
        raise Refusal("own_proposal")
    decision.state = APPROVED if approved else DECLINED
    decision.decided_by, decision.decided_at = actor.id, now(session)
    session.flush()
    audit.record(session, actor, f"bank.override_{decision.state}", line.reference, decision=reference)
    if approved:
        if line.open_money != Money(decision.amount, decision.currency):
            raise Conflict("figures_changed")
        _check_override(session, decision.kind, line, _owner(line, files))
        OVERRIDES[decision.kind](session, actor, line, _owner(line, files))
    return decision


def _lock(session: Session, actor: Actor, reference: str, named: str = "", refund: str = "") -> tuple[BankLine, Files]:
    line, files = _lock_line(session, reference, named, refund)
    check_access(actor, "bank.match", mission=line.mission)
    if line.open_amount == 0:
        raise Conflict("line_settled")
    return line, files


def _lock_line(session: Session, reference: str, named: str = "", refund: str = "") -> tuple[BankLine, Files]:
    """A line, and before it the files of the application it is meant for and of another one that is named, and a named
    refund where there is one.

    Raises NotFound, Conflict (figures_changed) where it was used for another application meanwhile.
    """
    seen = session.get(BankLine, reference)
    if seen is None:
        raise NotFound()
    owner = seen.application
    files = {one: lock_row(session, Application, one) for one in sorted({owner or named, named or owner or ""} - {""})}
    if refund and session.get(Refund, refund) is not None:
        lock_row(session, Refund, refund)
    line = lock_row(session, BankLine, reference)
    if line.application != owner:
        raise Conflict("figures_changed")
    return line, files


def _owner(line: BankLine, files: Files) -> Application | None:
    return files.get(line.application or "")


def _release(session: Session, actor: Actor, line: BankLine, files: Files) -> None:
    """Ends the held payment of a line, and the flag of its file where no other money is held there."""
    owner = _owner(line, files)
    lines.release_held(session, line)
    if owner is not None:
        settle_transfer.clear_money_flag(session, actor, owner)


def _check_credit(line: BankLine) -> None:
    if line.open_amount < 0:
        raise Refusal("wrong_direction")


def _check_undecided(session: Session, line: BankLine) -> None:
    waiting = select(BankDecision.reference).where(BankDecision.line == line.reference, BankDecision.state == WAITING)
    if session.scalar(waiting) is not None:
        raise Conflict("decision_waiting")


def _check_free(session: Session, line: BankLine) -> None:
    """The money of a held payment is given back at its file, or used for another one; nothing else."""
    _check_undecided(session, line)
    if line.attempt is not None:
        raise Conflict("line_is_held")


def _check_override(session: Session, kind: str, line: BankLine, application: Application | None) -> None:
    if kind == BANK_CHARGE:
        if line.open_amount > 0:
            raise Refusal("wrong_direction")
        return
    _check_credit(line)
    if kind == GIVE_BACK:
        if line.attempt is not None:
            raise Conflict("line_is_held")
        return
    order = _open_order(session, application)
    if kind == ACCEPT_SHORT and (line.reason != Reason.UNDER or order is None or _missing(session, order, line) <= 0):
        raise Refusal("not_short")
    if kind == ACCEPT_LATE and (line.reason != Reason.LATE or order is None or order.money != line.open_money):
        raise Refusal("not_late")


def _missing(session: Session, order: Order, line: BankLine) -> int:
    """What the parts that have come lack; 0 where they are of another currency."""
    if order.currency != line.currency:
        return 0
    waiting = lines.lock_open_parts(session, order.application, line.currency)
    rest = order.money - parts.arrived(order, parts.of_order(session, order))
    return rest.amount - sum(one.open_amount for one in waiting)


def _open_order(session: Session, application: Application | None) -> Order | None:
    order = quote.lock_live(session, application.reference) if application else None
    return order if order is not None and order.state == OrderState.OPEN else None


def _accept_short(session: Session, actor: Actor, line: BankLine, application: Application | None) -> None:
    """The bank of the payer, or one between, kept a part: the mission bears it, and the order counts as paid."""
    order = _open_order(session, application)
    assert order is not None and application is not None
    missing = Money(_missing(session, order, line), order.currency)
    entries.post_entry(
        session,
        actor,
        mission=line.mission,
        kind="bank_matched",
        source=refund.shortage_source(order.reference),
        about=application.reference,
        postings=[Posting(accounts.BANK_CHARGES, missing), Posting(accounts.SUSPENSE, -missing)],
    )
    settle_transfer.pay(session, actor, application, order, line, missing.amount)


def _accept_late(session: Session, actor: Actor, line: BankLine, application: Application | None) -> None:
    """The price of the expired quote still counts for this payer."""
    order = _open_order(session, application)
    assert order is not None and application is not None
    _release(session, actor, line, {application.reference: application})
    settle_transfer.pay(session, actor, application, order, line)


def _owe_back(session: Session, actor: Actor, line: BankLine, application: Application | None) -> None:
    """Owed back to whoever sent it: as a refund of the file it is meant for, or of the movement where there is none."""
    order = quote.latest(session, application.reference) if application else None
    if application is not None and order is not None:
        transfer_parts.refund_line(session, actor, application, order, line, str(line.reason))
        settle_transfer.clear_money_flag(session, actor, application)
        return
    payer = refund.Payer(line.party, _account_of(line))
    due = refund.mark_transfer_due(session, actor, line.reference, line.open_money, payer, str(line.reason))
    lines.match(session, actor, line, lines.REFUND_DUE, line.open_amount, refund=due.reference)


def _account_of(line: BankLine) -> str:
    """The payer's account as a transfer back names it; as the bank wrote it where that is no IBAN."""
    try:
        return read_iban(line.party_iban)
    except ValueError:
        return line.party_iban


def _bank_charge(session: Session, actor: Actor, line: BankLine, _application: Application | None) -> None:
    lines.book_to(session, actor, line, lines.BANK_CHARGE, line.open_money)


OVERRIDES: dict[str, Callable[[Session, Actor, BankLine, Application | None], None]] = {
    ACCEPT_SHORT: _accept_short,
    ACCEPT_LATE: _accept_late,
    GIVE_BACK: _owe_back,
    BANK_CHARGE: _bank_charge,
}
