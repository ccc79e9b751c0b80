"""Read models of the bank's statements: what is in suspense, one line with suggestions, the files that came."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.missions import day_of, today
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState
from services.consular.payments.refunds.model import Refund
from services.consular.payments.transfers import accounts, sent_refunds
from services.consular.payments.transfers.model import BankDecision, BankLine, BankMatch, StatementFile
from services.consular.payments.transfers.reference import REFUND_MARK, find_applications, find_references
from shared.database import audit
from shared.database.rows import find_row
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.names import is_same_name, search_keys

FILES, PAGE = 12, 50
# So many open orders are compared with a line; suggestions come from the newest of them.
MAX_ORDERS, MAX_SUGGESTIONS = 2_000, 8
BY_REFERENCE, BY_AMOUNT, BY_NAME, BY_PART_OF_NAME = 8, 4, 3, 1
WAITING = "waiting"
View = dict[str, Any]


def overview(session: Session, actor: Actor, page: int) -> View:
    """What is open, oldest first; the last files; overrides that wait for a second person. The read is recorded."""
    mission = session.info["mission"]
    is_open = BankLine.open_amount != 0
    rows = session.scalars(
        select(BankLine)
        .where(is_open)
        .order_by(BankLine.imported_at, BankLine.booked_on, BankLine.reference)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    files = session.scalars(select(StatementFile).order_by(StatementFile.imported_at.desc()).limit(FILES)).all()
    audit.record(session, actor, "bank.listed", mission, count=len(rows))
    return {
        "accounts": [row.serialise() | {"iban": accounts.printed(row.iban)} for row in accounts.list_accounts(session)],
        "open": int(session.scalar(select(func.count()).select_from(BankLine.__table__).where(is_open)) or 0),
        "lines": [_line(session, row) for row in rows[:PAGE]],
        "page": page,
        "more": len(rows) > PAGE,
        "files": [file_view(file) for file in files],
        "decisions": [_decision(row, line) for row, line in _waiting(session)],
    }


def _waiting(session: Session) -> Sequence[tuple[BankDecision, BankLine]]:
    joined = select(BankDecision, BankLine).join(BankLine, BankLine.reference == BankDecision.line)
    rows = session.execute(joined.where(BankDecision.state == WAITING).order_by(BankDecision.proposed_at))
    return [(decision, line) for decision, line in rows]


def detail(session: Session, actor: Actor, reference: str) -> View:
    """One line with what became of it, and for open money whose it may be. The read is recorded."""
    line = find_row(session, BankLine, reference)
    check_access(actor, "bank.read", mission=line.mission)
    audit.record(session, actor, "bank.line_read", reference)
    matches = session.scalars(select(BankMatch).where(BankMatch.line == reference).order_by(BankMatch.made_at))
    decisions = select(BankDecision).where(BankDecision.line == reference).order_by(BankDecision.proposed_at)
    return {
        **_line(session, line),
        "bank_reference": line.bank_reference,
        "party_account": line.party_iban,
        "matches": [
            {"kind": one.kind, "amount": one.amount, "currency": one.currency, "payment": one.attempt,
             "refund": one.refund, "made_at": one.made_at.isoformat()}
            for one in matches
        ],
        "decisions": [_decision(one, line) for one in session.scalars(decisions)],
        "suggestions": suggestions(session, line) if line.open_amount > 0 else [],
        "refunds": refund_suggestions(session, line) if line.open_amount else [],
    }  # fmt: skip


def suggestions(session: Session, line: BankLine) -> list[View]:
    """Open orders that a credit may be for, the likeliest first, each with why: reference, amount, name."""
    named = set(find_applications(line.text)) | {references.clean(line.text)}
    orders = session.execute(
        select(Order.application, Order.amount, Order.currency, Order.holder, Order.acting, Order.transaction)
        .where(Order.state == OrderState.OPEN.value)
        .order_by(Order.opened_at.desc())
        .limit(MAX_ORDERS)
    )
    scored = [(why, order) for order in orders if (why := _reasons(line, dict(order._mapping), named))]
    scored.sort(key=lambda pair: -sum(WEIGHTS[reason] for reason in pair[0]))
    return [
        {
            "application": order.application,
            "transaction": order.transaction,
            "amount": order.amount,
            "currency": order.currency,
            "name": order.holder,
            "why": why,
        }
        for why, order in scored[:MAX_SUGGESTIONS]
    ]


def refund_suggestions(session: Session, line: BankLine) -> list[View]:
    """Refunds that the bank may have paid with a debit, or sent back with a credit, the likeliest first."""
    may_be = sent_refunds.AWAITS[sent_refunds.kind_for(line)]
    named = set(find_references(f"{line.text} {line.bank_reference}", line.mission, REFUND_MARK))
    scored = [
        (why, refund)
        for refund in sent_refunds.candidates(session, line)
        if (why := _reasons_of_refund(line, refund, named)) and may_be(session, refund)
    ]
    scored.sort(key=lambda pair: -sum(WEIGHTS[reason] for reason in pair[0]))
    return [
        {
            "refund": refund.reference,
            "amount": refund.amount,
            "currency": refund.currency,
            "name": refund.account_holder or "",
            "why": why,
        }
        for why, refund in scored[:MAX_SUGGESTIONS]
    ]


def _reasons_of_refund(line: BankLine, refund: Refund, named: set[str]) -> list[str]:
    is_amount = refund.amount == abs(line.open_amount)
    found = {"reference": refund.reference in named, "amount": is_amount}
    return _with_name(found, line.party, [refund.account_holder or ""])


WEIGHTS = {"reference": BY_REFERENCE, "amount": BY_AMOUNT, "name": BY_NAME, "part_of_name": BY_PART_OF_NAME}


def _reasons(line: BankLine, order: Mapping[str, Any], named: set[str]) -> list[str]:
    is_amount = (order["amount"], order["currency"]) == (line.open_amount, line.currency)
    found = {"reference": order["application"] in named, "amount": is_amount}
    names = [order["holder"], (order["acting"] or {}).get("name") or {}]
    return _with_name(found, line.party, [str(name.get(script) or "") for name in names for script in ("ar", "en")])


def _with_name(found: dict[str, bool], party: str, written: Sequence[str]) -> list[str]:
    """The reasons that hold, with what the other party's name has in common with the names on our side."""
    if any(is_same_name(party, name) for name in written if name):
        found["name"] = True
    elif any(_shares_words(party, name) for name in written if name):
        found["part_of_name"] = True
    return [reason for reason, holds in found.items() if holds]


