"""The processes of the platform on one machine, and the environment of each: four web processes and four workers."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from deploy.dev.servers.fork_server import ForkServer
from deploy.dev.supervisor import Child, listen
from deploy.platform.data_folder import DataFolder
from deploy.platform.database.roles import SERVICES
from deploy.platform.mode import load_secrets
from deploy.platform.provision import bus_url
from shared.identity.actor import MINISTRIES

ROOT = Path(__file__).parents[2]
INNER = ("consular", "civil_registry", "conscription")
# In the order of the ports of their metrics.
OBSERVED = (*SERVICES, *(f"{service}-worker" for service in SERVICES))
PROVIDER = "provider"
GUNICORN = ROOT / "deploy/platform/web/gunicorn_conf.py"
Listeners = Mapping[str, socket]


@dataclass(frozen=True)
class Stack:
    """The processes in the order in which they stop: first no new requests, then no new work."""

    gateway: Child
    services: tuple[Child, ...]
    workers: tuple[Child, ...]
    sandbox: tuple[Child, ...] = ()

    @property
    def supervised(self) -> tuple[Child, ...]:
        return (self.gateway, *self.services, *self.workers, *self.sandbox)


def listeners_on(port: int, demo: bool = True) -> Listeners:
    """Sockets: the gateway's on the given port, the others' on free ports. Raises OSError when the port is taken."""
    return {SERVICES[0]: listen(port)} | {name: listen() for name in (*INNER, *((PROVIDER,) if demo else ()))}


def build(
    folder: DataFolder, urls: Mapping[str, str], listeners: Listeners, fork_server: ForkServer | None = None
) -> Stack:
    """Describes the processes and starts none. Without a fork server each one is an interpreter of its own."""
    ports = {name: int(listener.getsockname()[1]) for name, listener in listeners.items()}
    environment = common_environment(folder, ports, bus_url(urls, os.environ))

    metrics = {name: metrics_address(place) for place, name in enumerate(OBSERVED)}

    def child(name: str, command: list[str], ready_at: str = "/ready", **more: str) -> Child:
        more |= {"MAHJAR_METRICS": metrics.get(name, "")}
        whole = [sys.executable, "-m", *command]
        return Child(name, whole, environment | more, folder.logs, listeners.get(name), ready_at, fork_server)

    def web(service: str) -> Child:
        bind = f"fd://{listeners[service].fileno()}"
        command = ["gunicorn", "-c", str(GUNICORN), "--bind", bind, f"services.{service}:app()"]
        return child(service, command, MAHJAR_DATABASE_URL=urls[service])

    def worker(service: str) -> Child:
        return child(f"{service}-worker", [f"services.{service}.worker"], MAHJAR_DATABASE_URL=urls[service])

    def sandbox() -> tuple[Child, ...]:
        """The demo's card provider and ministries; production has none and so no socket for them."""
        if PROVIDER not in listeners:
            return ()
        inherited = str(listeners[PROVIDER].fileno())
        provider = child(PROVIDER, ["deploy.demo.sandbox.provider"], "/health", MAHJAR_PROVIDER_FD=inherited)
        return provider, child(MINISTRIES, ["deploy.demo.sandbox.ministries"])

    return Stack(
        gateway=web(SERVICES[0]),
        services=tuple(web(service) for service in INNER),
        workers=tuple(worker(service) for service in (*INNER, SERVICES[0])),
        sandbox=sandbox(),
    )


def metrics_address(place: int) -> str:
    """Where a process shows its metrics: MAHJAR_METRICS_PORT and those after it, or nowhere."""
    first = os.environ.get("MAHJAR_METRICS_PORT")
    return f"127.0.0.1:{int(first) + place}" if first else ""


def common_environment(folder: DataFolder, ports: Mapping[str, int], bus: str) -> dict[str, str]:
    demo = PROVIDER in ports
    secrets = load_secrets(folder, os.environ, demo)
    gateway = f"http://127.0.0.1:{ports['gateway']}"
    settings = {
        "MAHJAR_BUS_URL": bus,
        "MAHJAR_KEYS": str(folder.keys),
        "MAHJAR_FONTS": str(folder.fonts),
        "MAHJAR_UPLOADS": os.environ.get("MAHJAR_UPLOADS") or str(folder.uploads),
        "MAHJAR_PUBLIC_URL": os.environ.get("MAHJAR_PUBLIC_URL", gateway),
        "MAHJAR_SECRET": secrets["session"],
        "MAHJAR_PROVIDER_SECRET": secrets["provider"],
        "MAHJAR_WEBHOOK_SECRET": secrets["webhook"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    upstreams = {f"MAHJAR_URL_{name.upper()}": f"http://127.0.0.1:{ports[name]}" for name in INNER}
    stand_in = f"http://127.0.0.1:{ports.get(PROVIDER)}"
    mailbox = {"MAHJAR_MAILDIR": str(folder.mailbox), "MAHJAR_MAILBOX_URL": f"{stand_in}/mailbox"}
    mailbox |= {"MAHJAR_SMS_URL": f"{stand_in}/sms", "MAHJAR_SMS_TOKEN": "specimen"}
    sandbox = (
        {"MAHJAR_PROVIDER_URL": stand_in, "MAHJAR_BEACON": f"{stand_in}/beacon/{{epoch}}", **mailbox} if demo else {}
    )
    return {**os.environ, **settings, **upstreams, **sandbox}
