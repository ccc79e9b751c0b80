"""The first process of a played container: sets up its files and user, runs the command, passes signals on.

Executed as a file by `unshare`, with one JSON argument. Prints its process id as the machine knows it, and waits for a
line before it goes on, so that the network is there first.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

DEVICES = ("null", "zero", "full", "random", "urandom")


def main(told: dict) -> int:  # type: ignore[type-arg]
    print(Path("/proc/self").readlink(), flush=True)
    sys.stdin.readline()
    socket.sethostname(told["name"])
    root = told["root"]
    make_devices(root)
    # First, so that what is lent may lie below them, as a checkout under /tmp does.
    for kind, place in (("proc", "/proc"), ("tmpfs", "/dev/shm"), ("tmpfs", "/tmp"), ("tmpfs", "/run")):
        Path(root + place).mkdir(parents=True, exist_ok=True)
        mount("-t", kind, kind, root + place)
    for source, target, mode in told["mounts"]:
        place = root + target
        if Path(source).is_dir():
            Path(place).mkdir(parents=True, exist_ok=True)
        elif not Path(place).exists():
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            Path(place).touch()
        mount("--bind", source, place)
        if mode == "ro":
            mount("-o", "remount,bind,ro", place)
    os.chroot(root)
    os.chdir(told["workdir"])
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)
        os.setgroups([])
        os.setgid(told["uid"])
        os.setuid(told["uid"])
        os.execvpe(told["command"][0], told["command"], told["environment"])  # noqa: S606
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: os.kill(child, received))
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == child:
            return os.waitstatus_to_exitcode(status)


def make_devices(root: str) -> None:
    """Devices of its own, so that nothing inside can touch the machine's."""
    Path(root + "/dev").mkdir()
    mount("-t", "tmpfs", "tmpfs", root + "/dev")
    for name in DEVICES:
        Path(f"{root}/dev/{name}").touch()
        mount("--bind", f"/dev/{name}", f"{root}/dev/{name}")


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


if __name__ == "__main__":
    code = main(json.loads(sys.argv[1]))
    sys.exit(code if code >= 0 else 128 - code)
