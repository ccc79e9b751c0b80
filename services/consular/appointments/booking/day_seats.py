"""The seats of one day while they are given: which are taken, and which places are left for whoever asks next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.booking import party
from services.consular.appointments.booking.party import Place
from services.consular.appointments.rules import Slot
from services.consular.appointments.seats import occupied, openings, tiers
from services.consular.missions.model import AppointmentRule
from shared.errors import Refusal
from shared.values import dates


@dataclass
class DaySeats:
    """What is taken of a day, by time and by tier; seats that are reserved count in no tier."""

    slots: Sequence[Slot]
    taken: dict[datetime, set[int]]
    of_tier: Counter[str | None]

    def free_seats(
        self, rule: AppointmentRule, slot: Slot, tier: str, persons: int = 1, *, has_priority: bool = False
    ) -> list[Place]:
        """The lowest free seats for all who come; none when the time is full, or the day's quota or the tier's part of
        it, which do not bind who has priority.

        Raises Refusal (family_too_large) for more than a day ever takes.
        """
        limit = tiers.limits(rule.daily_quota, rule.urgent_quota, sum(each.seats for each in self.slots))[tier]
        if persons > 1 and limit < persons:
            raise Refusal("family_too_large", n=limit)
        is_full = self.of_tier.total() + persons > rule.daily_quota or self.of_tier[tier] + persons > limit
        if is_full and not has_priority:
            return []
        return party.seats_for(self.slots, slot, self.taken, persons)

    def take(self, places: Sequence[Place], tier: str) -> None:
        """From here on these are taken."""
        for place in places:
            self.taken.setdefault(place.slot.starts_at, set()).add(place.seat)
        self.of_tier[tier] += len(places)


def day_seats(
    session: Session, mission: str, service: str, day: date, application: str | None = None, *, resting: bool = True
) -> DaySeats:
    """The seats of a day as they are now; those offered to `application` are free. `resting`: seats at rest are not."""
    zone = missions.find(session, mission).zone
    start, end = dates.start_of_day(day, zone), dates.start_of_day(day + timedelta(days=1), zone)
    rows = occupied.occupied_seats(session, mission, service, start, end, application, resting=resting)
    taken: dict[datetime, set[int]] = {}
    for row in rows:
        taken.setdefault(row.starts_at, set()).add(row.seat)
    slots = openings.slots_on(session, mission, service, day)
    return DaySeats(slots, taken, Counter(row.tier for row in rows))
