"""What is asked when a mission proposes what touches many: the same questions on the page and in the service."""

from shared.catalogue.model import Question

SUSPENDED, HISTORICAL, ACTIVE = "suspended", "historical", "active"
MAX_DAYS, MAX_LEAD_DAYS = 90, 60

EXTENSION = (
    Question("decree", max_length=80),
    Question("decreed_on", kind="past_date", hijri=False),
    Question("ends_from", kind="date", hijri=False),
    Question("ends_to", kind="date", hijri=False),
    Question("days", kind="number", minimum=1, maximum=MAX_DAYS),
)
STANDING = (
    Question("standing", kind="choice", choices=(SUSPENDED, HISTORICAL, ACTIVE)),
    Question("valid_from", kind="date", hijri=False),
    Question("law_source", max_length=160),
)
PHASE = (
    Question("window_from", kind="date", hijri=False),
    Question("window_to", kind="date", hijri=False),
    Question("lead_days", kind="number", minimum=0, maximum=MAX_LEAD_DAYS),
    Question("law_source", max_length=160),
)
CLAIM = (Question("booking_reference", max_length=40),)
REVOCATION = (
    Question("document_code", max_length=60),
    Question("revocation_reason", kind="long_text", max_length=300),
)
BANK_ACCOUNT = (
    Question("account_currency", max_length=10),
    Question("iban", max_length=50),
    Question("bic", max_length=11),
    Question("account_holder", max_length=140),
    Question("bank_name", max_length=140),
    Question("valid_from", kind="date", hijri=False),
    Question("account_source", max_length=160),
)