def _shares_words(one: str, other: str) -> bool:
    """Banks leave the father's name out, or write only two of several."""
    return len(search_keys(one) & search_keys(other)) >= 2


def _line(session: Session, line: BankLine) -> View:
    return {
        "reference": line.reference,
        "booked_on": line.booked_on.isoformat(),
        "value_on": line.value_on.isoformat(),
        "amount": line.amount,
        "currency": line.currency,
        "open_amount": line.open_amount,
        "text": line.text,
        "party": line.party,
        "application": line.application,
        "payment": line.attempt,
        "reason": line.reason,
        "owner": line.owner,
        "age": age_in_days(session, line.mission, line.imported_at),
        "imported_at": line.imported_at.isoformat(),
    }


def age_in_days(session: Session, mission: str, since: datetime) -> int:
    """Whole days at the mission since an instant."""
    return (today(session, mission) - day_of(session, mission, since)).days


def file_view(file: StatementFile) -> View:
    """A file with its counts: how many movements it has, and how many were new."""
    return {
        "reference": file.reference,
        "filename": file.filename,
        "format": file.format,
        "lines": file.lines,
        "fresh": file.fresh,
        "imported_at": file.imported_at.isoformat(),
    }


def _decision(decision: BankDecision, line: BankLine) -> View:
    return {
        "reference": decision.reference,
        "line": decision.line,
        "application": line.application,
        "kind": decision.kind,
        "reason": decision.reason,
        "amount": decision.amount,
        "currency": decision.currency,
        "state": decision.state,
        "proposed_by": decision.proposed_by,
        "proposed_at": decision.proposed_at.isoformat(),
        "decided_at": decision.decided_at.isoformat() if decision.decided_at else None,
    }
