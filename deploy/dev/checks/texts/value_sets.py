"""The values that code puts into keys of texts, each set asked of whoever owns it."""

from collections.abc import Iterable

from deploy.platform.database import reference_data
from services.consular.applications import rules
from services.consular.appointments.hall import rules as hall
from services.consular.appointments.lottery import enter
from services.consular.approvals import sign
from services.consular.bookings import booked_days, rows
from services.consular.data import rows_of
from services.consular.ministries.rules.matters import MATTERS
from services.consular.missions.model import HOST_HOLIDAY, SYRIAN_HOLIDAY
from services.consular.notices import rules as notices
from services.consular.passports import approve, booklets, lost
from services.consular.passports import names as passport_names
from services.consular.payments.tariffs import rulebook, transaction_status
from services.consular.uploads import rules as uploads
from services.consular.views import draws
from services.consular.workflow import bulk_action
from services.gateway.accounts.mail import queue
from services.gateway.desk.cases import contradictions
from services.gateway.desk.mission.approvals import proposals, terms
from services.gateway.desk.mission.figures import figures
from services.gateway.pages.applications import application_status
from services.gateway.pages.help import help as help_pages
from services.gateway.web import faults
from shared.catalogue import CATALOGUE
from shared.catalogue.appointments import SERVICES
from shared.catalogue.model import AFTER_ASSESSMENT, APPOINTMENT
from shared.catalogue.reasons import ALL_REFUSE_REASONS, DEED_REFUSE_REASONS, REFUSAL_CODES, RETURN_REASONS
from shared.documents import validity


def statuses() -> Iterable[str]:
    return rules.Status


def hall_verbs() -> Iterable[str]:
    return ("called", "nobody", "repeat", "begin", "park", "miss", "finish")


def hall_counter_states() -> Iterable[str]:
    return hall.AT_COUNTER


def hall_park_reasons() -> Iterable[str]:
    return hall.PARK_REASONS


def statuses_by_ending() -> dict[str, Iterable[str]]:
    """Of the texts of an application's page: the statuses, by how else such a text ends."""
    unpaid = rules.Status.REFUSED, rules.Status.LAPSED, rules.Status.CANCELLED
    appointments = rules.Status.COLLECTED, rules.Status.WITHDRAWN, rules.Status.LAPSED, rules.Status.CANCELLED
    held_up = {f"_{why}": (rules.Status.AWAITING_PAYMENT,) for why in application_status.WAITED_FOR}
    return {"_unpaid": unpaid, **held_up, f"_{APPOINTMENT}": appointments}


def application_texts() -> set[str]:
    """What the page of an application says of its status."""
    plain = set(rules.Status) - {rules.Status.READY}
    by_ending = statuses_by_ending().items()
    return {
        *(f"{status}.title" for status in rules.Status),
        *(f"{status}.text" for status in plain),
        *(f"{rules.Status.READY}.text_{outcome}" for outcome in rules.OUTCOMES),
        *(f"{rules.Status.AWAITING_PAYMENT}.title_{why}" for why in application_status.WAITED_FOR),
        *(f"{why}.title" for why in application_status.WAITED_FOR),
        *(f"{status}.text{ending}" for ending, statuses in by_ending for status in statuses),
    }


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


def notice_kinds() -> Iterable[str]:
    return notices.KINDS


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


def services() -> Iterable[str]:
    """For which appointments are booked."""
    return SERVICES


def bulk_actions() -> Iterable[str]:
    return bulk_action.KINDS


def mail_events() -> Iterable[str]:
    return set(queue.EVENTS) - set(queue.NOTICES)


def sms_events() -> Iterable[str]:
    return set(queue.SMS_EVENTS) - set(queue.NOTICES)


def notice_mails() -> Iterable[str]:
    return queue.NOTICES


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


def passport_needs() -> set[str]:
    """What must be looked into before a passport is accepted: its title, its hint, what may come of it."""
    return {f"{what}.{end}" for what, outcomes in approve.OUTCOMES.items() for end in ("title", "hint", *outcomes)}


def name_sources() -> Iterable[str]:
    return passport_names.PASSPORT, passport_names.REGISTER


def passport_states() -> Iterable[str]:
    return "issued", "collected", "cancelled", booklets.SPOILED, lost.LOST


def date_orders() -> Iterable[str]:
    return booked_days.ORDERS


def booking_columns() -> Iterable[str]:
    return rows.COLUMNS


def proposal_forms() -> Iterable[str]:
    """The bulk actions that begin with a form."""
    return proposals.FORMS


def proposal_states() -> Iterable[str]:
    return sign.APPROVED, sign.DECLINED, sign.DONE, sign.UNDONE


def proposal_fields() -> set[str]:
    """What a proposal about the mission states or asks; those that begin elsewhere ask nothing."""
    asked = {question.name for questions in proposals.FORMS.values() for question in questions}
    tables = (proposals.ONE, proposals.SEVERAL)
    beside = {
        name for table in tables for kind, names in table.items() if kind not in proposals.BEGINS for name in names
    }
    return {*terms.ORDER, *asked, *beside}


def upload_faults() -> Iterable[str]:
    """Why a file cannot be shown; nobody has looked at one that waits."""
    return (*uploads.FAULTS, "paper_refused", "paper_waiting")


def explained_errors() -> Iterable[int]:
    return faults.EXPLAINED


def help_topics() -> Iterable[str]:
    return help_pages.TOPICS


def inactive_statuses() -> set[str]:
    """Of a transaction that nobody can ask for."""
    return {*transaction_statuses(), transaction_status.UNKNOWN} - {transaction_status.ACTIVE}


def encodings() -> Iterable[str]:
    """Of a file of bookings that is not written in UTF-8."""
    return "cp1256", "iso8859-6", "cp720", "mac_arabic", "utf-16", "utf-16-le", "utf-16-be"


def closure_kinds() -> Iterable[str]:
    return SYRIAN_HOLIDAY, HOST_HOLIDAY, "year_end", "mission"


def acts_on_a_case() -> set[str]:
    """What the pages of a case, of the counter and of the day say is done."""
    decided = {"accept", "return", "refuse", "approvals", "duplicate", "give_back", "clear", "priority", "reprint"}
    return {*decided, "attend", "miss", "assign", "release", "takeover", "cash", "collect", "upgrade-cash"}


def heads_of_figures() -> set[str]:
    counted = {"stage", "count", "median", "slowest", "decision", "reason", "currency", "amount"}
    return {*counted, "state", "age", "officer", "share", "usual"}


def columns_of_the_queue() -> Iterable[str]:
    """Of its file for a spreadsheet."""
    return "reference", "applicant", "transaction", "status", "attention", "since", "age", "due", "assigned"
