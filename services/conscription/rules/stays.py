"""Calculates with a man's movement record: the days that count as abroad, and the days in Syria between them."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from shared.values import border_days
from shared.values.border_days import BorderDays
from shared.values.stays import DAY, Stay, first_day_inside, last_day_inside, merge, stretch

# The day of an exit and the day of the return; None for a man who has not returned.
Interval = tuple[date, date | None]


def journeys(intervals: Iterable[Interval], on: date) -> list[Interval]:
    """Journeys abroad in order, as known on the day of assessment. Records that overlap are of one journey.

    An interval that ends before it begins is a wrong record and is left out. A return that is still to come is none.
    """
    known = [(left, back if back and back <= on else None) for left, back in intervals if left <= min(back or on, on)]
    joined: list[Interval] = []
    for left, back in sorted(known, key=lambda journey: (journey[0], journey[1] or date.max)):
        latest = joined[-1] if joined else None
        if latest and (latest[1] is None or left < latest[1]):
            joined[-1] = (latest[0], None if None in (latest[1], back) else max(latest[1] or left, back or left))
        else:
            joined.append((left, back))
    return joined


def days_abroad(intervals: Iterable[Interval], on: date, born: date | None = None) -> list[Stay]:
    """The days that count as abroad, up to the day of assessment.

    A man born abroad was abroad from his birth on, without an exit. A journey without a day that counts is left out.
    """
    stays = [_days_of(left, back, on, born) for left, back in journeys(intervals, on)]
    return merge(stay for stay in stays if stay)


def _days_of(left_on: date, entered_on: date | None, on: date, born: date | None) -> Stay | None:
    first = left_on if born is not None and left_on <= born else last_day_inside(left_on) + DAY
    last = on if entered_on is None else first_day_inside(entered_on) - DAY
    return stretch(first, last)


def counting_rules(intervals: Iterable[Interval], on: date) -> list[BorderDays]:
    """The rules by which the crossings of the record are counted."""
    return border_days.rules_for(day for journey in journeys(intervals, on) for day in journey if day)


def gaps(stays: Sequence[Stay], on: date) -> list[Stay]:
    """The days in Syria between stays abroad, and after the last one until the day of assessment."""
    between = [Stay(stay.last + DAY, following.first - DAY) for stay, following in pairwise(stays)]
    after = [Stay(stays[-1].last + DAY, on)] if stays and stays[-1].last < on else []
    return between + after
