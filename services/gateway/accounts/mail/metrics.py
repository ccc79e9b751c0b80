"""Metrics of e-mails on their way: how many wait, for how long, and how many came back."""

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.gateway.accounts.mail.queue import UNDELIVERABLE, WAITING
from shared.database.db import Database
from shared.logs import log
from shared.observation.gauges import gauge

FIGURES = text("""
    SELECT count(*) FILTER (WHERE state = :waiting) AS mails_waiting,
        coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = :waiting)), 0) AS mail_age_seconds,
        count(*) FILTER (WHERE state = :undeliverable) AS mails_undeliverable,
        (SELECT coalesce(extract(epoch FROM now() - max(at)), 1e9) FROM heartbeat) AS worker_silent_seconds
    FROM mail
""")
HELP = {
    "mails_waiting": "E-mails that are not sent",
    "mail_age_seconds": "Age of the oldest of them",
    "mails_undeliverable": "E-mails that came back and that nobody has settled",
    "worker_silent_seconds": "Since a worker of the service last made progress",
}


class MailCollector(Collector):
    """Of all e-mails."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def collect(self) -> Iterable[Metric]:
        try:
            with self.database.scope(None) as session:
                row = session.execute(FIGURES, {"waiting": WAITING, "undeliverable": UNDELIVERABLE}).one()._asdict()
        except SQLAlchemyError as error:
            log().warning("metrics", error=type(error).__name__)
            return
        for name, value in row.items():
            yield gauge(name, HELP[name], {("gateway",): float(value)})
