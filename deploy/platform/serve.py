"""The command of a container: `provision`, `web SERVICE`, `worker SERVICE`, or `health` to ask a web server."""

import os
import sys
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
            urllib.request.urlopen(f"http://127.0.0.1:{WEB_PORT}/ready", timeout=4).close()
        case _:
            sys.exit(__doc__)


def execute(name: str, module: Sequence[str]) -> None:
    """Replaces this process by the module, with the environment that `provision` wrote for this name."""
    environment = read_environment(SERVICE_FILES / name / "environment")
    os.execve(sys.executable, [sys.executable, "-m", *module], {**os.environ, **environment})  # noqa: S606


if __name__ == "__main__":
    main()
