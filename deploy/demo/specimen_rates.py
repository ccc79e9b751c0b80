"""Exchange rates of the demo: the last ones that the reference data know, dated by the day of the start.

Real rates grow old, and nothing is quoted by an old one. The demo must be tried out at any date, so it goes by specimen
rates, and every page that names one says so.
"""

from datetime import timedelta

from psycopg import Connection

from shared.values.dates import STATE_ZONE, local_date

MAX_AGE_DAYS = 366
# Kuwait's basket of currencies is not published; without a rate the mission would take dollars.
DINARS = "0.3071"
INSERT = """
    INSERT INTO consular.rate
        (id, base, quote, rate, valid_from, source, published, certainty, approver, max_age_days)
    SELECT format('%%s-%%s/%%s/specimen', base, quote, day), base, quote, rate, day, 'specimen',
           'Specimen rates of the demo, dated by its start', 'L', 'demo', %(max_age)s
    FROM (
        SELECT DISTINCT ON (base, quote) base, quote, rate FROM consular.rate
        WHERE source IN ('ecb', 'central_bank') ORDER BY base, quote, valid_from DESC
    ) AS last
    CROSS JOIN (SELECT CAST(%(day)s AS date) AS day) AS start
    UNION ALL
    SELECT format('USD-KWD/%%s/specimen', day), 'USD', 'KWD', CAST(%(dinars)s AS numeric), day, 'specimen',
           'Specimen rates of the demo, dated by its start', 'L', 'demo', %(max_age)s
    FROM (SELECT CAST(%(day)s AS date) AS day) AS start
    ON CONFLICT DO NOTHING
"""


def load(connection: Connection) -> None:
    """Adds the rates of today's start; a second start on one day adds none."""
    row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    # Dated by the day before, which has begun at every mission.
    day = local_date(row[0], STATE_ZONE) - timedelta(days=1)
    connection.execute(INSERT, {"max_age": MAX_AGE_DAYS, "dinars": DINARS, "day": day})
