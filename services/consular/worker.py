"""The process that hears the authorities, sends to them, and does what is due at the missions."""

import time
from dataclasses import dataclass

from services.consular.bookings import import_bookings
from services.consular.handlers import HANDLERS
from services.consular.ministries import escalate
from services.consular.missions import each_mission
from services.consular.payments import hosted
from services.consular.payments.provider import Provider
from services.consular.payments.rules import Answer
from services.consular.workflow import booklet, lapse, remind, settle, suspend
from shared.database.db import Database
from shared.errors import Unavailable
from shared.identity.actor import service
from shared.messaging.worker import Job, run
from shared.settings import Settings
from shared.values.money import Money

NAME = "consular"
BOOKLETS_EVERY, PAYMENTS_EVERY, CLOCK_EVERY, PREVIEWS_EVERY = 60.0, 30.0, 60.0, 3600.0
# A silent provider may keep a job for as long as this; the watchman takes a longer silence for a dead thread.
ASKING_SECONDS = 45.0


@dataclass(frozen=True)
class DeadlineProvider:
    """A provider that is no longer asked once its time is up: what is left is asked in the next run."""

    provider: Provider
    until: float

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        """As the provider does."""
        return self.provider.open_page(reference, money, return_url)

    def ask(self, reference: str) -> Answer:
        """As the provider does, while there is time. Raises Unavailable afterwards."""
        if time.monotonic() > self.until:
            raise Unavailable("provider_down")
        return self.provider.ask(reference)


def serve_waiting(database: Database) -> None:
    """Booklets that came into stock go to those who wait, mission by mission."""
    for actor, _ in each_mission(database, service(NAME)):
        with database.scope(actor.mission) as session:
            booklet.serve_waiting(session, actor)


def forget_previews(database: Database) -> None:
    """Files of bookings that nobody decided about, mission by mission."""
    for actor, _ in each_mission(database, service(NAME)):
        with database.scope(actor.mission) as session:
            import_bookings.forget_old(session, actor)


def jobs(settings: Settings) -> list[Job]:
    """What the consular service does again and again."""
    provider = Provider(settings.provider_url, next(iter(settings.provider_secret), ""))

    def ask_provider(database: Database) -> None:
        hurried = DeadlineProvider(provider, time.monotonic() + ASKING_SECONDS)
        hosted.refresh_pending(database, service(NAME), hurried, settle.by_answer)

    def watch_days(database: Database) -> None:
        """First who may still be in time is told, then what is over ends."""
        hurried = DeadlineProvider(provider, time.monotonic() + ASKING_SECONDS)
        remind.remind_due(database, service(NAME))
        lapse.lapse_due(database, service(NAME), hurried)
        suspend.close_due(database, service(NAME), hurried)
        escalate.remind_due(database, service(NAME))

    return [
        Job("booklets", BOOKLETS_EVERY, serve_waiting),
        Job("payments", PAYMENTS_EVERY, ask_provider),
        Job("days", CLOCK_EVERY, watch_days),
        Job("previews", PREVIEWS_EVERY, forget_previews),
    ]


def main() -> None:
    """Until told to stop."""
    settings = Settings.load(NAME)
    run(settings, HANDLERS, jobs(settings))


if __name__ == "__main__":
    main()
