"""Decodes each file of a folder as the decoding server does, and prints what it took: one line of JSON per file.

A program of its own, so that the memory of the tests is not counted:
`python -m tests.factories.uploads.decoding_meter FOLDER`.
"""

import json
import os
import sys
import time
from pathlib import Path

from services.consular.uploads.decoding import confinement, images, server


def main() -> None:
    images.prepare()
    server._load_all()
    for path in sorted(Path(sys.argv[1]).iterdir()):
        data, started = path.read_bytes(), time.monotonic()
        child = os.fork()
        if child == 0:
            confinement.confine()
            server._answer(server.DECODE + b"\0\0" + data)
            os._exit(0)
        _, _, used = os.wait4(child, 0)
        took = {"cpu": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}
        print(json.dumps({"name": path.name, "wall": time.monotonic() - started, **took}), flush=True)


if __name__ == "__main__":
    main()
