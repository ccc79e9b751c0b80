"""The values that code puts into keys of texts about money, each set asked of whoever owns it."""

from collections.abc import Iterable

from services.consular.data import rows_of
from services.consular.ministries.escalate import OVERDUE
from services.consular.notices.rules import PROMISE_MISSED
from services.consular.payments.collection import rules as collection
from services.consular.payments.ledger import accounts as ledger
from services.consular.payments.orders import parts
from services.consular.payments.orders.rules import AttemptState
from services.consular.payments.rates.rules import MISSION_TABLE
from services.consular.payments.rates.table import SPECIMEN
from services.consular.payments.reconciliation import rules as reconciliation
from services.consular.payments.refunds.rules import METHODS, URGENCY_MISSED, RefundState
from services.consular.payments.transfers import lines
from services.consular.payments.transfers.rules import Reason as SuspenseReason
from services.consular.people.duplicates import POSSIBLE
from services.consular.views.application import withdrawal_terms
from services.consular.views.money import bank
from services.consular.workflow.money import disputes
from services.consular.workflow.money.transfers import bank_decisions, settle_transfer
from services.consular.workflow.outcomes.booklet import AWAITING_BOOKLET
from services.consular.workflow.resolve import ASSESSMENT_CHANGED
from services.gateway.desk.money.refunds import refunds as refund_pages
from services.gateway.desk.money.tills import tills as till_pages
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import HISTORICAL, SUSPENDED
from shared.catalogue.model import AFTER_ASSESSMENT


def bank_matches() -> Iterable[str]:
    return (lines.PAYMENT, *lines.ACCOUNTS)


def bank_overrides() -> Iterable[str]:
    return bank_decisions.OVERRIDES


def suspense_reasons() -> Iterable[str]:
    return SuspenseReason


def suggestion_reasons() -> Iterable[str]:
    return bank.WEIGHTS


def discrepancies() -> Iterable[str]:
    return reconciliation.KINDS


def refund_states() -> Iterable[str]:
    return RefundState


def assessed_transactions() -> Iterable[str]:
    """Those whose price an authority works out; each page says from what."""
    return (entry.slug for entry in CATALOGUE.values() if entry.priced == AFTER_ASSESSMENT)


def attempt_states() -> Iterable[str]:
    return AttemptState


def rate_sources() -> set[str]:
    return {*(row["source"] for row in rows_of("rate")), MISSION_TABLE, SPECIMEN}


def withdrawal_rules() -> Iterable[str]:
    """What becomes of the money of an application that is withdrawn."""
    terms = withdrawal_terms
    return terms.NOTHING_DUE, terms.PRICE_CANCELLED, terms.UNDER_WAY, terms.WHOLE


def queue_flags() -> set[str]:
    """Why a file is among the exceptions of the queue; money that does not fit has a prefix."""
    held = (*collection.FAULTS, *settle_transfer.HELD, SuspenseReason.UNDER)
    disputed = (disputes.OPEN_FLAG, disputes.LOST_FLAG)
    others = (ASSESSMENT_CHANGED, AWAITING_BOOKLET, PROMISE_MISSED, OVERDUE, POSSIBLE)
    return {*(f"{settle_transfer.MONEY_PREFIX}{code}" for code in held), *disputed, *others}


def refund_reasons() -> set[str]:
    """Why money is owed back, beside the reasons of decisions."""
    ends = ("withdrawn", "lapsed", f"transaction_{SUSPENDED}", f"transaction_{HISTORICAL}")
    return {*ends, *collection.FAULTS, *settle_transfer.HELD, parts.PART, URGENCY_MISSED, disputes.REASON}


def refund_failures() -> Iterable[str]:
    """Why a transfer came to nothing; providers of cards have codes of their own, which may be shown as they are."""
    return refund_pages.FAILURES


def refund_acts() -> Iterable[str]:
    return refund_pages.DONE


def methods() -> Iterable[str]:
    return METHODS


def accounts() -> set[str]:
    """Of the ledger; a till and a beneficiary have theirs by the part before the colon."""
    named = {value for name, value in vars(ledger).items() if name.isupper()}
    return {*named, *(code.partition(":")[0] for code in (ledger.cash_of(""), ledger.due_to("")))}


def till_acts() -> Iterable[str]:
    return till_pages.DONE


def till_entries() -> Iterable[str]:
    """The entries that cash of a till can be in."""
    return ("payment", "suspense", "refund_paid", "reversal", "till_float", "till_variance", "till_closed")
