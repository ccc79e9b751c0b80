"""The process that consumes messages of the authorities, relays messages to them and runs the missions' due jobs."""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from services.consular.applications.rules import WAITING
from services.consular.bookings import import_bookings
from services.consular.handlers import HANDLERS
from services.consular.identity_checks import decide as checks
from services.consular.inquiries import escalate as inquiries
from services.consular.inquiries import files as inquiry_files
from services.consular.ministries import escalate
from services.consular.missions import do_at_each_mission, each_mission, reference_data
from services.consular.payments.collection import hosted
from services.consular.payments.ledger import close
from services.consular.payments.providers.rules import Answer, AttemptReference
from services.consular.payments.providers.selection import Adapter, provider_of
from services.consular.payments.rates import store as rates
from services.consular.payments.reconciliation import run as reconciliation
from services.consular.payments.refunds import send
from services.consular.uploads import blobs, retention, transfer, waiting
from services.consular.uploads.intake import Intake, open_intake
from services.consular.workflow import lapse, relocate, remind, suspend
from services.consular.workflow.money import refunds, settle, urgency
from services.consular.workflow.money.transfers import settle_transfer
from services.consular.workflow.outcomes import booklet
from services.consular.workflow.promises import overdue, pending_proof
from services.consular.workflow.seats.job import give_seats
from shared.database.db import Database
from shared.errors import Unavailable
from shared.identity.actor import Actor, service
from shared.messaging.worker import Job, run
from shared.settings import Settings
from shared.values.money import Money

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

NAME = "consular"
BOOKLETS_EVERY, PAYMENTS_EVERY, CLOCK_EVERY, PREVIEWS_EVERY = 60.0, 30.0, 60.0, 3600.0
UPLOADS_EVERY, RETENTION_EVERY, RATES_EVERY = 60.0, 3600.0, 3600.0
RELOCATIONS_EVERY, SEATS_EVERY = 60.0, 60.0
TRANSFERS_EVERY, TRANSFERS_PER_RUN = 30.0, 200
# Each mission is compared once on its day; the job looks more often which are due.
BOOKS_EVERY = 900.0
DISPUTES_EVERY = 600.0
# A job may wait this long for a provider that does not answer; the liveness check takes a longer one for a dead thread.
QUERY_SECONDS = 45.0


@dataclass(frozen=True)
class DeadlineProvider:
    """A provider that is queried only until a deadline; the next run queries the attempts that are left."""

    provider: Adapter
    until: float

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        """As the provider does."""
        return self.provider.open_page(reference, money, return_url)

    def query_status(self, attempt: AttemptReference) -> Answer:
        """As the provider does, until the deadline. Raises Unavailable afterwards."""
        self._check_deadline()
        return self.provider.query_status(attempt)

    def close_page(self, attempt: AttemptReference) -> Answer:
        """As the provider does, until the deadline. Raises Unavailable afterwards."""
        self._check_deadline()
        return self.provider.close_page(attempt)

    def list_disputed(self, since: datetime) -> list[str]:
        """As the provider does, until the deadline. Raises Unavailable afterwards."""
        self._check_deadline()
        return self.provider.list_disputed(since)

    def refund(self, key: str, attempt: AttemptReference, money: Money) -> Answer:
        """As the provider does, until the deadline. Raises Unavailable afterwards: nothing was asked of it."""
        self._check_deadline()
        return self.provider.refund(key, attempt, money)

    def query_refund(self, key: str, attempt: AttemptReference) -> Answer:
        """As the provider does, until the deadline. Raises Unavailable afterwards."""
        self._check_deadline()
        return self.provider.query_refund(key, attempt)

    def _check_deadline(self) -> None:
        if time.monotonic() > self.until:
            raise Unavailable("provider_down")


def with_deadline(provider: Adapter) -> DeadlineProvider:
    """The provider for one run of a job."""
    return DeadlineProvider(provider, time.monotonic() + QUERY_SECONDS)


def assign_booklets(database: Database) -> None:
    """Assigns booklets that came into stock to waiting applications, mission by mission."""
    do_at_each_mission(database, service(NAME), lambda session, actor, _: booklet.assign_booklets(session, actor))


def settle_transfers(database: Database) -> None:
    """Settles movements of bank statements that nobody has looked at yet, mission by mission."""
    for actor, _ in each_mission(database, service(NAME)):
        settle_transfer.settle_new(database, actor, TRANSFERS_PER_RUN)


def delete_old_previews(database: Database) -> None:
    """Deletes import previews that nobody decided about, mission by mission."""
    do_at_each_mission(database, service(NAME), lambda session, actor, _: import_bookings.drop_old(session, actor))


def relocate_appointments(database: Database) -> None:
    """Moves or cancels appointments of signed changes that can no longer be undone, mission by mission."""
    relocate.relocate_due(database, service(NAME))


