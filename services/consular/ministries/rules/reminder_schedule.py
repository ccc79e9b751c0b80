"""When a ministry that does not answer is reminded, and when the head of mission is informed."""

FIRST, SECOND, ESCALATION = "first", "second", "escalation"
# Working days of the mission after the requested reply date: house practice, no law sets them.
SCHEDULE: tuple[tuple[str, int], ...] = ((FIRST, 1), (SECOND, 4), (ESCALATION, 7))
REMINDERS = (FIRST, SECOND)


def working_days(reply_days: int) -> dict[str, int]:
    """By step, the working days from the letter to the step."""
    return {step: reply_days + days for step, days in SCHEDULE}
