"""The command of a container: `provision`, `web SERVICE` or `worker SERVICE`.

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
from deploy.platform.paths import SERVICE_FILES, WEB_PORT

CONFIGURATION = Path(__file__).with_name("gunicorn_conf.py")


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
    # Imported late: a web server's check needs no database.
    from sqlalchemy.exc import SQLAlchemyError

    from shared.database.db import Database
    from shared.errors import Unavailable
    from shared.messaging import heartbeat

    environment = read_environment(SERVICE_FILES / service / "environment")
    database = Database(environment["MAHJAR_DATABASE_URL"], pool_size=1)
    try:
        with database.scope(None) as session:
            heartbeat.check_worker(session, socket.gethostname())
    except Unavailable:
        sys.exit(f"the worker made no progress for {heartbeat.DEAD_SECONDS:.0f} seconds")
    except SQLAlchemyError as error:
        sys.exit(f"the database does not answer: {type(error).__name__}")
    finally:
        database.engine.dispose()


def execute(name: str, module: Sequence[str]) -> None:
    """Replaces this process by the module, with the environment that `provision` wrote for this name."""
    environment = read_environment(SERVICE_FILES / name / "environment")
    os.execve(sys.executable, [sys.executable, "-m", *module], {**os.environ, **environment})  # noqa: S606


if __name__ == "__main__":
    main()
