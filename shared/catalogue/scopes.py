"""What a mandate may cover: single transactions, or all of a group; named alike on pages and in the service."""

from collections.abc import Iterable

from shared.catalogue.model import Transaction

_GROUP = "group:"


def group_scope(group: str) -> str:
    """How a scope names all transactions of a group."""
    return f"{_GROUP}{group}"


def group_of(scope: str) -> str | None:
    """The group a scope names, or None for a single transaction."""
    return scope.removeprefix(_GROUP) if scope.startswith(_GROUP) else None


def covers(scope: Iterable[str], entry: Transaction) -> bool:
    """Whether a scope names the transaction, or the group it belongs to."""
    names = set(scope)
    return entry.slug in names or group_scope(entry.group) in names


def available_scopes(entries: Iterable[Transaction], capacity: str, country: str = "") -> list[str]:
    """Everything a mandate for this capacity may cover at a mission of this country: groups first, then transactions,
    in the catalogue's order. Without a country, a mission abroad."""
    matching = [entry for entry in entries if capacity in entry.acts_at(country)]
    groups = dict.fromkeys(group_scope(entry.group) for entry in matching)
    return [*groups, *(entry.slug for entry in matching)]
