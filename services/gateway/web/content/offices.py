"""Where an application may be filed: at one's own mission, or at an office inside Syria."""

from services.gateway.clients.consular.mission.offers import Mission
from services.gateway.web.days import missions
from services.gateway.web.presentation import country_of
from shared.catalogue.model import SYRIA, Transaction


def offices_in_syria() -> list[Mission]:
    """The offices inside Syria that take money today; one that has closed has no currencies."""
    return [one for one in missions() if one["country"] == SYRIA and one["office"]["takes"]]


def offered_at(entry: Transaction, capacity: str, mission: str, *, fixed: bool) -> list[str]:
    """The codes of the places where an application in this capacity may be filed, one's own mission first.

    `fixed`, as by a mandate, it can be filed at that mission alone.
    """
    own = [mission] if capacity in entry.acts_at(country_of(mission)) else []
    if fixed or capacity not in entry.acts_in_syria:
        return own
    return list(dict.fromkeys([*own, *(office["code"] for office in offices_in_syria())]))
