"""What a container becomes: `furnish`, `web SERVICE`, `worker SERVICE`, a stand-in, or `health` to ask a web."""

import os
import socket
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from deploy.places import OWN, PROVIDER, PROVIDER_PORT, WEB_PORT

CONFIGURATION = Path(__file__).with_name("gunicorn_conf.py")


def main() -> None:
    match sys.argv[1:]:
        case ["furnish"]:
            # Only here: it brings the whole platform with it, and health is asked every few seconds.
            from deploy.furnish import furnish

            furnish()
        case ["web", service]:
            become(
                service, ["gunicorn", "-c", str(CONFIGURATION), "--bind", f":{WEB_PORT}", f"services.{service}:app()"]
            )
        case ["worker", service]:
            become(service, [f"services.{service}.worker"])
        case ["provider"]:
            os.environ["MAHJAR_PROVIDER_FD"] = str(open_to_all(PROVIDER_PORT))
            become(PROVIDER, ["deploy.sandbox.provider"])
        case ["ministries"]:
            become("ministries", ["deploy.sandbox.ministries"])
        case ["health"]:
            urllib.request.urlopen(f"http://127.0.0.1:{WEB_PORT}/ready", timeout=4).close()
        case _:
            sys.exit(__doc__)


def become(service: str, module: Sequence[str]) -> None:
    """The same process goes on as that module, with what `furnish` laid out for the service."""
    lines = (OWN / service / "environment").read_text().splitlines()
    told = dict(line.split("=", 1) for line in lines)
    os.execve(sys.executable, [sys.executable, "-m", *module], {**os.environ, **told})  # noqa: S606


def open_to_all(port: int) -> int:
    """Within a container, where the published port is the only way in."""
    listener = socket.create_server(("0.0.0.0", port))  # noqa: S104
    listener.set_inheritable(True)
    return listener.detach()


if __name__ == "__main__":
    main()
