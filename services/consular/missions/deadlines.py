"""How long an application may wait for its applicant: ten dates, the first one counted, by the mission's calendar."""

from datetime import date, timedelta

# Ministry of the Interior, statement of 7 July 2022: a booking without papers and payment within ten days is void.
# It ran from the 7th to the 16th, so that the first day counts.
DAYS = 10
SOURCE = "Ministry of Interior statement of July 2022"
REMINDED_ON = (5, 8, 9, 10)


def last_day(first: date) -> date:
    """The last day on which an application is still alive that began to wait on `first`."""
    return first + timedelta(days=DAYS - 1)


def day_number(last: date, today: date) -> int:
    """Which of the ten days it is, 1 to 10; more once they are over, less while an extension runs."""
    return DAYS - (last - today).days


def is_over(last: date, today: date) -> bool:
    """Whether the last day has ended where the mission stands."""
    return today > last


def reminded_on(last: date) -> dict[date, int]:
    """The days on which the applicant is reminded, each with how many days are left, itself counted."""
    return {last - timedelta(days=DAYS - number): DAYS - number + 1 for number in REMINDED_ON}
