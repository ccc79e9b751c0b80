"""Makes a service ready to draw, so that its first document takes no longer than the next."""

import contextlib
import os
import threading

from shared.documents import drawing, typesetting
from shared.errors import Unavailable

NICENESS = 10


def start(service: str) -> threading.Thread:
    """Compiles the service's templates and draws a page that nobody sees, on a thread of low priority."""
    thread = threading.Thread(target=_warm_up, args=(service,), name="documents", daemon=True)
    thread.start()
    return thread


def _warm_up(service: str) -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    page = typesetting.sample_page(service)
    with contextlib.suppress(Unavailable):
        drawing.render(page)
