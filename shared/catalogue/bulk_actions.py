"""What is asked when a mission proposes what touches many: the same questions on the page and in the service."""

from shared.catalogue.model import Question

SUSPENDED, HISTORICAL, ACTIVE = "suspended", "historical", "active"
MAX_DAYS, MAX_LEAD_DAYS = 90, 60
# How long a rate of a bulletin may be used at most.
MAX_RATE_DAYS = 31
SEATS, PAYMENTS, BOTH = "seats", "payments", "both"
MOVE, CANCEL = "move", "cancel"
OPEN, CLOSED = "open", "closed"

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
RATE = (
    Question("rate_base", kind="choice", choices=("USD", "EUR")),
    Question("rate_value", max_length=24),
    Question("rate_on", kind="past_date", hijri=False),
    Question("rate_days", kind="number", minimum=1, maximum=MAX_RATE_DAYS),
    Question("rate_published", max_length=160),
    Question("band_reason", kind="long_text", required=False, max_length=300),
)
TARIFF = (
    Question("tariff_amount", max_length=24),
    Question("valid_from", kind="date", hijri=False),
    Question("law_source", max_length=160),
    Question("certainty", kind="choice", choices=("H", "M", "L")),
)
# In place of a transaction: the choice of all that it may be.
EVERY = "every"
PHOTO_RULE = (
    Question("photo_count", kind="number", minimum=1, maximum=20),
    Question("photo_width", kind="number", minimum=10, maximum=100, required=False),
    Question("photo_height", kind="number", minimum=10, maximum=100, required=False),
    Question("valid_from", kind="date", hijri=False),
    Question("law_source", max_length=160),
    Question("certainty", kind="choice", choices=("H", "M", "L")),
)
# What an office inside Syria may take: pounds are ambiguous between old and new ones.
FOREIGN_CURRENCIES = ("USD", "EUR")
OFFICE = (
    Question("reception", kind="choice", choices=(OPEN, CLOSED)),
    Question("address_ar", max_length=200, required=False),
    Question("address_en", max_length=200, required=False),
    Question("valid_from", kind="date", hijri=False),
    Question("law_source", max_length=160),
    Question("certainty", kind="choice", choices=("H", "M", "L")),
)
OFFICE_IN_SYRIA = (
    *OFFICE[:3],
    Question("opens", kind="time", max_length=5, required=False),
    Question("closes_at", kind="time", max_length=5, required=False),
    *OFFICE[3:],
)
PROMISE_RULE = (
    Question("promise_days", kind="number", minimum=1, maximum=400),
    Question("valid_from", kind="date", hijri=False),
    Question("law_source", max_length=160),
    Question("certainty", kind="choice", choices=("H", "M", "L")),
)
WAIVER = (
    Question("waiver_reference", max_length=40),
    Question("waiver_reason", kind="long_text", max_length=300),
    Question("law_source", max_length=160),
)
CASH_REVERSAL = (
    Question("void_payment", max_length=40),
    Question("void_reason", kind="long_text", max_length=300),
)
DISCARD_MESSAGE = (
    Question("message_number", max_length=18),
    Question("discard_reason", kind="long_text", max_length=300),
)
CLAIM = (Question("booking_reference", max_length=150),)
REVOCATION = (
    Question("document_code", max_length=60),
    Question("revocation_reason", kind="long_text", max_length=300),
)
# What becomes of booked appointments whose time goes.
AFFECTED = Question("affected", kind="choice", choices=(MOVE, CANCEL))
CLOSURE = (
    Question("first_day", kind="date", hijri=False),
    Question("last_day", kind="date", hijri=False),
    Question("title_ar", max_length=120),
    Question("title_en", max_length=120, required=False),
    Question("closes", kind="choice", choices=(SEATS, PAYMENTS, BOTH)),
)
# Hours of one counter on some weekdays; the times are needed only where it opens.
HOURS = (
    Question("window", max_length=20),
    Question("reception", kind="choice", choices=(OPEN, CLOSED)),
    Question("opens", kind="time", max_length=5, required=False),
    Question("closes_at", kind="time", max_length=5, required=False),
    Question("slot_minutes", kind="number", minimum=5, maximum=240, required=False),
    Question("seats", kind="number", minimum=1, maximum=100, required=False),
    Question("valid_from", kind="date", hijri=False),
    AFFECTED,
)
WEEKEND = (Question("valid_from", kind="date", hijri=False),)
BOOKING_RULE = (
    Question("horizon_days", kind="number", minimum=1, maximum=400),
    Question("daily_quota", kind="number", minimum=0, maximum=5000),
    Question("urgent_quota", kind="number", minimum=0, maximum=5000),
    Question("per_month", kind="number", minimum=1, maximum=31),
    Question("hold_minutes", kind="number", minimum=1, maximum=240),
    Question("free_hours", kind="number", minimum=0, maximum=240),
    Question("arrive_minutes", kind="number", minimum=0, maximum=240),
    Question("valid_from", kind="date", hijri=False),
)
RELOCATION = (
    Question("first_day", kind="date", hijri=False),
    Question("last_day", kind="date", hijri=False),
    AFFECTED,
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
