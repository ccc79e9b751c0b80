"""Conscription: service records, cash allowances and the discharges they buy."""

from flask import Flask

from shared.settings import Settings


def app() -> Flask:
    """The web application, as gunicorn calls it."""
    from services.conscription.api import blueprint
    from shared.values.dates import STATE_ZONE
    from shared.web import document_routes
    from shared.web.service import create_service

    blueprints = [blueprint, document_routes.blueprint]
    return create_service(Settings.load("conscription"), blueprints, lambda _session: (STATE_ZONE,))
