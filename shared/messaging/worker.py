"""A service's worker process: it consumes messages, relays the outbox, runs periodic jobs and says that it lives."""

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import TextClause, text
from sqlalchemy.exc import SQLAlchemyError

from shared.database.db import SET_MISSION, Database
from shared.documents import issuer
from shared.identity.crypto import Keys
from shared.logs import log, start_logs
from shared.messaging import heartbeat, inbox, outbox
from shared.messaging.bus import BusDown, Consumer, connect_consumer, connect_publisher
from shared.messaging.handlers import Handler
from shared.messaging.listener import Listener
from shared.messaging.relay import Relay
from shared.messaging.retries import reconnect_delay
from shared.observation import traces
from shared.observation.start import observe_worker
from shared.settings import Settings

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

IDLE_SECONDS, DUE_SECONDS, KEEPALIVE_SECONDS = 1.0, 1.0, 0.5
# Longer than any statement, lock or answer may take: past this a thread does not work, it hangs.
HANGING_SECONDS, STOP_SECONDS = 120.0, 10.0
EXIT_HANGING = 70
# When a parked message has waited for people too long.
PARKED_SECONDS = 3600.0
CONNECTION_ERRORS = (BusDown, SQLAlchemyError, psycopg.Error)


@dataclass(frozen=True)
class Job:
    """A periodic job. Two workers of one service may run it at the same time."""

    name: str
    every: float
    run: Callable[[Database], None]


