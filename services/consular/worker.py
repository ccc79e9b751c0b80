"""The process that hears the authorities, sends to them, and does what is due at the missions."""

import time
from dataclasses import dataclass

from services.consular import missions
from services.consular.applications import resolve, settle
from services.consular.applications.deadlines import lapse, remind
from services.consular.applications.decrees import suspend
from services.consular.applications.letters import press
from services.consular.bookings import bring_in
from services.consular.handlers import HANDLERS
from services.consular.payments import hosted
from services.consular.payments.provider import Provider
from services.consular.payments.rules import Answer
from shared.db import Database
from shared.errors import Unavailable
from shared.identity import service
from shared.money import Money
from shared.settings import Settings
from shared.worker import Job, run

NAME = "consular"
BOOKLETS_EVERY, PAYMENTS_EVERY, CLOCK_EVERY, PREVIEWS_EVERY = 60.0, 30.0, 60.0, 3600.0
# A silent provider may keep a job for as long as this; the watchman takes a longer silence for a dead thread.
ASKING_SECONDS = 45.0


@dataclass(frozen=True)
class Hurried:
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
    with database.scope(None) as session:
        codes = [mission.code for mission in missions.listed(session)]
    for code in codes:
        with database.scope(code) as session:
            resolve.serve_waiting(session, service(NAME, code))


def forget_previews(database: Database) -> None:
    """Files of bookings that nobody decided about, mission by mission."""
    with database.scope(None) as session:
        codes = [mission.code for mission in missions.listed(session)]
    for code in codes:
        with database.scope(code) as session:
            bring_in.forget_old(session, service(NAME, code))


def jobs(settings: Settings) -> list[Job]:
    """What the consular service does again and again."""
    provider = Provider(settings.provider_url, next(iter(settings.provider_secret), ""))

    def ask_provider(database: Database) -> None:
        hurried = Hurried(provider, time.monotonic() + ASKING_SECONDS)
        hosted.refresh_pending(database, service(NAME), hurried, settle.by_answer)

    def watch_days(database: Database) -> None:
        """First who may still be in time is told, then what is over ends."""
        hurried = Hurried(provider, time.monotonic() + ASKING_SECONDS)
        remind.remind_due(database, service(NAME))
        lapse.lapse_due(database, service(NAME), hurried)
        suspend.close_due(database, service(NAME), hurried)
        press.press_due(database, service(NAME))

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
