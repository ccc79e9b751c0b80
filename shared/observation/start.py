"""Starts what a process shows of itself. Without its variables nothing is imported, and nothing costs anything."""

import os
from typing import TYPE_CHECKING

from shared.settings import Settings

if TYPE_CHECKING:
    from prometheus_client.registry import Collector


def observe_worker(settings: Settings, *collectors: "Collector") -> None:
    """Shows what the collectors of a worker read; traces its messages."""
    if settings.observation.traces:
        from shared.observation import traces

        traces.configure(settings.service, settings.observation.traces)
    if settings.observation.port:
        from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector

        from shared.observation.listener import listen

        registry = CollectorRegistry()
        for collector in collectors:
            registry.register(collector)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        listen(settings.observation, registry)


def listen_for_web_processes(settings: Settings) -> None:
    """In the process that started the web processes: adds up what each of them wrote into their common folder."""
    if settings.observation.port and os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import CollectorRegistry
        from prometheus_client.multiprocess import MultiProcessCollector

        from shared.observation.listener import listen

        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        listen(settings.observation, registry)
