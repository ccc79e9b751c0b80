"""Conditions the entries share: ordinary functions of the facts, each tested by itself."""

from collections.abc import Mapping
from datetime import date

from shared.catalogue.model import RELATIVE, TIER, Eligibility, Facts, Transaction
from shared.values.dates import add_years, age_on

# Legislative Decree 30/2007: liability begins at 18 and ends on the day a man turns 42.
LIABLE_FROM_AGE, LIABLE_UNTIL_AGE = 18, 42
EARLY = "early"
REGULAR, URGENT = "regular", "urgent"
CIVIL_STATUS_LAW = "Law 13/2021"
# Nobody younger can be held to account for an offence.
PENAL_AGE, PENAL_LAW = 10, "Law 18/1974 as amended by Legislative Decree 52/2003"


def is_registered(facts: Facts) -> bool:
    """The person has an entry in the civil register."""
    return facts.registered


def is_alive(facts: Facts) -> bool:
    """The civil register has no death of the person."""
    return facts.alive


def is_alive_or_asked_for_by_kin(facts: Facts) -> bool:
    """Law 13/2021, art. 22: after a death the relatives are given the extract, which then says so."""
    return facts.alive or facts.capacity == RELATIVE


def serves_the_dead(entry: Transaction) -> bool:
    """Whether the entry may be asked for somebody whose death is registered."""
    return all(condition.holds is not is_alive for condition in entry.eligible)


def is_man(facts: Facts) -> bool:
    """Only men are liable to service."""
    return facts.sex == "M"


def is_of_service_age(facts: Facts) -> bool:
    """At least 18 and not yet 42 on this day."""
    return LIABLE_FROM_AGE <= age_on(facts.born, facts.today) < LIABLE_UNTIL_AGE


def is_past_service_age(facts: Facts) -> bool:
    """Has turned 42, from the birthday itself."""
    return age_on(facts.born, facts.today) >= LIABLE_UNTIL_AGE


def is_of_the_reserve(facts: Facts) -> bool:
    """Has served, and may be called again."""
    return facts.service_status == "reserve"


def owes_compulsory_service(facts: Facts) -> bool:
    """Has a service record that is neither served, exempt nor of the reserve."""
    return facts.service_status in {"liable", "deferred", "evader"}


def has_no_deferral_in_force(facts: Facts) -> bool:
    """No residence deferral runs today or later; one that lapsed does not count."""
    return facts.deferred_until is None or facts.deferred_until < facts.today


def has_a_deferral_to_renew(facts: Facts) -> bool:
    """A residence deferral runs today: not lapsed, and not yet renewed for the year after it.

    The year is counted in Damascus, where it may be tomorrow already: the last day may lie a whole year ahead.
    """
    until = facts.deferred_until
    return until is not None and facts.today <= until <= add_years(facts.today, 1)


def renewal_is_due(answers: Mapping[str, object], today: date) -> bool:
    """Pages full, or at most a year left."""
    expires = answers.get("passport_expires_on")
    return answers.get("renewal_reason") == "pages_full" or (
        isinstance(expires, date) and expires <= add_years(today, 1)
    )


def renewal_may_be_asked(answers: Mapping[str, object], today: date) -> bool:
    """Due, or asked for as an early renewal: that one is the Director's to approve before the case is accepted."""
    return answers.get("renewal_reason") == EARLY or renewal_is_due(answers, today)


def says_why_early(answers: Mapping[str, object], _today: date) -> bool:
    """Who asks for an early renewal says why: the Director decides by it."""
    return answers.get("renewal_reason") != EARLY or bool(answers.get("early_reason"))


def _in_order(answers: Mapping[str, object], first: str, second: str, same_day: bool = False) -> bool:
    """Whether the second date is later than the first, or the same day where that is allowed. One alone is in order."""
    before, after = answers.get(first), answers.get(second)
    if not (isinstance(before, date) and isinstance(after, date)):
        return True
    return after > before or (same_day and after == before)


def expires_after_issue(answers: Mapping[str, object], _today: date) -> bool:
    """A passport ends after it began."""
    return _in_order(answers, "passport_issued_on", "passport_expires_on")


def lost_after_issue(answers: Mapping[str, object], _today: date) -> bool:
    """A passport is lost on the day of its issue at the earliest."""
    return _in_order(answers, "passport_issued_on", "lost_on", same_day=True)


def damaged_after_issue(answers: Mapping[str, object], _today: date) -> bool:
    """A passport is damaged on the day of its issue at the earliest."""
    return _in_order(answers, "passport_issued_on", "damaged_on", same_day=True)


def is_regular(answers: Mapping[str, object]) -> bool:
    """The regular tier was chosen."""
    return answers.get(TIER) == REGULAR


def is_urgent(answers: Mapping[str, object]) -> bool:
    """The urgent tier was chosen."""
    return answers.get(TIER) == URGENT


def is_of_penal_age(facts: Facts) -> bool:
    """Old enough to have been convicted of anything at all."""
    return age_on(facts.born, facts.today) >= PENAL_AGE


def may_visit_again(facts: Facts) -> bool:
    """A year has passed since the last approval; whoever is past the age of service is given one only once."""
    last = facts.last_granted_on
    if last is None:
        return True
    return not is_past_service_age(facts) and facts.today >= add_years(last, 1)


def period_runs_forward(answers: Mapping[str, object], _today: date) -> bool:
    """A period ends on the day it begins, or later."""
    return _in_order(answers, "period_from", "period_until", same_day=True)


def licence_runs_forward(answers: Mapping[str, object], _today: date) -> bool:
    """A licence ends after it began."""
    return _in_order(answers, "licence_issued_on", "licence_expires_on")


def visits_after_leaving(answers: Mapping[str, object], _today: date) -> bool:
    """Somebody comes to visit after they left."""
    return _in_order(answers, "last_left_on", "visit_from")


def living_entry(law: str = CIVIL_STATUS_LAW) -> tuple[Eligibility, ...]:
    """What almost every transaction asks for: an entry in the civil register, and no death on it."""
    return Eligibility("registered", is_registered, law), Eligibility("alive", is_alive, law, expected=True)
