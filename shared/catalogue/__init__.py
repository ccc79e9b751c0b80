"""The catalogue: every transaction the platform knows, as literals in lists."""

from shared.catalogue import appointments, civil_status, conscription, foreign_affairs, interior, passports
from shared.catalogue.model import Transaction

TRANSACTIONS: tuple[Transaction, ...] = (
    *civil_status.TRANSACTIONS,
    *passports.TRANSACTIONS,
    *interior.TRANSACTIONS,
    *conscription.TRANSACTIONS,
    *foreign_affairs.TRANSACTIONS,
    *appointments.TRANSACTIONS,
)
CATALOGUE: dict[str, Transaction] = {entry.slug: entry for entry in TRANSACTIONS}
