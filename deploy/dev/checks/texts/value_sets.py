"""The values that code puts into keys of texts, each set asked of whoever owns it."""

from collections.abc import Iterable

from deploy.platform.database import reference_data
from services.civil_registry import annotate
from services.civil_registry import rules as civil_registry
from services.civil_registry.contents import unions, vital
from services.conscription.laws import TIERS_OF
from services.consular.applications import rules
from services.consular.appointments.hall import rules as hall
from services.consular.appointments.lottery import enter
from services.consular.data import rows_of
from services.consular.identity_checks import decide as identity_checks
from services.consular.ministries import letter_views, replies
from services.consular.ministries.rules.matters import AUTHORITIES, MATTERS
from services.consular.ministries.rules.movements import DIRECTIONS
from services.consular.notices import rules as notices
from services.consular.payments.orders.rules import AttemptState
from services.consular.payments.rates.rules import MISSION_TABLE
from services.consular.payments.rates.table import SPECIMEN
from services.consular.payments.reconciliation import rules as reconciliation
from services.consular.payments.refunds.rules import RefundState
from services.consular.payments.tariffs import rulebook
from services.consular.payments.transfers import lines
from services.consular.payments.transfers.rules import Reason as SuspenseReason
from services.consular.people import duplicates
from services.consular.people import rules as people
from services.consular.views import bank, draws
from services.consular.views.application import withdrawal_terms
from services.consular.workflow import bulk_action
from services.consular.workflow.money.transfers import bank_decisions
from services.gateway.accounts.identity import contests, counter, decisions, vouch
from services.gateway.accounts.levels import Assurance, Level
from services.gateway.accounts.mail import queue
from services.gateway.desk.cases import contradictions
from services.gateway.desk.mission.figures import figures
from shared.catalogue import CATALOGUE
from shared.catalogue.appointments import SERVICES
from shared.catalogue.model import AFTER_ASSESSMENT, AGENT, GUARDIAN, HOLDER, RELATIVE
from shared.catalogue.reasons import ALL_REFUSE_REASONS, DEED_REFUSE_REASONS, REFUSAL_CODES, RETURN_REASONS
from shared.documents import validity
from shared.documents.model import KINDS
from shared.identity.actor import OFFICER_ROLES


def statuses() -> Iterable[str]:
    return rules.Status


def hall_verbs() -> Iterable[str]:
    return ("called", "nobody", "repeat", "begin", "park", "miss", "finish")


def hall_counter_states() -> Iterable[str]:
    return hall.AT_COUNTER


def hall_park_reasons() -> Iterable[str]:
    return hall.PARK_REASONS


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


def stages() -> set[str]:
    """Of the way of each entry."""
    ways = (
        rules.path(entry.outcome, assessed=entry.priced == AFTER_ASSESSMENT, free=not entry.fees)
        for entry in CATALOGUE.values()
    )
    return {stage for way in ways for stage in way}


def transition_codes() -> set[str]:
    """What the timeline may say of a change of status."""
    return {change.code for change in rules.TRANSITIONS}


def reasons() -> set[str]:
    """Why something was returned or refused, as its applicant reads it."""
    return {*RETURN_REASONS, *DEED_REFUSE_REASONS, *officers_reasons()}


def officers_reasons() -> set[str]:
    """Why something was returned or refused, as officers choose and read it."""
    found = {finding.reason for matter in MATTERS for finding in matter.findings if finding.reason}
    return {*RETURN_REASONS, *ALL_REFUSE_REASONS, *found}


def findings() -> set[str]:
    return {finding.code for matter in MATTERS for finding in matter.findings}


def matters() -> set[str]:
    return {f"{matter.authority}.{matter.ask}" for matter in MATTERS}


def ministries() -> Iterable[str]:
    return AUTHORITIES


def letter_states() -> Iterable[str]:
    return letter_views.STATES


def reply_states() -> Iterable[str]:
    return replies.DEPOSITED, replies.APPLIED, replies.LATE


def crossing_directions() -> Iterable[str]:
    return DIRECTIONS


def notice_kinds() -> Iterable[str]:
    return notices.KINDS


