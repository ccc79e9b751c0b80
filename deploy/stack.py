"""What runs: four web processes, three workers, stand-ins for card provider and ministries, and what each is told."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from deploy.children import Child, listen
from deploy.data import DataFolder
from deploy.database import BUS, SERVICES
from deploy.nursery import Nursery
from shared.identity.actor import MINISTRIES

ROOT = Path(__file__).parent.parent
INNER = ("consular", "civil_registry", "conscription")
PROVIDER = "provider"
Listeners = Mapping[str, socket]


@dataclass(frozen=True)
class Stack:
    """In the order in which they are stopped: first no new requests, then no new work."""

    gateway: Child
    services: tuple[Child, ...]
    workers: tuple[Child, ...]
    provider: Child
    ministries: Child | None = None

    @property
    def children(self) -> tuple[Child, ...]:
        stand_ins = (self.provider, self.ministries) if self.ministries else (self.provider,)
        return (self.gateway, *self.services, *self.workers, *stand_ins)


def listeners_on(port: int) -> Listeners:
    """The gateway's on that port, the others' on free ones. Raises OSError when the port is taken."""
    return {SERVICES[0]: listen(port)} | {name: listen() for name in (*INNER, PROVIDER)}


def build(folder: DataFolder, urls: Mapping[str, str], listeners: Listeners, nursery: Nursery | None = None) -> Stack:
    """Nothing runs yet. Without a nursery every child will be an interpreter of its own."""
    ports = {name: int(listener.getsockname()[1]) for name, listener in listeners.items()}
    common = common_environment(folder, ports, bus_url(urls))

    def child(name: str, command: list[str], ready_at: str = "/ready", **more: str) -> Child:
        whole = [sys.executable, "-m", *command]
        return Child(name, whole, common | more, folder.logs, listeners.get(name), ready_at, nursery)

    def web(service: str) -> Child:
        bind = f"fd://{listeners[service].fileno()}"
        command = ["gunicorn", "-c", str(ROOT / "deploy/gunicorn_conf.py"), "--bind", bind, f"services.{service}:app()"]
        return child(service, command, MAHJAR_DATABASE_URL=urls[service])

    def worker(service: str) -> Child:
        return child(f"{service}-worker", [f"services.{service}.worker"], MAHJAR_DATABASE_URL=urls[service])

    def provider() -> Child:
        inherited = str(listeners[PROVIDER].fileno())
        return child(PROVIDER, ["deploy.sandbox.provider"], "/health", MAHJAR_PROVIDER_FD=inherited)

    def ministries() -> Child | None:
        """Nobody stands in for a ministry where papers are no specimens."""
        if common.get("MAHJAR_SPECIMEN", "1") == "0":
            return None
        return child(MINISTRIES, ["deploy.sandbox.ministries"])

    return Stack(
        gateway=web(SERVICES[0]),
        services=tuple(web(service) for service in INNER),
        workers=tuple(worker(service) for service in INNER),
        provider=provider(),
        ministries=ministries(),
    )


def bus_url(urls: Mapping[str, str]) -> str:
    """A broker when one is named, else the queues in PostgreSQL."""
    return os.environ.get("BUS_URL") or urls[BUS].replace("postgresql+psycopg://", "pgmq://")


def common_environment(folder: DataFolder, ports: Mapping[str, int], bus: str) -> dict[str, str]:
    secrets = folder.secrets()
    gateway = f"http://127.0.0.1:{ports['gateway']}"
    told = {
        "MAHJAR_BUS_URL": bus,
        "MAHJAR_KEYS": str(folder.keys),
        "MAHJAR_FONTS": str(folder.fonts),
        "MAHJAR_PUBLIC_URL": os.environ.get("MAHJAR_PUBLIC_URL", gateway),
        "MAHJAR_SECRET": secrets["session"],
        "MAHJAR_PROVIDER_URL": f"http://127.0.0.1:{ports[PROVIDER]}",
        "MAHJAR_PROVIDER_SECRET": secrets["provider"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    upstreams = {f"MAHJAR_URL_{name.upper()}": f"http://127.0.0.1:{ports[name]}" for name in INNER}
    return {**os.environ, **told, **upstreams}
