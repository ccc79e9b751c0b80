"""What the inner services do alike at their HTTP edge: who asks, may they, in which transaction, how errors read."""

import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import sqlalchemy.exc
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from marshmallow import EXCLUDE, Schema, ValidationError
from sqlalchemy import TextClause
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from shared import deadline
from shared.database import db
from shared.database.db import SET_MISSION, Database
from shared.database.zones import ZoneCheck, Zones
from shared.documents import issuer
from shared.errors import Invalid, NotAllowed, NotFound, Refusal, Unavailable, disk_full, problem
from shared.forms import first_codes
from shared.identity.access import ACCESS, check_role
from shared.identity.actor import Actor, actor_from, partner_from
from shared.identity.crypto import Keys
from shared.logs import log, request_id, start_logs
from shared.messaging import heartbeat
from shared.messaging.bus import BusDown, check_bus
from shared.settings import Settings
from shared.web.observation import observe_requests
from shared.web.readiness import Check, Readiness, check_clock, collect

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
MAX_BODY_BYTES = 9 * 1024 * 1024
OPEN_ENDPOINTS = frozenset({"health", "ready"})
P = ParamSpec("P")
R = TypeVar("R")


def allowed(action: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Names the action of a view; a role without an entry for it is refused before the view runs."""
    if action not in ACCESS:
        raise KeyError(f"no entry in the access table: {action}")

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            check_role(current_actor(), action)
            return view(*args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return declare


def current_actor() -> Actor:
    """For whom this request is made."""
    return cast(Actor, g.actor)


def database() -> Database:
    """This service's database."""
    return cast(Database, current_app.extensions["database"])


def keys() -> Keys:
    """This service's keys."""
    return cast(Keys, current_app.extensions["keys"])


def settings() -> Settings:
    """This process's settings."""
    return cast(Settings, current_app.extensions["settings"])


def transaction() -> AbstractContextManager[Session]:
    """The one transaction of this request, in the actor's mission."""
    return database().transaction(current_actor())


def body(schema: type[Schema]) -> dict[str, Any]:
    """The JSON body, checked. Raises Invalid with a code per field; unknown fields are ignored."""
    payload = request.get_json(silent=True)
    if not isinstance(payload, dict):
        raise Invalid("not_json")
    try:
        return cast(dict[str, Any], schema(unknown=EXCLUDE).load(storable(payload)))
    except ValidationError as error:
        raise Invalid("invalid", errors=first_codes(error)) from error


def storable(value: Any) -> Any:
    """The same without what no column of PostgreSQL takes: the character NUL, and halves of characters."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, dict):
        return {storable(name): storable(part) for name, part in value.items()}
    return [storable(part) for part in value] if isinstance(value, list) else value


def _identify() -> None:
    deadline.start(deadline.READY_SECONDS if request.endpoint == "ready" else deadline.SERVICE_SECONDS)
    request_id.set(request.headers.get("X-Request-ID", "")[:64] or secrets.token_hex(8))
    g.started = time.perf_counter()
    if request.endpoint in OPEN_ENDPOINTS:
        return
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not token:
        raise NotAllowed("token_missing")
    g.actor = _actor_of(token)
    if any(_UNSTORABLE.search(text) for text in (request.path, *request.args.values())):
        raise NotFound()


def _actor_of(token: str) -> Actor:
    """Whom a token speaks for: a visitor, as the gateway says, or a partner that speaks for itself."""
    try:
        return actor_from(keys(), token)
    except NotAllowed:
        return partner_from(keys(), token)


def _finish(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    if request.endpoint not in OPEN_ENDPOINTS:
        milliseconds = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
        route = request.url_rule.rule if request.url_rule else "unknown"
        log().info("request", method=request.method, route=route, status=response.status_code, ms=milliseconds)
    return response


def _problem_response(refusal: Refusal) -> Response:
    response = jsonify(problem(refusal))
    response.status_code = refusal.status
    if refusal.status == Unavailable.status:
        response.headers["Retry-After"] = str(Unavailable.retry_after)
    response.content_type = "application/problem+json"
    return response


def _http_error(error: HTTPException) -> Response:
    refusal = NotFound() if error.code == 404 else Refusal((error.name or "error").lower().replace(" ", "_"))
    response = _problem_response(refusal)
    response.status_code = error.code or 500
    return response


def _database_down(error: sqlalchemy.exc.DBAPIError) -> Response:
    log().error("database", error=type(error.orig).__name__)
    return _problem_response(Unavailable("database_down"))


def _os_error(error: OSError) -> Response:
    refusal = disk_full(error)
    return _problem_response(refusal) if refusal else _unexpected(error)


def _unexpected(error: Exception) -> Response:
    log().error("unexpected", error=type(error).__name__, exc_info=error)
    response = _problem_response(Refusal("unexpected"))
    response.status_code = 500
    return response


def _health() -> Response:
    return jsonify(status="ok")


def _ready() -> Response:
    missing = cast(Readiness, current_app.extensions["readiness"]).refusals()
    if not missing:
        return jsonify(status="ready")
    first = next(iter(missing.values()))
    return _problem_response(Unavailable(first.code, **first.params, missing=", ".join(missing)))


def readiness(service_settings: Settings, checked: Database, zone_check: ZoneCheck) -> dict[str, Check]:
    """What every service must have: its database and what stands in it, and the bus."""

    def ask_database() -> dict[str, Refusal]:
        with checked.scope(None) as session:
            return collect(
                {
                    "zones": lambda: zone_check.check(session),
                    "clock": lambda: check_clock(db.now(session).timestamp()),
                    "worker": lambda: heartbeat.check_worker(session),
                    "outbox": lambda: heartbeat.check_outbox(session),
                }
            )

    def ask_bus() -> None:
        try:
            check_bus(service_settings.bus_url)
        except BusDown as down:
            raise Unavailable("bus_down") from down

    return {"database": ask_database} | ({"bus": ask_bus} if service_settings.bus_url else {})


def create_service(
    service_settings: Settings,
    blueprints: Iterable[Blueprint],
    zones: Zones = lambda _session: (),
    first: TextClause = SET_MISSION,
    checks: Mapping[str, Check] | None = None,
) -> Flask:
    """A service's application, with its database, keys and settings as extensions.

    `zones` names the zones in which the service counts days: it is not ready while the database knows them otherwise.
    `first` as in `Database`; `checks` are what it needs besides to be ready, by name.
    Raises KeyError when a route has no action of the access table.
    """
    start_logs(service_settings.service)
    issuer.configure(service_settings)
    app = Flask(service_settings.service, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions["settings"] = service_settings
    app.extensions["database"] = Database(service_settings.database_url, first=first)
    app.extensions["zone_check"] = ZoneCheck(zones)
    app.extensions["readiness"] = Readiness(
        {**readiness(service_settings, app.extensions["database"], app.extensions["zone_check"]), **(checks or {})}
    )
    app.extensions["keys"] = Keys(service_settings.keys, service_settings.service)
    app.before_request(_identify)
    app.after_request(_finish)
    app.teardown_request(deadline.clear)
    observe_requests(app, service_settings)
    app.register_error_handler(Refusal, _problem_response)
    app.register_error_handler(HTTPException, _http_error)
    for error_type in (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError):
        app.register_error_handler(error_type, _database_down)
    app.register_error_handler(OSError, _os_error)
    app.register_error_handler(Exception, _unexpected)
    app.add_url_rule("/health", "health", _health)
    app.add_url_rule("/ready", "ready", _ready)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    _check_actions(app)
    return app


def _check_actions(app: Flask) -> None:
    undeclared = [
        name for name, view in app.view_functions.items() if name not in OPEN_ENDPOINTS and not hasattr(view, "action")
    ]
    if undeclared:
        raise KeyError(f"routes without an action: {undeclared}")
