"""The civil registry: who people are, what their entries say, and the extracts drawn from them."""

from flask import Flask

from shared.settings import Settings


def app() -> Flask:
    """The web application, as gunicorn calls it."""
    from services.civil_registry.api import blueprint
    from services.civil_registry.registrar import api as registrar
    from shared.web import document_routes
    from shared.web.service import create_service

    return create_service(Settings.load("civil_registry"), [blueprint, registrar.blueprint, document_routes.blueprint])
