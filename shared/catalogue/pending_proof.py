"""Which applications a paper may say to be pending."""

from shared.catalogue.model import Transaction

CONSCRIPTION, CRIMINAL_RECORD = "conscription", "criminal-record"


def may_be_proven(entry: Transaction) -> bool:
    """None of conscription, and no criminal record: there the paper alone would say too much."""
    asked = {entry.group, *entry.attested_by, *(ask.authority for ask in entry.asks)}
    return CONSCRIPTION not in asked and entry.slug != CRIMINAL_RECORD
