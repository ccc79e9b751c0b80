"""How the four web processes are served: one preloaded application, few processes, threads for the waiting."""

import os
import tempfile
from typing import Any

from deploy.platform.subprocess_guard import die_with_parent
from deploy.platform.web import warm_up
from shared.documents.model import KINDS
from shared.observation import traces
from shared.observation.start import listen_for_web_processes

if os.environ.get("MAHJAR_METRICS"):
    # Before the application is loaded: each process writes its metrics into a file here.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")

worker_class = "deploy.platform.web.web_worker.BoundedWorker"
workers = int(os.environ.get("MAHJAR_WEB_PROCESSES", "1"))
threads = int(os.environ.get("MAHJAR_WEB_THREADS", "8"))
preload_app = True
# The gateway keeps its connections to the services open between requests.
keepalive = 75
timeout = 60
graceful_timeout = 10
# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 (gunicorn makes a private file)
control_socket_disable = True
accesslog = None
loglevel = "warning"


def when_ready(server: Any) -> None:
    """Metrics are read from this process, which serves no requests."""
    settings = getattr(server.app.wsgi(), "extensions", {}).get("settings")
    if settings is not None:
        listen_for_web_processes(settings)


def worker_exit(_server: Any, _worker: Any) -> None:
    traces.stop()


def child_exit(_server: Any, worker: Any) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def post_fork(_server: Any, worker: Any) -> None:
    die_with_parent(worker.ppid)


def post_worker_init(worker: Any) -> None:
    """Drops connections that the parent opened while it loaded the application; makes ready for the first visitor."""
    database = getattr(worker.wsgi, "extensions", {}).get("database")
    if database is not None:
        database.engine.dispose(close=False)
    service = getattr(worker.wsgi, "name", "")
    if service in {kind.service for kind in KINDS.values()}:
        warm_up.start(service, worker.wsgi.extensions.get("warm_up", ()))
