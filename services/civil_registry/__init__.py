"""The civil registry: who people are, what their entries say, and the extracts drawn from them."""

from flask import Flask

from shared.settings import Settings


def app() -> Flask:
    """The web application, as gunicorn calls it."""
    from services.civil_registry.api import blueprint
    from services.civil_registry.registrar import api as registrar
    from services.civil_registry.rules import ZONE
    from shared.web import document_routes
    from shared.web.service import create_service

    blueprints = [blueprint, registrar.blueprint, document_routes.blueprint]
    return create_service(Settings.load("civil_registry"), blueprints, lambda _session: (ZONE,))