def document_kinds() -> Iterable[str]:
    return KINDS


def attempt_states() -> Iterable[str]:
    return AttemptState


def transaction_statuses() -> set[str]:
    return {row["status"] for row in rows_of("standing")}


def missions() -> set[str]:
    return {row["code"] for row in rows_of("mission")}


def sources() -> set[str]:
    """Laws and other sources that pages show: of the entries, and of the rows of the rule book."""
    cited = [law for entry in CATALOGUE.values() for law in entry.law]
    for entry in CATALOGUE.values():
        cited += [condition.law for condition in entry.eligible]
        cited += [rule.law for rule in entry.answer_rules]
    for table in ("tariff", "standing", "provision"):
        cited += [row["source"] for row in rows_of(table)]
    cited += [row.source for row in validity.lifetimes()]
    amounts = reference_data.SERVICES_FOLDER / "conscription" / "data"
    for name in ("allowance_tariffs.csv", "law_parameters.csv"):
        cited += [row["law"] for row in reference_data.read(amounts / name)]
    return {part.strip() for source in cited for part in source.split(";") if part.strip()}


def provisions() -> set[str]:
    return {one.code for one in rulebook.provisions()}


def rate_sources() -> set[str]:
    return {*(row["source"] for row in rows_of("rate")), MISSION_TABLE, SPECIMEN}


def services() -> Iterable[str]:
    """For which appointments are booked."""
    return SERVICES


def bulk_actions() -> Iterable[str]:
    return bulk_action.KINDS


def withdrawal_rules() -> Iterable[str]:
    """What becomes of the money of an application that is withdrawn."""
    terms = withdrawal_terms
    return terms.NOTHING_DUE, terms.PRICE_CANCELLED, terms.UNDER_WAY, terms.WHOLE


def capacities() -> Iterable[str]:
    return HOLDER, RELATIVE, AGENT, GUARDIAN


def roles() -> Iterable[str]:
    return {*OFFICER_ROLES, "expatriate"}


def levels() -> Iterable[str]:
    return Level


def assurances() -> Iterable[str]:
    return Assurance


def doubts() -> Iterable[str]:
    return contests.REPORTED, contests.PROOF, contests.OFFICER


def account_decisions() -> Iterable[str]:
    return decisions.ACTS


def counter_documents() -> Iterable[str]:
    return counter.DOCUMENTS


def voucher_relations() -> Iterable[str]:
    return vouch.RELATIONS


def check_reasons() -> Iterable[str]:
    return identity_checks.REASONS


def mail_events() -> Iterable[str]:
    return set(queue.EVENTS) - set(queue.NOTICES)


def sms_events() -> Iterable[str]:
    return set(queue.SMS_EVENTS) - set(queue.NOTICES)


def notice_mails() -> Iterable[str]:
    return queue.NOTICES


def mandate_kinds() -> Iterable[str]:
    return people.KINDS


def mandate_states() -> Iterable[str]:
    return people.OFFERED, people.TO_CHECK, people.ACCEPTED, people.DECLINED, people.REFUSED, people.REVOKED


def duplicate_kinds() -> Iterable[str]:
    return duplicates.NUMBER, duplicates.ACCOUNT


def duplicate_states() -> Iterable[str]:
    return duplicates.OPEN, duplicates.CLEARED, duplicates.CONFIRMED


def law_amounts() -> set[str]:
    return {f"law_amount.{name}" for names in TIERS_OF.values() for name in names}


def annotation_kinds() -> Iterable[str]:
    return annotate.KINDS


def divorce_types() -> Iterable[str]:
    return unions.DIVORCE_TYPES


def purposes() -> Iterable[str]:
    return civil_registry.PURPOSES


def reporters() -> Iterable[str]:
    return vital.REPORTERS


def urgent_reasons() -> Iterable[str]:
    return enter.URGENT_REASONS


def draw_states() -> Iterable[str]:
    return draws.STATES


def contradiction_codes() -> Iterable[str]:
    return contradictions.CODES


def figure_subjects() -> Iterable[str]:
    return figures.SUBJECTS


def refusal_codes() -> Iterable[str]:
    return REFUSAL_CODES
