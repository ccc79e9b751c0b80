"""A listener of its own for metrics: never a route of the pages, and closed to whoever has no token."""

import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from shared.logs import log
from shared.settings.observation import ObservationSettings


def listen(settings: ObservationSettings, registry: CollectorRegistry) -> ThreadingHTTPServer:
    """Serves on a thread until the process ends. Raises OSError where the port is taken."""

    class Handler(_Handler):
        token = settings.token.encode()

    Handler.registry = registry
    server = ThreadingHTTPServer((settings.host, settings.port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    registry: CollectorRegistry
    token = b""
    timeout = 10

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self._answer(404, b"")
        elif not self._is_allowed():
            self._answer(401, b"")
        else:
            try:
                self._answer(200, generate_latest(self.registry))
            except OSError:
                # The reader has gone.
                self.close_connection = True

    def _is_allowed(self) -> bool:
        sent = self.headers.get("Authorization", "").encode(errors="replace")
        return not self.token or hmac.compare_digest(sent, b"Bearer " + self.token)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: ARG002
        """Only what went wrong: a reader comes every few seconds."""
        if args and str(args[1] if len(args) > 1 else "").startswith(("4", "5")):
            log().warning("metrics", status=str(args[1]))
