"""The gateway: the only face of the platform. Pages, sign-in and languages; no case data of its own."""

from typing import Any

from flask import Flask, Response, current_app, jsonify, redirect, url_for
from werkzeug.wrappers import Response as Answer

from services.gateway import desk, pages
from services.gateway.accounts.mail.senders import check_servers
from services.gateway.clients import connect
from services.gateway.web import current, faults, presentation, security
from services.gateway.web.content.mission_lists import init_lists
from services.gateway.web.days import missions
from services.gateway.web.http.assets import init_assets
from services.gateway.web.http.client_address import ClientAddress
from services.gateway.web.http.compression import init_compression
from services.gateway.web.http.text_request import TextRequest
from services.gateway.web.http.time_limits import init_time_limits
from services.gateway.web.language import init_language, preferred
from services.gateway.web.sent_forms import kept_answers
from services.gateway.web.sent_forms.device_drafts import init_device_drafts
from shared.database import db
from shared.database.db import Database
from shared.database.zones import ZoneCheck
from shared.logs import start_logs
from shared.messaging import heartbeat
from shared.settings import Settings
from shared.web.observation import observe_requests
from shared.web.readiness import Readiness, check_clock


def create_app(configured: Settings, **replaced: Any) -> Flask:
    """The application. `replaced` puts other clients (consular=, ...) in place of the real ones."""
    start_logs("gateway")
    app = Flask(__name__, static_folder=None)
    app.request_class = TextRequest
    app.extensions["settings"] = configured
    app.wsgi_app = ClientAddress(app.wsgi_app, configured.trusted_proxies)  # type: ignore[method-assign]
    app.extensions["database"] = Database(configured.database_url)
    app.extensions["zone_check"] = ZoneCheck(lambda _session: {mission["zone"] for mission in missions()})
    app.extensions["readiness"] = readiness()
    app.extensions.update(connect(configured) | replaced)
    app.extensions["consular"].notices.counts.are_shown = current.is_page_read
    init_assets(app, configured.fonts.resolve())
    init_time_limits(app)
    # What is registered first comes last: everything about the answer is settled by then.
    init_compression(app)
    security.init_security(app)
    kept_answers.init_kept_answers(app)
    init_language(app)
    presentation.init_templates(app)
    init_lists(app)
    init_device_drafts(app)
    faults.init_errors(app)
    observe_requests(app, configured)
    app.add_url_rule("/", "front_door", front_door)
    app.add_url_rule("/health", "health", health)
    app.add_url_rule("/ready", "ready", ready)
    pages.attach(app)
    desk.attach(app)
    return app


def app() -> Flask:
    """For the web server: settings come from the environment."""
    return create_app(Settings.load("gateway"))


def front_door() -> Answer:
    """To the language the browser prefers."""
    answer = redirect(url_for("home.show", lang=preferred()))
    answer.vary.add("Accept-Language")
    return answer


def health() -> Response:
    """The process runs."""
    return jsonify(status="ok")


def readiness() -> Readiness:
    """The accounts and every service answer, and all count the missions' days alike."""
    return Readiness(
        {
            "database": accounts_answer,
            "worker": worker_answers,
            "mail": lambda: check_servers(current.settings().mail),
            "consular": lambda: current.consular().ready(),
            "civil_registry": lambda: current.civil_registry().ready(),
            "conscription": lambda: current.conscription().ready(),
        }
    )


def ready() -> tuple[Response, int]:
    """Who is missing, what exactly a service lacks, and the zones about which it disagrees."""
    refusals = current_app.extensions["readiness"].refusals()
    answer: dict[str, Any] = {"status": "waiting" if refusals else "ready", "missing": list(refusals)}
    for name, param in (("parts", "missing"), ("zones", "zones")):
        if known := {who: one.params[param] for who, one in refusals.items() if param in one.params}:
            answer[name] = known
    return jsonify(answer), 503 if refusals else 200


def worker_answers() -> None:
    """The process that sends e-mails makes progress."""
    with current.accounts().scope(None) as session:
        heartbeat.check_worker(session)


def accounts_answer() -> None:
    """Asks the database of accounts whether its zones are the pages'."""
    with current.accounts().scope(None) as session:
        current.zone_check().check(session)
        check_clock(db.now(session).timestamp())
