"""The mission: applications, money, papers, passports, everything it owns and answers for."""

from flask import Flask

from shared.settings import Settings


def app() -> Flask:
    """The web application, as gunicorn calls it."""
    from services.consular import missions
    from services.consular.applications import api, settle
    from services.consular.appointments import api as appointments
    from services.consular.bookings import api as bookings
    from services.consular.notices import api as notices
    from services.consular.payments.api import routes
    from shared import document_routes
    from shared.web import create_service

    missions.check_zones()
    blueprints = (
        *api.BLUEPRINTS,
        notices.blueprint,
        appointments.blueprint,
        bookings.blueprint,
        routes(settle.by_answer),
        document_routes.blueprint,
    )
    return create_service(Settings.load("consular"), blueprints)
