"""The hall at 90 % load: nobody is lost, and 95 of 100 wait ten minutes at the most."""

import random
from dataclasses import replace

from tests.simulations.hall import BASE, TARGET_MINUTES, Hall, percentile, waits


def test_ninety_five_of_a_hundred_wait_ten_minutes_at_most() -> None:
    rng = random.Random(11)  # noqa: S311
    found = [minutes for _ in range(400) for minutes in waits(BASE, rng)]
    assert percentile(found, 0.95) <= TARGET_MINUTES


def test_everybody_who_comes_is_called_once() -> None:
    everybody = replace(BASE, absent=0.0)
    rng = random.Random(3)  # noqa: S311
    assert len(waits(everybody, rng)) == everybody.booked == 180


def test_more_load_and_longer_slots_make_people_wait_longer() -> None:
    def late(hall: Hall) -> float:
        rng = random.Random(5)  # noqa: S311
        return percentile([minutes for _ in range(60) for minutes in waits(hall, rng)], 0.95)

    usual = late(BASE)
    assert late(replace(BASE, load=0.7)) < usual < late(replace(BASE, load=0.95))
    assert usual < late(replace(BASE, slot=30))
