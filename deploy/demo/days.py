"""The day on which the demo acts: the day at its mission, whatever the machine's clock says of days."""

from datetime import UTC, date, datetime

from shared.values.dates import local_date

# Of the demo's mission, Riyadh.
HOME_ZONE = "Asia/Riyadh"


def today(zone: str = HOME_ZONE) -> date:
    """The day in a zone, by default at the demo's mission."""
    return local_date(datetime.now(UTC), zone)
