"""Makes a service ready, so that its first calendar, upload and document take no longer than the next."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable

from shared.documents import drawing, typesetting
from shared.errors import Unavailable
from shared.logs import log

NICENESS = 10


def start(service: str, first: Iterable[Callable[[], object]] = ()) -> threading.Thread:
    """Does what the service wants done first; then compiles its templates and draws a page that nobody sees, on a
    thread of low priority."""
    thread = threading.Thread(target=_warm_up, args=(service, tuple(first)), name="documents", daemon=True)
    thread.start()
    return thread


def _warm_up(service: str, first: Iterable[Callable[[], object]]) -> None:
    # At the usual priority: a process that is started here would keep a lower one for its whole life.
    for prepare in first:
        try:
            prepare()
        except Exception as error:
            # The first visitor does it then.
            log().warning("not_warm", error=type(error).__name__)
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    page = typesetting.sample_page(service)
    with contextlib.suppress(Unavailable):
        drawing.render(page)
