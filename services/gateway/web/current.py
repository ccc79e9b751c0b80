"""What belongs to the current request: the visitor, the clients of the services, the database of accounts."""

from dataclasses import replace
from typing import cast

from flask import current_app, g, has_request_context, request

from services.gateway.accounts.sessions import Visitor
from services.gateway.clients.civil_registry import CivilRegistry
from services.gateway.clients.conscription import Conscription
from services.gateway.clients.consular import Consular
from shared.database.db import Database
from shared.database.zones import ZoneCheck
from shared.errors import NotAllowed
from shared.identity.actor import ANONYMOUS, Actor
from shared.settings import Settings


def settings() -> Settings:
    """This process's settings."""
    return cast(Settings, current_app.extensions["settings"])


def accounts() -> Database:
    """The database of accounts and sessions."""
    return cast(Database, current_app.extensions["database"])


def zone_check() -> ZoneCheck:
    """Whether the database of accounts knows the missions' zones as the pages do."""
    return cast(ZoneCheck, current_app.extensions["zone_check"])


def consular() -> Consular:
    """The mission's own service."""
    return cast(Consular, current_app.extensions["consular"])


def civil_registry() -> CivilRegistry:
    """The register of persons."""
    return cast(CivilRegistry, current_app.extensions["civil_registry"])


def conscription() -> Conscription:
    """The register of service records."""
    return cast(Conscription, current_app.extensions["conscription"])


def is_page_read() -> bool:
    """Whether this request is answered by a page; after a form there is usually none."""
    return has_request_context() and request.method == "GET"


def visitor_or_none() -> Visitor | None:
    """Who is signed in, if anybody is."""
    return cast(Visitor | None, g.get("visitor"))


def visitor() -> Visitor:
    """Who is signed in. The access table lets nobody else reach pages that call this."""
    known = visitor_or_none()
    if known is None:
        raise NotAllowed()
    return known


def actor(mission: str | None = None) -> Actor:
    """The actor for whom a service is asked: the visitor, or an anonymous actor at the mission."""
    known = visitor_or_none()
    if known is not None and mission in (None, known.mission):
        return known.actor
    return Actor(ANONYMOUS.kind, ANONYMOUS.id, ANONYMOUS.role, mission)


def acting_at(mission: str) -> Actor:
    """The visitor as an actor at the mission that owns a file: expatriates keep their files when they move."""
    known = visitor()
    return known.actor if known.is_staff else replace(known.actor, mission=mission)
