"""The mission: applications, money, papers, passports, everything it owns and answers for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask

from shared.settings import Settings

if TYPE_CHECKING:
    # The process that decodes uploads loads this package too, and has little memory.
    from shared.database.db import Database


def app() -> Flask:
    """The web application, as gunicorn calls it."""
    from services.consular import api, missions
    from services.consular.api import bookings, notices
    from services.consular.api import openings as appointments
    from services.consular.api.money.prices import routes
    from services.consular.missions import reference_data
    from services.consular.uploads.decoding import client as decoding
    from services.consular.uploads.intake import open_intake
    from services.consular.workflow.money import refunds, settle
    from shared.web import document_routes
    from shared.web.service import create_service

    missions.check_zones()
    blueprints = (
        *api.BLUEPRINTS,
        notices.blueprint,
        appointments.blueprint,
        bookings.blueprint,
        routes(settle.by_answer, refunds.by_answer),
        document_routes.blueprint,
    )
    settings = Settings.load("consular")
    service = create_service(settings, blueprints, missions.zones, reference_data.FIRST, checks(settings))
    service.after_request(notices.add_unread)
    service.extensions["intake"] = open_intake(settings, service.extensions["database"])
    service.extensions["warm_up"] = (decoding.start, lambda: read_first_calendar(service.extensions["database"]))
    return service


def read_first_calendar(database: "Database") -> None:
    """What the first visitor of a calendar would wait for: holidays, opening hours and their zones, read once."""
    from services.consular.api import openings
    from services.consular.missions import calendar, list_all

    with database.scope(None) as session:
        codes = [mission.code for mission in list_all(session)]
    for code in codes:
        with database.scope(code) as session:
            if services := calendar.services(session, code):
                openings.free_times(session, code, services[0])
                return


def checks(settings: Settings) -> dict[str, Callable[[], None]]:
    """What the mission's service needs besides its database: where uploads lie, who scans them, who takes cards."""
    from services.consular.payments.providers.selection import provider_of
    from services.consular.uploads.scanner import Scanner
    from services.consular.uploads.storage.s3 import S3Store
    from shared.web.readiness import check_disk

    uploads, provider = settings.uploads, provider_of(settings)
    needed: dict[str, Callable[[], None]] = {
        "storage": S3Store(uploads.s3).check if uploads.s3 else lambda: check_disk(uploads.folder)
    }
    if uploads.scanner:
        needed["scanner"] = Scanner(uploads.scanner).check
    if settings.takes_cards:
        needed["provider"] = provider.check
    return needed
