"""The check of days finds each way to take one from the wrong clock, and lets pass what says its zone."""

import ast

import pytest

from deploy.dev.checks.code import days

IMPORTS = """
import datetime as dt
import time
from email.utils import localtime
from datetime import UTC, date, datetime, timedelta
from datetime import date as day_type
from zoneinfo import ZoneInfo
from shared.database import db
from shared.database.db import now
"""


@pytest.mark.parametrize(
    "line",
    [
        "date.today()",
        "dt.date.today()",
        "day_type.today()",
        "datetime.today()",
        "datetime.now()",
        "dt.datetime.now()",
        "datetime.now(UTC).date()",
        "dt.datetime.now(dt.UTC).date()",
        "dt.datetime.now(tz=dt.timezone.utc).date()",
        "(datetime.now(UTC) + timedelta(days=90)).date()",
        "datetime.utcnow()",
        "datetime.utcfromtimestamp(0)",
        "datetime.fromtimestamp(0)",
        "date.fromtimestamp(0)",
        "time.localtime()",
        "time.strftime('%Y')",
        "db.now(session).date()",
        "now(session).year",
        "now(session).weekday()",
        "row.issued_at.year",
        "row.issued_at.date()",
        "instant.date()",
        "instant.astimezone(UTC).date()",
        "instant.astimezone()",
        "datetime.now(UTC).strftime('%d/%m/%Y')",
        "f'{datetime.now(UTC):%Y-%m-%d}'",
        "f'{row.paid_at:%d.%m.}'",
        "f'{row.since:%Y-%m-%d}'",
        "seat.offered_until.year",
        "row.paid_at.isoformat()[:10]",
        "row['submitted_at'][:10]",
        "str(now(session))[:10]",
        "row['submitted_at'][:7]",
        "row.issued_at.isoformat()[:4]",
        "localtime()",
        "cast(row.paid_at, Date)",
        "row.paid_at.cast(Date)",
        "func.date(row.paid_at)",
        "func.extract('year', row.issued_at)",
        "text('SELECT extract(year FROM issued_at)')",
        "text(\"SELECT date_part('month', document.issued_at)\")",
        "text('SELECT current_date')",
        "text('DELETE FROM a WHERE until < CURRENT_DATE - 1')",
        "text('SELECT now()::date')",
        "text('SELECT paid_at::date FROM a')",
        "text('SELECT CAST(now() AS date)')",
        "text(\"SELECT date_trunc('day', paid_at)\")",
        "func.current_date()",
        "func.date_trunc('day', row.paid_at)",
        "pytz.timezone('Asia/Riyadh')",
    ],
)
def test_a_day_of_the_wrong_clock_is_found(line: str) -> None:
    assert days.faults(ast.parse(f"import pytz\n{IMPORTS}{line}\n"))


@pytest.mark.parametrize(
    "lines",
    [
        "local_date(datetime.now(UTC), zone)",
        "dates.local_date(db.now(session), mission.zone)",
        "datetime.now(UTC)",
        "datetime.now(UTC) + timedelta(days=2)",
        "datetime.now(UTC).isoformat()",
        "datetime.now(ZoneInfo('Asia/Riyadh')).date()",
        "riyadh = ZoneInfo('Asia/Riyadh')\ndatetime.now(riyadh).date()",
        "instant.astimezone(ZoneInfo(zone)).date()",
        "local = local_time(instant, zone)\nlocal.date()",
        "datetime.strptime(typed, '%d/%m/%Y').date()",
        "f'{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}'",
        "f'{born:%y%m%d}'",
        "born.year",
        "tongue.date(born)",
        "time.time()",
        "time.monotonic()",
        "uuid4().hex[:10]",
        "request.args.get('day', '')[:10]",
        "text('SELECT now()')",
        "text('SELECT (now() AT TIME ZONE mission.zone)::date')",
        "text('SELECT extract(year FROM issued_at AT TIME ZONE mission.zone)')",
        "text('SELECT extract(epoch FROM issued_at)')",
        "cast(func.timezone(mission.zone, row.paid_at), Date)",
        "cast(row.open_amount, Integer)",
        "func.extract('epoch', func.now() - row.paid_at)",
        "func.extract('year', func.timezone(mission.zone, row.paid_at))",
        "def f() -> None:\n    '''Not current_date.'''",
    ],
)
def test_a_day_with_its_zone_passes(lines: str) -> None:
    assert days.faults(ast.parse(IMPORTS + lines + "\n")) == []


def test_a_fault_is_told_with_its_line_and_what_mends_it() -> None:
    (fault,) = days.faults(ast.parse("import datetime\n\nx = datetime.date.today()\n"))
    assert fault.startswith("3 datetime.date.today is the machine's day; take it by local_date(instant, zone)")


@pytest.mark.parametrize(
    "line",
    [
        *("{{ row.paid_at[:10] }}", "{{ row.paid_at.year }}", "{{ row.paid_at[:7] }}"),
        *(
            "const day = new Date();",
            "const day = new Date(text);",
            "Date.parse(text)",
            "new Intl.DateTimeFormat('ar')",
        ),
        *("cell.textContent = at.toLocaleDateString();", "Temporal.Now.plainDateISO()"),
    ],
)
def test_pages_take_no_day_from_an_instant_either(line: str) -> None:
    assert list(days.faults_of_page(line))


def test_pages_may_show_an_instant_at_a_mission() -> None:
    assert not list(days.faults_of_page("{{ date_at(row.paid_at, row.mission) }} {{ datetime(row.paid_at) }}"))


def test_the_product_and_its_tests_take_every_day_from_a_zone() -> None:
    assert days.complaints() == []