def run(
    settings: Settings,
    handlers: Mapping[str, Handler],
    jobs: Sequence[Job] = (),
    first: TextClause = SET_MISSION,
    collectors: Callable[[Database], Sequence["Collector"]] = lambda _: (),
) -> None:
    """Runs until SIGTERM, finishes the message being handled and exits with 0; with another code when a thread died.

    `first` as in `Database`; `collectors` read the service's own metrics.
    """
    start_logs(settings.service)
    issuer.configure(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = Worker(settings, handlers, jobs, stop, first)
    if settings.observation.port:
        # Imported late: it loads a library that no other process needs.
        from shared.messaging.metrics import JobCollector, MessageCollector

        messages = MessageCollector(settings.service, worker.database, settings.bus_url)
        readers = (messages, JobCollector(settings.service, worker.job_readings), *collectors(worker.database))
        observe_worker(settings, *readers)
    else:
        observe_worker(settings)
    code = worker.work()
    traces.stop()
    sys.stdout.flush()
    # Not sys.exit: that would wait for a thread that hangs.
    os._exit(code)


class Worker:
    """Four threads, and the liveness check over them."""

    def __init__(
        self,
        settings: Settings,
        handlers: Mapping[str, Handler],
        jobs: Sequence[Job],
        stop: threading.Event,
        first: TextClause = SET_MISSION,
    ) -> None:
        self.me, self.bus_url, self.stop = settings.service, settings.bus_url, stop
        self.database = Database(settings.database_url, pool_size=5, first=first)
        keys = Keys(settings.keys, settings.service)
        self.listener = Listener(self.database, keys, handlers, self.go_on)
        self.relay = Relay(self.database, keys, lambda: connect_publisher(self.bus_url, self.me))
        self.jobs = (*jobs, Job("sweep", 3600, delete_expired), Job("watch", 60, log_overdue))
        self.alive: dict[str, float] = {}
        self.done = {job.name: time.monotonic() for job in self.jobs}
        self.failed: Counter[str] = Counter()

    def work(self) -> int:
        """The exit code, once told to stop or once a thread has died or hangs."""
        targets = {"consume": self.consume, "send": self.send, "due": self.do_jobs, "heartbeat": self.record_heartbeats}
        threads = [threading.Thread(target=target, name=name, daemon=True) for name, target in targets.items()]
        for thread in threads:
            self.alive[thread.name] = time.monotonic()
            thread.start()
        log().info("started")
        while not self.stop.wait(IDLE_SECONDS):
            faults = self.faults(threads)
            if faults:
                log().critical("hanging", threads=faults)
                return EXIT_HANGING
        deadline = time.monotonic() + STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        unfinished = [thread.name for thread in threads if thread.is_alive()]
        log().info("stopped", left=unfinished)
        return 1 if unfinished else 0

    def faults(self, threads: Sequence[threading.Thread]) -> list[str]:
        """Threads that have died or make no progress."""
        oldest = time.monotonic() - HANGING_SECONDS
        return [thread.name for thread in threads if not thread.is_alive() or self.alive[thread.name] < oldest]

    def heartbeat(self) -> None:
        """Records that the calling thread makes progress."""
        self.alive[threading.current_thread().name] = time.monotonic()

    def consume(self) -> None:
        """Consumes messages, over as many connections as it takes."""
        failures = 0
        with ThreadPoolExecutor(1, "handle") as executor:
            while not self.stop.is_set():
                self.heartbeat()
                try:
                    # First, or each reconnection would count as another delivery of messages we cannot apply.
                    with self.database.engine.connect() as connection:
                        connection.execute(text("SELECT 1"))
                    consumer = connect_consumer(self.bus_url, self.me)
                    failures = 0
                    try:
                        self.consume_from(consumer, executor)
                    finally:
                        consumer.close()
                except CONNECTION_ERRORS as error:
                    failures += 1
                    self.rest("consume", error, failures)

    def consume_from(self, consumer: Consumer, executor: ThreadPoolExecutor) -> None:
        """One batch at a time, handled by another thread so that this one can keep the connection alive."""
        next_check = 0.0
        while not self.stop.is_set():
            self.heartbeat()
            if time.monotonic() >= next_check:
                self.await_work(consumer, executor.submit(self.listener.apply_due))
                next_check = time.monotonic() + DUE_SECONDS
            batch = consumer.next_batch(IDLE_SECONDS)
            if batch:
                deliveries = [held.delivery for held in batch]
                self.await_work(consumer, executor.submit(self.listener.take, *deliveries))
                consumer.done(*batch)

    def go_on(self) -> bool:
        """Whether to begin another message. Each one that is begun is progress of the thread that consumes."""
        self.alive["consume"] = time.monotonic()
        return not self.stop.is_set()

    def await_work(self, consumer: Consumer, work: Future[Any]) -> None:
        """Keeps the connection alive until the work is done. Raises what it raised."""
        while wait([work], KEEPALIVE_SECONDS).not_done:
            consumer.heartbeat()
        work.result()

    def send(self) -> None:
        """Relays the outbox, and sleeps until a commit wakes it up."""
        failures = 0
        while not self.stop.is_set():
            self.heartbeat()
            try:
                if not self.relay.send_due():
                    self.relay.listen(IDLE_SECONDS)
                failures = 0
            except CONNECTION_ERRORS as error:
                failures += 1
                if isinstance(error, BusDown) and error.paused:
                    self.relay.wait_until_taken(IDLE_SECONDS)
                else:
                    self.rest("send", error, failures)
        self.relay.close()

    def do_jobs(self) -> None:
        """Runs each job at its interval; one that fails is logged and runs again at the next."""
        next_runs = {job.name: time.monotonic() for job in self.jobs}
        while not self.stop.wait(min(1.0, max(0.0, min(next_runs.values()) - time.monotonic()))):
            for job in self.jobs:
                self.heartbeat()
                if time.monotonic() >= next_runs[job.name] and not self.stop.is_set():
                    next_runs[job.name] = time.monotonic() + job.every
                    self.do(job)

    def record_heartbeats(self) -> None:
        """Tells the database that this worker lives. It hangs by itself, and no job or message delays it."""
        while not self.stop.is_set():
            self.heartbeat()
            try:
                with self.database.scope(None) as session:
                    heartbeat.record_heartbeat(session)
            except CONNECTION_ERRORS as error:
                log().warning("connection_lost", who="heartbeat", reason=type(error).__name__)
            self.stop.wait(heartbeat.EVERY_SECONDS)

    def do(self, job: Job) -> None:
        """One run of one job."""
        try:
            job.run(self.database)
            self.done[job.name] = time.monotonic()
            del self.failed[job.name]
        except Exception as error:
            self.failed[job.name] += 1
            log().error("job_failed", job=job.name, error=type(error).__name__, exc_info=error)

    def job_readings(self) -> dict[str, tuple[float, int]]:
        """Per job: how many of its intervals ago it last ended well, and how often it failed since."""
        now = time.monotonic()
        return {job.name: ((now - self.done[job.name]) / job.every, self.failed[job.name]) for job in self.jobs}

    def rest(self, thread: str, error: Exception, failures: int) -> None:
        """Before the next try, longer each time."""
        reason = error.reason if isinstance(error, BusDown) else type(error).__name__
        log().warning("connection_lost", who=thread, reason=reason, failures=failures)
        self.stop.wait(reconnect_delay(failures))


def delete_expired(database: Database) -> None:
    """Deletes rows that can no longer matter."""
    with database.scope(None) as session:
        outbox.delete_expired(session)
        inbox.delete_expired(session)
        heartbeat.delete_expired(session)


def log_overdue(database: Database) -> None:
    """Logs what has waited too long: for the bus, for another message, or for people."""
    with database.scope(None) as session:
        counts = {
            "unsent": outbox.count_unsent(session, heartbeat.LATE_SECONDS),
            "waiting": inbox.count_waiting(session, heartbeat.LATE_SECONDS),
            "parked": inbox.count_parked(session, PARKED_SECONDS),
        }
    if any(counts.values()):
        log().error("late", **counts)
