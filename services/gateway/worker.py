"""The process that sends e-mails and reads what came back."""

import signal
import threading
import time

from services.gateway.accounts import UNREACHABLE, sign_ups
from services.gateway.accounts.mail import bounces, deliver
from services.gateway.accounts.mail.deliver import Post
from services.gateway.accounts.mail.senders import senders
from shared.database.db import Database
from shared.logs import log, start_logs
from shared.messaging import heartbeat
from shared.observation.start import observe_worker
from shared.settings import Settings

NAME = "gateway"
# Somebody waits for a code, so what is new is looked for often; the rest is not urgent.
POLL_SECONDS, HOURLY_SECONDS, DOWN_SECONDS = 1.0, 3600.0, 5.0


def work(settings: Settings, database: Database, stop: threading.Event) -> None:
    """Sends until it is stopped. While the database does not answer it waits."""
    mail = settings.mail
    post = Post(senders(mail), mail.sender, settings.public_url, settings.secret)
    next_sweep, next_beat, wait = 0.0, 0.0, POLL_SECONDS
    while not stop.wait(wait):
        try:
            if time.monotonic() >= next_beat:
                record_heartbeat(database)
                next_beat = time.monotonic() + heartbeat.EVERY_SECONDS
            sent = deliver.deliver_due(database, post)
            if mail.bounces:
                bounces.take_bounces(database, mail.bounces)
            if time.monotonic() >= next_sweep:
                sweep(database)
                next_sweep = time.monotonic() + HOURLY_SECONDS
            wait = 0.0 if sent == deliver.BATCH else POLL_SECONDS
        except UNREACHABLE as error:
            log().warning("database", error=type(error).__name__)
            wait = DOWN_SECONDS


def record_heartbeat(database: Database) -> None:
    """Tells the database that e-mails go on: a server of e-mails that holds this process up makes it fall silent."""
    with database.scope(None) as session:
        heartbeat.record_heartbeat(session)


def sweep(database: Database) -> None:
    """Deletes what is long over."""
    with database.scope(None) as session:
        deliver.delete_old(session)
        sign_ups.delete_old(session)
        heartbeat.delete_expired(session)


def main() -> None:
    """Runs until SIGTERM."""
    settings = Settings.load(NAME)
    start_logs(NAME)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log().info("started")
    database = Database(settings.database_url, pool_size=1)
    if settings.observation.port:
        # Imported late: it loads a library that no other process needs.
        from services.gateway.accounts.mail.metrics import MailCollector

        # With a connection of its own: a mail server that hangs must not hide that it does.
        observe_worker(settings, MailCollector(Database(settings.database_url, pool_size=1)))
    else:
        observe_worker(settings)
    work(settings, database, stop)
    log().info("stopped")


if __name__ == "__main__":
    main()
