"""The command of a container that only the demo has: `provision`, `provider` or `ministries`."""

import os
import socket
import sys

from deploy.demo.provision import PROVIDER, PROVIDER_PORT, provision
from deploy.platform.serve import execute
from shared.identity.actor import MINISTRIES


def main() -> None:
    match sys.argv[1:]:
        case ["provision"]:
            provision()
        case ["provider"]:
            os.environ["MAHJAR_PROVIDER_FD"] = str(listen(PROVIDER_PORT))
            execute(PROVIDER, ["deploy.demo.sandbox.provider"])
        case ["ministries"]:
            execute(MINISTRIES, ["deploy.demo.sandbox.ministries"])
        case _:
            sys.exit(__doc__)


def listen(port: int) -> int:
    """A socket on all interfaces of the container; the published port is the only way in."""
    listener = socket.create_server(("0.0.0.0", port))  # noqa: S104
    listener.set_inheritable(True)
    return listener.detach()


if __name__ == "__main__":
    main()
