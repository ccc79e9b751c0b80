"""How long people live and where they stay: drawn with one random source, never after death or before birth."""

from random import Random

from deploy.demo.population.locations import city
from deploy.demo.population.people import AS_OF, Human, Stay

YEAR = 365.25


def age_at_death(random: Random, born: int, at_least: int = 0) -> int | None:
    """The day of death, or None for the living."""
    chance = random.random()
    if chance < 0.025:
        years = random.random() * 4
    elif chance < 0.065:
        years = 5 + random.random() * 50
    else:
        years = min(103.0, random.gauss(77, 10))
    day = born + int(max(years, at_least + random.random() * 12 if at_least else 0.01) * YEAR)
    return day if day <= AS_OF else None


def first_stay_of_child(random: Random, one: Human, fathers: Stay) -> Stay:
    """A child born abroad stays until the father returns, or until grown."""
    until = fathers.until
    if until is None and random.random() < 0.4:
        until = one.born + int((18 + random.random() * 8) * YEAR)
    return Stay(fathers.place, one.born, _end(one, until))


def wander(random: Random, one: Human) -> None:
    """A grown man's stays abroad, one after another, each after the last has ended."""
    chance = 0.33
    since = one.born + int((18 + random.random() * 18) * YEAR)
    while random.random() < chance:
        if one.stays:
            before = one.stays[-1].until
            if before is None:
                return
            since = max(since, before + 60 + int(random.random() * 1200))
        if since > AS_OF - 30 or not one.lives_on(since):
            return
        until = None if random.random() < 0.5 else since + 90 + int(random.random() * 9 * YEAR)
        one.stays.append(Stay(city(random), since, _end(one, until)))
        chance = 0.35


def _end(one: Human, until: int | None) -> int | None:
    """No stay outlasts its person or reaches past the register."""
    if one.died is not None:
        return min(one.died, until) if until is not None else one.died
    return until if until is not None and until <= AS_OF else None
