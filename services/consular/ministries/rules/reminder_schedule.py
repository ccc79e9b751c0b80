"""When a ministry that does not answer is reminded, and when the head of mission hears of it."""

FIRST, SECOND, ESCALATION = "first", "second", "escalation"
# Working days of the mission after the day by which the reply was asked for: practice of the house, no law sets them.
SCHEDULE: tuple[tuple[str, int], ...] = ((FIRST, 1), (SECOND, 4), (ESCALATION, 7))
REMINDERS = (FIRST, SECOND)


def working_days(reply_days: int) -> dict[str, int]:
    """By step, the working days after the letter."""
    return {step: reply_days + days for step, days in SCHEDULE}
