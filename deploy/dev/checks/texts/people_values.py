"""The values that code puts into keys of texts about people, each set asked of whoever owns it."""

from collections.abc import Iterable

from services.civil_registry import rules as civil_registry
from services.consular.identity_checks import decide as identity_checks
from services.consular.people import duplicates
from services.consular.people import rules as people
from services.gateway.accounts.identity import contests, counter, decisions, vouch
from services.gateway.accounts.levels import Assurance, Level
from shared.catalogue.model import AGENT, GUARDIAN, HOLDER, RELATIVE
from shared.identity.access import ACCESS
from shared.identity.actor import OFFICER_ROLES, PARTNERS


def capacities() -> Iterable[str]:
    return HOLDER, RELATIVE, AGENT, GUARDIAN


def roles() -> Iterable[str]:
    return {*OFFICER_ROLES, "expatriate"}


def actor_roles() -> set[str]:
    """Of whoever a history can name: people, visitors, services and partners."""
    return {*(role for allowed in ACCESS.values() for role in allowed), *PARTNERS}


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


def mandate_kinds() -> Iterable[str]:
    return people.KINDS


def mandate_states() -> Iterable[str]:
    return people.OFFERED, people.TO_CHECK, people.ACCEPTED, people.DECLINED, people.REFUSED, people.REVOKED


def deeds() -> Iterable[str]:
    """The kinds of mandates that have a paper."""
    return people.POWER, people.GUARDIANSHIP, people.KIN_GUARDIANSHIP


def absences() -> Iterable[str]:
    """Why an uncle or a brother acts instead of the father."""
    return people.ABSENCES


def deed_kinships() -> Iterable[str]:
    return civil_registry.BROTHER, civil_registry.PATERNAL_UNCLE


def duplicate_kinds() -> Iterable[str]:
    return duplicates.NUMBER, duplicates.ACCOUNT


def duplicate_states() -> Iterable[str]:
    return duplicates.OPEN, duplicates.CLEARED, duplicates.CONFIRMED


def duplicate_verdicts() -> Iterable[str]:
    return duplicates.REASONS


def duplicate_reasons() -> set[str]:
    return {reason for reasons in duplicates.REASONS.values() for reason in reasons}