def take_in_uploads(intake: Intake) -> None:
    """Moves uploads of earlier versions into the store, and scans those that wait for the scanner."""
    until = time.monotonic() + QUERY_SECONDS
    for actor, _ in each_mission(intake.database, service(NAME)):
        transfer.transfer_uploads(intake, actor, until)
        transfer.transfer_scans(intake, actor, until)
        waiting.scan_waiting(intake, actor, until)


def delete_old_uploads(intake: Intake) -> None:
    """Ends uploads that are no longer kept, and deletes blobs that nobody uses, batch by batch."""
    until = time.monotonic() + QUERY_SECONDS
    for actor, _ in each_mission(intake.database, service(NAME)):
        end_old_checks(intake, actor)
        end_old_inquiries(intake, actor)
        goes_on = True
        while goes_on and time.monotonic() < until:
            with intake.database.scope(actor.mission) as session:
                ended = retention.end_due(session, actor)
            goes_on = retention.delete_unused(intake, actor) > 0 or ended > 0


def end_old_checks(intake: Intake, actor: Actor) -> None:
    """Ends checks of identity that nobody decided in time, and deletes their photos."""
    with intake.database.scope(actor.mission) as session:
        ended = [owner for reference in checks.expire_due(session, actor) for owner in checks.owners(reference)]
        released = blobs.addresses_of(session, ended)
        blobs.release(session, ended)
    retention.delete_now(intake, str(actor.mission), released)


def end_old_inquiries(intake: Intake, actor: Actor) -> None:
    """Deletes inquiries that nobody confirmed, and the files of those answered long ago."""
    with intake.database.scope(actor.mission) as session:
        ended = inquiry_files.end_due(session, actor)
        released = blobs.addresses_of(session, ended)
        blobs.release(session, ended)
    retention.delete_now(intake, str(actor.mission), released)


def keep_promises(database: Database) -> None:
    """Escalates inquiries and applications past their day, and ends proofs of applications that are over."""
    for verb in (inquiries.escalate_mission, overdue.escalate_mission, pending_proof.end_mission):
        do_at_each_mission(database, service(NAME), verb)


def query_provider(provider: Adapter, database: Database) -> None:
    """Asks the provider about pending payments, and sends refunds that are due."""
    deadline_provider = with_deadline(provider)
    hosted.refresh_pending(database, service(NAME), deadline_provider, settle.by_answer)
    send.send_due(database, service(NAME), deadline_provider, refunds.by_answer)


def query_disputes(provider: Adapter, database: Database) -> None:
    """Asks the provider about disputed payments."""
    hosted.refresh_disputed(database, service(NAME), with_deadline(provider), settle.by_answer)


def compare_books(provider: Adapter, database: Database) -> None:
    """Compares the journal with the provider and the bank at each mission that is due."""
    reconciliation.run_due(database, service(NAME), with_deadline(provider).query_status)


def run_daily(provider: Adapter, database: Database) -> None:
    """Reminds first, so that an applicant may still be in time; then ends the applications that are over."""
    deadline_provider = with_deadline(provider)
    remind.remind_due(database, service(NAME))
    lapse.lapse_due(database, service(NAME), deadline_provider)
    suspend.close_due(database, service(NAME), deadline_provider)
    do_at_each_mission(database, service(NAME), urgency.refund_missed)
    do_at_each_mission(database, service(NAME), close.close_days)
    escalate.remind_due(database, service(NAME))
    keep_promises(database)


def read_rates(source: str, database: Database) -> None:
    """Loads exchange rates from the source, where one is set."""
    if source:
        rates.load(database, source)


def jobs(settings: Settings) -> list[Job]:
    """The periodic jobs of the consular service."""
    provider = provider_of(settings)
    return [
        Job("booklets", BOOKLETS_EVERY, assign_booklets),
        Job("payments", PAYMENTS_EVERY, partial(query_provider, provider)),
        Job("transfers", TRANSFERS_EVERY, settle_transfers),
        Job("disputes", DISPUTES_EVERY, partial(query_disputes, provider)),
        Job("books", BOOKS_EVERY, partial(compare_books, provider)),
        Job("days", CLOCK_EVERY, partial(run_daily, provider)),
        Job("relocations", RELOCATIONS_EVERY, relocate_appointments),
        Job("seats", SEATS_EVERY, lambda database: give_seats(database, service(NAME))),
        Job("previews", PREVIEWS_EVERY, delete_old_previews),
        Job("rates", RATES_EVERY, partial(read_rates, settings.rates_source)),
        Job("uploads", UPLOADS_EVERY, lambda database: take_in_uploads(open_intake(settings, database))),
        Job("retention", RETENTION_EVERY, lambda database: delete_old_uploads(open_intake(settings, database))),
    ]


def collectors(database: Database) -> list["Collector"]:
    """What is seen of the missions, where somebody looks."""
    # Imported late: it loads a library that no other process needs.
    from services.consular.views.operations.metrics import MissionCollector

    return [MissionCollector(database, service(NAME), WAITING)]


def main() -> None:
    """Runs until it is stopped."""
    settings = Settings.load(NAME)
    run(settings, HANDLERS, jobs(settings), reference_data.FIRST, collectors)


if __name__ == "__main__":
    main()
