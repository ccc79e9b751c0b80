"""How long an application may wait for its applicant: ten dates, the first one counted, by the mission's calendar."""

from datetime import date, timedelta

# Ministry of the Interior, statement of 7 July 2022: a booking without papers and payment within ten days is void.
# It ran from the 7th to the 16th, so that the first day counts.
DAYS = 10
SOURCE = "Ministry of Interior statement of July 2022"
REMINDER_DAYS = (5, 8, 9, 10)


def last_day(first: date) -> date:
    """The last day of an application that began to wait on `first`."""
    return first + timedelta(days=DAYS - 1)


def day_number(last: date, today: date) -> int:
    """The number of today among the ten days, 1 to 10; more once they are over, less while an extension runs."""
    return DAYS - (last - today).days


def is_over(last: date, today: date) -> bool:
    """Whether the last day has ended, by the calendar day at the mission."""
    return today > last


def reminder_days(last: date) -> dict[date, int]:
    """The days on which the applicant is reminded, each with the number of days left, that day counted."""
    return {last - timedelta(days=DAYS - number): DAYS - number + 1 for number in REMINDER_DAYS}
