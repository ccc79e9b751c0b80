"""Passports of minors: who stands for a child, and what each of them has to show."""

from collections.abc import Mapping
from datetime import date

from shared.catalogue.model import GUARDIAN, AnswerRule, Eligibility, Facts, Paper, Question
from shared.clock import add_months, age_on

# MOFAE, first passport: for a child under 14 the father or the paternal grandfather attends; a mother shows a
# guardianship certificate of a Sharia court, three months old at most, or the guardian's consent; an uncle or brother
# after checks where the father is dead or away. Whoever is under 18 does not apply alone.
LAW = "MOFAE, first passport"
OF_AGE, CHILD_UNTIL = 18, 14
CERTIFICATE_MONTHS = 3
SELF, FATHER, GRANDFATHER = "self", "father", "paternal_grandfather"
MOTHER_CERTIFIED, MOTHER_CONSENTED, RELATIVE = "mother_with_certificate", "mother_with_consent", "uncle_or_brother"
STANDING = (SELF, FATHER, GRANDFATHER, MOTHER_CERTIFIED, MOTHER_CONSENTED, RELATIVE)

QUESTIONS = (
    Question("guardian", kind="choice", choices=STANDING, step="guardian"),
    Question("guardianship_certificate_on", kind="past_date", required=False, step="guardian"),
)
PAPERS = (
    Paper("guardian_identity", when=lambda answers: answers.get("guardian") not in (None, SELF)),
    Paper("guardianship_certificate", when=lambda answers: answers.get("guardian") == MOTHER_CERTIFIED),
    Paper("guardian_consent", when=lambda answers: answers.get("guardian") == MOTHER_CONSENTED),
    Paper("father_dead_or_away", when=lambda answers: answers.get("guardian") == RELATIVE),
)


def is_of_age_or_in_care(facts: Facts) -> bool:
    """Of age on this day, or applied for by their guardian."""
    return facts.capacity == GUARDIAN or age_on(facts.born, facts.today) >= OF_AGE


def has_recent_certificate(answers: Mapping[str, object], today: date) -> bool:
    """A mother who comes with a court's certificate has one that is at most three months old."""
    issued = answers.get("guardianship_certificate_on")
    return answers.get("guardian") != MOTHER_CERTIFIED or (
        isinstance(issued, date) and add_months(issued, CERTIFICATE_MONTHS) >= today
    )


def fault(answers: Mapping[str, object], born: date, today: date) -> str | None:
    """Why who stands for the person does not fit their age, as the code of a refusal; None where it does."""
    if "guardian" not in answers:
        return None
    alone = answers["guardian"] == SELF
    if age_on(born, today) >= OF_AGE:
        return None if alone else "guardian_of_an_adult"
    return "guardian_needed" if alone else None


RULES = (AnswerRule("certificate_too_old", "guardianship_certificate_on", has_recent_certificate, LAW),)
ELIGIBLE = (Eligibility("of_age_or_in_care", is_of_age_or_in_care, LAW),)
