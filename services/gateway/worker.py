"""The process that answers forgotten passwords, sends e-mails and reads what came back."""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from services.gateway.accounts import UNREACHABLE, challenges
from services.gateway.accounts.factors import second_step
from services.gateway.accounts.identity import recover
from services.gateway.accounts.mail import bounces, deliver, notice_mails
from services.gateway.accounts.mail.deliver import Post
from services.gateway.accounts.mail.senders import senders
from services.gateway.accounts.mail.sms import SmsSender
from services.gateway.accounts.registration import first_administrator, sign_ups
from services.gateway.clients import connect
from services.gateway.clients.consular import Consular
from shared.database.db import Database
from shared.errors import Refusal, ServiceFailed
from shared.identity.actor import service
from shared.logs import log, start_logs
from shared.messaging import heartbeat
from shared.observation.start import observe_worker
from shared.settings import Settings

NAME = "gateway"
# Somebody waits for a code, so what is new is looked for often. News of applications may take a third of a minute:
# each look asks for every mission.
POLL_SECONDS, FETCH_SECONDS, HOURLY_SECONDS, DOWN_SECONDS = 1.0, 20.0, 3600.0, 5.0


@dataclass
class Task:
    """Something this process does again and again; `every` is in seconds."""

    name: str
    every: float
    run: Callable[[], object]
    due: float = 0.0


def work(settings: Settings, database: Database, stop: threading.Event) -> None:
    """Works until it is stopped. While the database does not answer it waits."""
    tasks, wait = tasks_of(settings, database), POLL_SECONDS
    while not stop.wait(wait):
        wait = run_due(tasks)


def run_due(tasks: Sequence[Task]) -> float:
    """Does what is due, and gives the seconds to wait.

    A task that fails holds up no other. An error never ends the process: it would be printed with what it quotes.
    """
    wait = POLL_SECONDS
    for task in tasks:
        if time.monotonic() < task.due:
            continue
        try:
            wait = 0.0 if task.run() is True else wait
            task.due = time.monotonic() + task.every
        except UNREACHABLE as error:
            log().warning("database", error=type(error).__name__)
            return DOWN_SECONDS
        except Exception as error:
            log().error("job_failed", job=task.name, error=type(error).__name__, exc_info=error)
            task.due = time.monotonic() + DOWN_SECONDS
    return wait


def tasks_of(settings: Settings, database: Database) -> list[Task]:
    """In the order in which they are done. The heartbeat comes first: a mail server that hangs makes it fall silent."""
    mail, notices = settings.mail, consular_of(settings)
    sms = [SmsSender(provider) for provider in mail.sms]
    post = Post(senders(mail), mail.sender, settings.public_url, settings.secret, sms)
    tasks = [
        Task("heartbeat", heartbeat.EVERY_SECONDS, partial(record_heartbeat, database)),
        Task("recovery", 0.0, partial(answer_recovery, database, settings.secret)),
        Task("mails", 0.0, lambda: deliver.deliver_due(database, post) == deliver.BATCH),
        Task("sweep", HOURLY_SECONDS, partial(sweep, database)),
    ]
    if notices is not None:
        tasks.insert(1, Task("notices", FETCH_SECONDS, partial(fetch_notices, database, notices)))
    if mail.bounces:
        tasks.append(Task("bounces", 0.0, partial(bounces.take_bounces, database, mail.bounces)))
    return tasks


def consular_of(settings: Settings) -> Consular | None:
    """The client of the mission's service, whose notices leave the house here; none where it is not named."""
    if not settings.url_consular:
        return None
    return cast(Consular, connect(settings)["consular"])


def fetch_notices(database: Database, consular: Consular) -> int:
    """Takes over the notices of every mission. One that was queued and not marked is asked again and queued once.

    While the service does not answer, nothing is lost. Gives the number of messages queued.
    """
    queued = 0
    try:
        for mission in consular.offers.missions():
            actor = service(NAME, mission["code"])
            notices = consular.notices.outgoing(actor)
            with database.scope(None) as session:
                for one in notices:
                    once = f"{mission['code']} {one['id']}"
                    queued += notice_mails.queue_notice(session, one["person"], one["kind"], once)
            if notices:
                consular.notices.mark_sent(actor, [one["id"] for one in notices])
    except (Refusal, ServiceFailed) as error:
        log().warning("notices_not_fetched", error=type(error).__name__)
    return queued


def answer_recovery(database: Database, secret: str) -> None:
    """Queues the links to new passwords that were asked for."""
    with database.scope(None) as session:
        recover.answer_requests(session, secret)


def record_heartbeat(database: Database) -> None:
    """Tells the database that e-mails go on: a server of e-mails that holds this process up makes it fall silent."""
    with database.scope(None) as session:
        heartbeat.record_heartbeat(session)


def sweep(database: Database) -> None:
    """Deletes what is long over."""
    with database.scope(None) as session:
        deliver.delete_old(session)
        sign_ups.delete_old(session)
        first_administrator.forget_old(session)
        challenges.delete_old(session)
        second_step.delete_old(session)
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
