"""Turns booked for their own sake: so far at one embassy."""

from shared.catalogue import conditions as only_if
from shared.catalogue.model import APPOINTMENT, Question, Transaction

# The services people come for; each has opening hours and windows of its own.
SERVICES = ("passport", "civil_status", "attestation", "other")

EMBASSY_QUEUE_RIYADH = Transaction(
    slug="embassy-queue-riyadh",
    group="turns",
    law=("MOFAE, booking is free",),
    asks=(),
    outcome=APPOINTMENT,
    working_days=0,
    questions=(
        Question("service_wanted", kind="choice", choices=SERVICES, step="visit"),
        Question("dependants", kind="number", minimum=0, maximum=9, step="visit"),
        Question("passport_number", kind="passport_number", step="identity"),
        Question("saudi_number", kind="saudi_number", step="identity"),
        Question("saudi_mobile", kind="saudi_mobile", step="identity"),
    ),
    papers=(),
    fees=(),
    eligible=only_if.living_entry(),
    missions=("RUH",),
)

TRANSACTIONS = (EMBASSY_QUEUE_RIYADH,)
