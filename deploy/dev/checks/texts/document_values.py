"""The values that code puts into keys of documents, letters and their replies, each set asked of whoever owns it."""

from collections.abc import Iterable

from services.civil_registry import annotate
from services.civil_registry import rules as civil_registry
from services.civil_registry.contents import unions, vital
from services.civil_registry.kinship import kinship
from services.civil_registry.registrar import sides
from services.conscription.defer import DEFERRABLE
from services.conscription.laws import TIERS_OF
from services.conscription.rules import allowances
from services.consular.appointments import slips
from services.consular.ministries import crossing_points, letter_views, replies
from services.consular.ministries.rules import reminder_schedule
from services.consular.ministries.rules.matters import LICENCE_DETAILS, MATTERS
from services.consular.ministries.rules.movements import DIRECTIONS
from services.consular.ministries.rules.reply_parser import FIELDS
from shared.catalogue import kin, passports
from shared.documents import amount_words, verified_facts
from shared.documents.model import AUTHORITIES, KINDS
from shared.values.border_days import SIDES


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


def document_kinds() -> Iterable[str]:
    return KINDS


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


def documents_of_findings() -> set[str]:
    """Documents with the findings that they state."""
    return {f"{one.document}.{one.code}" for matter in MATTERS for one in matter.findings if one.document}


def finding_outcomes() -> set[str]:
    return {finding.outcome for matter in MATTERS for finding in matter.findings}


def reply_sources() -> Iterable[str]:
    return replies.DESK, replies.PARTNER


def reply_fields() -> set[str]:
    """Of the form of a reply: what every one states, what a finding asks, and the columns of its lines."""
    details = {name for matter in MATTERS for finding in matter.findings for name in finding.details}
    columns = {f"{entries}.{name}" for entries, names in FIELDS.items() for name in names}
    return {"number", "dated", "national_number", "remark", "finding", *details, *FIELDS, *columns}


def licence_findings() -> set[str]:
    """Those of which the document shows a licence."""
    return {one.code for matter in MATTERS for one in matter.findings if one.details == LICENCE_DETAILS}


def letter_steps() -> Iterable[str]:
    return (step for step, _ in reminder_schedule.SCHEDULE)


def reminders() -> Iterable[str]:
    return reminder_schedule.REMINDERS


def crossing_codes() -> Iterable[str]:
    return crossing_points.CODES


def border_days() -> set[str]:
    """How the days of an exit and of an entry may count."""
    return {f"{exit_day}.{entry_day}" for exit_day in SIDES for entry_day in SIDES}


def things_to_bring() -> set[str]:
    """Of the slips of appointments and of passports."""
    passport_slip = ("this_slip", "identity_card", "mandate", "old_passport", "receipt")
    services = {thing for things in slips.BRING.values() for thing in things}
    return {*passport_slip, *services, *slips.BRING_ALWAYS, passports.PARENTS.name}


def kinships() -> set[str]:
    """What an applicant can be to the holder of an entry, as documents say it."""
    return {*kin.KINSHIPS, *kinship.ASCENDANTS.values(), *kinship.DESCENDANTS.values()}


def allowance_tiers() -> set[str]:
    """By which an allowance can be set; the other rows of the law only add to one or take from it."""
    abroad = {name for _, name in allowances.TIERS}
    of_birth, of_reserve = ("born_abroad", "born_abroad_ten_years"), ("abroad", "age", "disability")
    return {*abroad, *of_birth, "missed_service", *(f"reserve_{name}" for name in of_reserve)}


def verified_fact_names() -> set[str]:
    """What a look-up by code shows beside the printed document."""
    facts = verified_facts
    tables = (facts.DAYS, facts.TEXTS, facts.AMOUNTS, facts.CODES, facts.LISTS)
    return {*(name for table in tables for name in table), "days_inside"}


def numerals() -> set[str]:
    """The rows of words of which amounts are spelt."""
    rows = ("zero", "masculine", "feminine", "before_tens", "tens", "hundreds", "two_hundred_construct")
    return {*rows, *(name for _, name in amount_words.SCALES)}


def service_statuses() -> set[str]:
    """Of a man in the records of conscription."""
    return {*DEFERRABLE, *allowances.SETTLED, "reserve"}


def register_sides() -> Iterable[str]:
    """Where the two sides of a contradiction stand in the register."""
    entries = (f"{whose}_entry" for whose in ("own", "father", "mother"))
    return (*entries, *(f"{kind}_event" for kind in sides.KINDS))
