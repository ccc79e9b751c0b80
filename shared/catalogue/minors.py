"""Passports of minors: nobody under eighteen applies alone."""

from shared.catalogue.model import GUARDIAN, Eligibility, Facts
from shared.values.dates import age_on

# MOFAE, first passport. Who a child's guardian is, and what a mother shows, is the civil register's to say and the
# mandates' to check; here only whether one is needed.
LAW = "MOFAE, first passport"
OF_AGE = 18


def is_of_age_or_in_care(facts: Facts) -> bool:
    """Of age on this day, or applied for by their guardian."""
    return facts.capacity == GUARDIAN or age_on(facts.born, facts.today) >= OF_AGE


ELIGIBLE = (Eligibility("of_age_or_in_care", is_of_age_or_in_care, LAW),)
