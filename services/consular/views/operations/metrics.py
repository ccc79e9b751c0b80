"""Metrics of the missions: money that waits, deadlines that passed, draws and statements that are late.

Labels name missions and currencies, never an application, a person or an officer.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.consular.missions import each_mission
from shared.database.db import Database
from shared.identity.actor import Actor
from shared.logs import log
from shared.observation.gauges import gauge

# A look costs two statements per mission; several readers share one.
KEPT_SECONDS = 15.0
FIGURES = text("""
    SELECT
        (SELECT count(*) FROM application WHERE status IN ('in_review', 'with_authority')) AS applications_open,
        (SELECT count(*) FROM application WHERE status = 'in_review' AND due_on < :today) AS applications_late,
        (SELECT count(*) FROM refund WHERE state NOT IN ('paid', 'charged_back')) AS refunds_unpaid,
        (SELECT coalesce(extract(epoch FROM now() - min(marked_at)), 0) FROM refund
         WHERE state NOT IN ('paid', 'charged_back'))
            AS refund_age_seconds,
        (SELECT coalesce(:today - min(lapses_on), 0) FROM application
            WHERE status = ANY(:waiting) AND lapses_on < :today) AS lapse_late_days,
        (SELECT count(*) FROM draw WHERE state <> 'drawn' AND draws_at < now()) AS draws_due,
        (SELECT coalesce(extract(epoch FROM now() - min(draws_at)), 0) FROM draw
            WHERE state <> 'drawn' AND draws_at < now()) AS draw_late_seconds,
        (SELECT count(*) FROM bank_line WHERE open_amount <> 0) AS statement_lines_open,
        (SELECT coalesce(extract(epoch FROM now() - min(imported_at)), 0) FROM bank_line WHERE open_amount <> 0)
            AS statement_line_age_seconds,
        (SELECT coalesce(:today - max(closed_on), 0) FROM bank_statement) AS statement_age_days,
        (SELECT coalesce(extract(epoch FROM now() - min(since)), 0) FROM discrepancy WHERE ended_at IS NULL)
            AS discrepancy_age_seconds,
        (SELECT coalesce(extract(epoch FROM now() - min(changed_at)), 0) FROM attempt WHERE held IS NOT NULL)
            AS held_age_seconds
""")
HELD = text("""
    SELECT coalesce(received_currency, currency), sum(coalesce(received_amount, amount)), count(*) FROM attempt
    WHERE held IS NOT NULL GROUP BY 1
""")
HELP = {
    "applications_open": "Applications that the mission or an authority has",
    "applications_late": "Applications in review past the promised day",
    "refunds_unpaid": "Refunds that are not paid",
    "refund_age_seconds": "Age of the oldest of them",
    "lapse_late_days": "Days since the oldest application should have lapsed",
    "draws_due": "Draws whose time has come and that are not drawn",
    "draw_late_seconds": "For how long the first of them has been due",
    "statement_lines_open": "Movements of bank statements without a purpose",
    "statement_line_age_seconds": "Age of the oldest of them",
    "statement_age_days": "Days since the last statement of the bank ended; 0 where there is none yet",
    "discrepancy_age_seconds": "Age of the oldest difference between ledger, provider and bank",
    "held_age_seconds": "Age of the oldest payment that is held",
}


class MissionCollector(Collector):
    """Of every mission."""

    def __init__(self, database: Database, actor: Actor, waiting: Iterable[str]) -> None:
        self.database, self.actor, self.waiting = database, actor, [str(status) for status in waiting]
        self.read_at, self.readings = -KEPT_SECONDS, list[Metric]()

    def collect(self) -> Iterable[Metric]:
        if time.monotonic() - self.read_at >= KEPT_SECONDS:
            try:
                self.readings, self.read_at = list(self._read()), time.monotonic()
            except SQLAlchemyError as error:
                log().warning("metrics", error=type(error).__name__)
                return []
        return self.readings

    def _read(self) -> Iterator[Metric]:
        by_mission = {str(actor.mission): self._figures(str(actor.mission), day) for actor, day in self._missions()}
        for name, words in HELP.items():
            values = {(mission,): float(figures[name]) for mission, (figures, _) in by_mission.items()}
            yield gauge(name, words, values, ("mission",))
        held = {(mission, currency): row for mission, (_, rows) in by_mission.items() for currency, *row in rows}
        amounts = {of: float(amount) for of, (amount, _) in held.items()}
        counts = {of: float(count) for of, (_, count) in held.items()}
        yield gauge("held_amount", "Payments held, in minor units", amounts, ("mission", "currency"))
        yield gauge("held_payments", "How many payments are held", counts, ("mission", "currency"))

    def _missions(self) -> list[tuple[Actor, date]]:
        return each_mission(self.database, self.actor)

    def _figures(self, mission: str, today: date) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
        with self.database.scope(mission) as session:
            row = session.execute(FIGURES, {"today": today, "waiting": self.waiting}).one()
            return row._asdict(), [tuple(held) for held in session.execute(HELD)]
