"""Installs and starts the doubles that others wrote. Hashes are in the locks; none of them is part of the product."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import requests

from deploy.dev.install import UV, pip_settings, uv_settings
from deploy.dev.servers.postgres import free_port

FOLDER = Path(__file__).parent
LOCALSTRIPE, LOCK = FOLDER.parents[1] / ".data" / "doubles" / "localstripe", FOLDER / "localstripe.lock"
LIMIT_SECONDS = 60.0
# Its own command listens on every address and keeps what it holds in a file; this one does neither.
START_LOCALSTRIPE = (
    "import sys; from aiohttp import web; from localstripe import resources, server;"
    " resources.Store.dump_to_disk = lambda self: None;"
    " web.run_app(server.app, host='127.0.0.1', port=int(sys.argv[1]), print=None)"
)


@contextmanager
def localstripe() -> Iterator[str]:
    """localstripe 1.15.10 (GPL, Python): its address."""
    python = LOCALSTRIPE / "bin" / "python"
    if not python.exists():
        environment = {**os.environ, **uv_settings(pip_settings())}
        for command in (
            ["venv", "--quiet", "--python", sys.executable, str(LOCALSTRIPE)],
            ["pip", "install", "--quiet", "--require-hashes", "--python", str(python), "-r", str(LOCK)],
        ):
            subprocess.run([str(UV), *command], env=environment, check=True, capture_output=True)
    port = free_port()
    with _running([str(python), "-c", START_LOCALSTRIPE, str(port)], port) as address:
        yield address


@contextmanager
def stateful_mock() -> Iterator[str]:
    """stripe-stateful-mock 0.0.16 (MIT, Node): its address. Needs Node and npm, which `make setup` installs."""
    if not which("node") or not which("npm"):
        raise RuntimeError("stripe-stateful-mock needs Node and npm: run `make setup`")
    program = FOLDER / "node_modules" / "stripe-stateful-mock" / "dist" / "index.js"
    if not program.exists():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=FOLDER, check=True, capture_output=True)
    port = free_port()
    start = f"require({str(program)!r}).createExpressApp().listen({port}, '127.0.0.1')"
    with _running(["node", "-e", start], port) as address:
        yield address


@contextmanager
def _running(command: list[str], port: int) -> Iterator[str]:
    quiet = subprocess.DEVNULL
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            until = time.monotonic() + LIMIT_SECONDS
            while not _answers(address):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{command[0]} does not answer")
                time.sleep(0.05)
            yield address
        finally:
            process.terminate()


def _answers(address: str) -> bool:
    try:
        requests.get(address, timeout=1)
    except requests.RequestException:
        return False
    return True
