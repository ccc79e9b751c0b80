"""The command of a container: `provision`, `web SERVICE`, `worker SERVICE` or `backup`.

`health` asks the container's web server whether it is ready, `health SERVICE` whether its worker makes progress.
"""

import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from deploy.platform.environment_file import read_environment
from deploy.platform.paths import BACKUPS, SERVICE_FILES, WEB_PORT

# As shared.messaging.heartbeat writes it.
ALIVE = "SELECT 1 FROM heartbeat WHERE worker = %s AND at > now() - make_interval(secs => %s)"
DEAD_SECONDS = 20
CONFIGURATION = Path(__file__).parent / "web/gunicorn_conf.py"


def main() -> None:
    match sys.argv[1:]:
        case ["provision"]:
            # Imported late: it loads the whole platform, and health is asked every few seconds.
            from deploy.platform.provision import provision

            provision()
        case ["web", service]:
            application = f"services.{service}:app()"
            execute(service, ["gunicorn", "-c", str(CONFIGURATION), "--bind", f":{WEB_PORT}", application])
        case ["worker", service]:
            execute(service, [f"services.{service}.worker"])
        case ["backup"]:
            module = [sys.executable, "-m", "deploy.platform.backup", "stream", "--to", str(BACKUPS)]
            os.execv(sys.executable, module)  # noqa: S606
        case ["health"]:
            ask_web_server()
        case ["health", service]:
            ask_worker(service)
        case _:
            sys.exit(__doc__)


def ask_web_server() -> None:
    """Exits with what is missing."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{WEB_PORT}/ready", timeout=4).close()
    except urllib.error.HTTPError as refused:
        sys.exit(refused.read().decode(errors="replace"))
    except OSError as error:
        sys.exit(f"the web server does not answer: {error}")


def ask_worker(service: str) -> None:
    """Exits with a sentence unless the worker of this container made progress lately."""
    # Imported late, and without the libraries of the platform: this is asked every few seconds.
    import psycopg

    address = read_environment(SERVICE_FILES / service / "environment")["MAHJAR_DATABASE_URL"]
    try:
        url = address.replace("+psycopg", "", 1)
        with psycopg.connect(url, connect_timeout=3, options="-c statement_timeout=3000") as connection:
            alive = connection.execute(ALIVE, [socket.gethostname(), DEAD_SECONDS]).fetchone()
    except psycopg.Error as error:
        sys.exit(f"the database does not answer: {type(error).__name__}")
    if alive is None:
        sys.exit(f"the worker made no progress for {DEAD_SECONDS} seconds")


def execute(name: str, module: Sequence[str]) -> None:
    """Replaces this process by the module, with the environment that `provision` wrote for this name."""
    environment = read_environment(SERVICE_FILES / name / "environment")
    os.execve(sys.executable, [sys.executable, "-m", *module], {**os.environ, **environment})  # noqa: S606


if __name__ == "__main__":
    main()
