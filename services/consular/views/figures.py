"""The figures of a mission for its head: waits, decisions, returns, revenue, seats, exceptions, and officers apart."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.consular import missions
from shared.database import audit
from shared.identity.actor import Actor
from shared.values.dates import start_of_day

View = dict[str, Any]
DAYS = (7, 30, 90, 365)
# Exceptions by age in days: up to the first number, up to the next ...
AGES = (2, 7, 30)
# An officer is apart from the others whose share of returns and refusals is so far from theirs, in hundredths, and who
# has decided enough for it to mean anything.
FAR, ENOUGH = 20, 20

_WAITS = text("""
    SELECT source AS stage, count(*) AS count,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS slowest
    FROM (
        SELECT step.source, extract(epoch FROM step.at - (
            SELECT max(earlier.at) FROM step AS earlier
            WHERE earlier.application = step.application AND earlier.id < step.id AND earlier.target = step.source
              AND earlier.source IS DISTINCT FROM earlier.target
        )) AS seconds
        FROM step
        WHERE mission = :mission AND at >= :since AND at < :until AND source IS DISTINCT FROM target
          AND source IN ('awaiting_payment', 'in_review', 'returned', 'with_authority', 'ready')
    ) AS stays
    WHERE seconds IS NOT NULL GROUP BY source
""")
_DECISIONS = text("""
    SELECT target AS decision, count(*) AS count FROM step
    WHERE mission = :mission AND at >= :since AND at < :until AND source = 'in_review' AND source <> target
    GROUP BY target ORDER BY count DESC, target
""")
_REASONS = text("""
    SELECT target AS decision, reason, count(*) AS count FROM step
    WHERE mission = :mission AND at >= :since AND at < :until AND source = 'in_review'
      AND target IN ('returned', 'refused') AND reason IS NOT NULL
    GROUP BY target, reason ORDER BY count DESC, reason
""")
# Cash that was entered in error was never revenue, though its receipt keeps its number.
_REVENUE = text("""
    SELECT attempt.currency, fee_order.transaction, count(*) AS count, sum(attempt.amount) AS amount
    FROM receipt
        JOIN attempt ON attempt.reference = receipt.attempt
        JOIN fee_order ON fee_order.reference = receipt."order"
    WHERE receipt.mission = :mission AND receipt.issued_at >= :since AND receipt.issued_at < :until
      AND attempt.state <> 'voided'
    GROUP BY attempt.currency, fee_order.transaction ORDER BY attempt.currency, amount DESC, fee_order.transaction
""")
_SEATS = text("""
    SELECT state, count(*) AS count FROM turn
    WHERE mission = :mission AND starts_at >= :since AND starts_at < :until
      AND state IN ('attended', 'missed', 'booked')
    GROUP BY state ORDER BY state
""")
_EXCEPTIONS = text("""
    SELECT changed_at AS since FROM application
    WHERE mission = :mission AND (exception IS NOT NULL OR awaits IS NOT NULL)
    UNION ALL SELECT found_at FROM duplicate WHERE mission = :mission AND state = 'open'
""")
_OFFICERS = text("""
    SELECT actor AS officer, count(*) AS count,
        count(*) FILTER (WHERE target IN ('returned', 'refused')) AS turned_down
    FROM step
    WHERE mission = :mission AND at >= :since AND at < :until AND source = 'in_review' AND source <> target
      AND role IN ('officer', 'head_of_mission')
    GROUP BY actor ORDER BY count DESC, actor
""")


def figures(session: Session, actor: Actor, days: int) -> View:
    """The figures of the last so many days of the session's mission, today among them. The read is recorded."""
    mission = session.info["mission"]
    home, today = missions.find(session, mission), missions.today(session, mission)
    first = today - timedelta(days=days - 1)
    span = {
        "mission": mission,
        "since": start_of_day(first, home.zone),
        "until": start_of_day(today + timedelta(days=1), home.zone),
    }
    audit.record(session, actor, "figures.read", mission, days=days)
    return {
        "days": days,
        "first": first.isoformat(),
        "last": today.isoformat(),
        "waits": [_wait(row) for row in _rows(session, _WAITS, span)],
        "decisions": _rows(session, _DECISIONS, span),
        "reasons": _rows(session, _REASONS, span),
        "revenue": [{**row, "amount": int(row["amount"])} for row in _rows(session, _REVENUE, span)],
        "seats": _rows(session, _SEATS, span),
        "exceptions": _by_age(session, mission, today),
        "officers": apart(_rows(session, _OFFICERS, span)),
    }


def _rows(session: Session, statement: Any, span: dict[str, Any]) -> list[View]:
    return [dict(row._mapping) for row in session.execute(statement, span)]


def _wait(row: View) -> View:
    hours = {name: round(float(row[name]) / 3600, 1) for name in ("median", "slowest")}
    return {"stage": row["stage"], "count": row["count"], **hours}


def _by_age(session: Session, mission: str, today: date) -> list[View]:
    counts = [0] * (len(AGES) + 1)
    since: datetime
    for (since,) in session.execute(_EXCEPTIONS, {"mission": mission}):
        age = (today - missions.day_of(session, mission, since)).days
        counts[sum(age > limit for limit in AGES)] += 1
    return [
        {"age": name, "count": count} for name, count in zip(("days", "week", "month", "older"), counts, strict=True)
    ]


def apart(rows: Sequence[View]) -> list[View]:
    """Each officer with the share of what they returned or refused, in hundredths, and whether it is far from that of
    all others together."""
    found = []
    for row in rows:
        others = [other for other in rows if other is not row]
        decided, turned_down = (sum(other[name] for other in others) for name in ("count", "turned_down"))
        share = round(100 * row["turned_down"] / row["count"])
        usual = round(100 * turned_down / decided) if decided else share
        is_far = min(row["count"], decided) >= ENOUGH and abs(share - usual) >= FAR
        found.append({**row, "share": share, "usual": usual, "far": is_far})
    return found
