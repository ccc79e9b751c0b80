"""Conscription: service records, cash allowances and the discharges they buy."""

from flask import Flask

from shared.settings import Settings


def app() -> Flask:
    """The web application, as gunicorn calls it."""
    from services.conscription.api import blueprint
    from shared.web import document_routes
    from shared.web.service import create_service

    return create_service(Settings.load("conscription"), [blueprint, document_routes.blueprint])
