"""The catalogue: every transaction the platform knows, as literals in lists."""

from shared.catalogue import civil_status, conscription, foreign_affairs, interior, travel, turns
from shared.catalogue.model import Transaction

TRANSACTIONS: tuple[Transaction, ...] = (
    *civil_status.TRANSACTIONS,
    *travel.TRANSACTIONS,
    *interior.TRANSACTIONS,
    *conscription.TRANSACTIONS,
    *foreign_affairs.TRANSACTIONS,
    *turns.TRANSACTIONS,
)
CATALOGUE: dict[str, Transaction] = {entry.slug: entry for entry in TRANSACTIONS}
