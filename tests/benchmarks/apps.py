"""Three small web applications for the hop: a service that says hello, and two gateways in front of it."""

import http.client
import json
import os
import secrets
import threading
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, jsonify, request

from services.gateway.clients.http import Client
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from shared.logs import request_id
from shared.settings import Settings
from shared.web.service import allowed, create_service

blueprint = Blueprint("hello", __name__)
UPSTREAM = "MAHJAR_URL_CONSULAR"
# How many a page asks for one visitor.
QUESTIONS = 4


@blueprint.get("/hello")
@allowed("mission.list")
def hello() -> dict[str, str]:
    """What an inner service does for every request, and nothing more."""
    return {"hello": "world"}


def inner() -> Flask:
    """A service like the others: token checked, role checked, logged; no database."""
    return create_service(Settings.load("consular"), [blueprint])


def ours() -> Flask:
    """A gateway that asks as the gateway asks: a token signed for this visitor, a request id, a pool."""
    configured = Settings.load("gateway")
    client = Client(configured.url_consular, Keys(configured.keys, "gateway"), "consular")
    app, asked = _bare(), count()

    def relayed() -> Any:
        request_id.set(secrets.token_hex(8))
        visitor = Actor("expatriate", f"visitor-{next(asked) // QUESTIONS}", "expatriate", "RUH")
        return jsonify(client.get("/hello", visitor))

    app.add_url_rule("/hello", "hello", relayed)
    return app


def floor() -> Flask:
    """A gateway of the standard library: one kept connection per thread, and the visitor's own token handed on."""
    address = urlsplit(os.environ[UPSTREAM])
    kept = threading.local()
    app = _bare()

    def relayed() -> Any:
        if not hasattr(kept, "connection"):
            kept.connection = http.client.HTTPConnection(address.hostname or "", address.port)
        kept.connection.request("GET", "/hello", headers={"Authorization": request.headers["Authorization"]})
        return jsonify(json.loads(kept.connection.getresponse().read()))

    app.add_url_rule("/hello", "hello", relayed)
    return app


def _bare() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/health", "health", lambda: {"status": "ok"})
    return app
