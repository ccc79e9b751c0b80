"""Metrics of a service's messages, read from its tables at each look: what waits, how long, and what people must do."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.database.db import Database
from shared.logs import log
from shared.messaging import inbox
from shared.messaging.bus import BusDown, queue_length
from shared.observation.gauges import gauge

# Ages are of the oldest row; 0 where there is none.
FIGURES = text("""
    SELECT
        (SELECT count(*) FROM outbox WHERE sent IS NULL) AS outbox_unsent,
        (SELECT coalesce(extract(epoch FROM now() - min(created)), 0) FROM outbox WHERE sent IS NULL)
            AS outbox_age_seconds,
        (SELECT count(*) FROM inbox WHERE state IN ('open', 'parked', 'discarded') AND applied IS NULL)
            AS inbox_waiting,
        (SELECT coalesce(extract(epoch FROM now() - min(received)), 0) FROM inbox
            WHERE state IN ('open', 'parked', 'discarded') AND applied IS NULL) AS inbox_lag_seconds,
        (SELECT count(*) FROM parked WHERE verdict IS NULL) AS parked,
        (SELECT coalesce(extract(epoch FROM now() - min(at)), 0) FROM parked WHERE verdict IS NULL)
            AS parked_age_seconds,
        (SELECT coalesce(extract(epoch FROM now() - max(at)), 1e9) FROM heartbeat) AS worker_silent_seconds
""")
HELP = {
    "outbox_unsent": "Messages that the bus has not taken",
    "outbox_age_seconds": "Age of the oldest of them",
    "inbox_waiting": "Messages received and not applied",
    "inbox_lag_seconds": "Age of the oldest of them",
    "parked": "Messages set aside that nobody has decided about",
    "parked_age_seconds": "Age of the oldest of them",
    "worker_silent_seconds": "Since a worker of the service last made progress",
}


class MessageCollector(Collector):
    """Of one service."""

    def __init__(self, service: str, database: Database, bus_url: str) -> None:
        self.service, self.database, self.bus_url = service, database, bus_url

    def collect(self) -> Iterable[Metric]:
        yield from self._readings()
        if self.bus_url:
            try:
                length = queue_length(self.bus_url, self.service)
            except BusDown:
                return
            yield gauge("queue_length", "Messages in the service's queue of the bus", {(self.service,): length})

    def _readings(self) -> Iterator[Metric]:
        try:
            with self.database.scope(None) as session:
                row = session.execute(FIGURES).one()._asdict()
                gaps = session.execute(inbox.gaps()).all()
        except SQLAlchemyError as error:
            log().warning("metrics", error=type(error).__name__)
            return
        for name, value in row.items():
            yield gauge(name, HELP[name], {(self.service,): float(value)})
        oldest = max((gap.age for gap in gaps), default=0)
        yield gauge("inbox_gaps", "Applications whose next message is missing", {(self.service,): len(gaps)})
        yield gauge("inbox_gap_age_seconds", "Age of the oldest of these gaps", {(self.service,): oldest})


class JobCollector(Collector):
    """When each periodic job of this worker last ended well, and how often it failed."""

    def __init__(self, service: str, read: Callable[[], dict[str, tuple[float, int]]]) -> None:
        self.service, self.read = service, read

    def collect(self) -> Iterable[Metric]:
        readings = self.read()
        ages = {(self.service, job): age for job, (age, _) in readings.items()}
        failures = {(self.service, job): float(count) for job, (_, count) in readings.items()}
        labels = ("service", "job")
        yield gauge("job_overdue_intervals", "Intervals since the job last ended well", ages, labels)
        yield gauge("job_failures", "Failed runs in a row", failures, labels)
