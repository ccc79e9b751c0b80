"""A short launcher so that no server outlives its parent and none that refuses root is run as root.

It is executed, not imported, by the child: between fork and exec of a threaded parent only a fresh interpreter is safe.
"""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAPABILITY_VERSION_3, CAP_DAC_OVERRIDE = 0x20080522, 1
CLONE_NEWUSER = 0x10000000
# What a server that refuses uid 0 sees inside the user namespace; outside it is still root.
INNER_UID = 1000
NOBODY = 65534

libc = ctypes.CDLL(None, use_errno=True)


def leashed(command: Sequence[str], sign: signal.Signals = signal.SIGTERM, own: Path | None = None) -> list[str]:
    """The command that runs `command` until the calling thread dies, and then sends it `sign`.

    With `own`, root gives up being root first, and that folder is made to belong to whoever runs the command.
    """
    prefix = [sys.executable, "-S", "-P", "-E", __file__, str(os.getpid()), str(int(sign)), str(own or "")]
    return [*prefix, *command]


def main(arguments: list[str]) -> None:
    parent, sign, own, *command = arguments
    if own and os.geteuid() == 0:
        step_down(Path(own))
    # After the change of user, which would clear it.
    follow(int(parent), signal.Signals(int(sign)))
    os.execvp(command[0], command)  # noqa: S606 (no shell is the point)


def follow(parent: int, sign: signal.Signals = signal.SIGTERM) -> None:
    """From now on the end of the parent is our end too."""
    libc.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent has gone")


def step_down(own: Path) -> None:
    """By a user namespace, or, in containers that forbid one, by becoming nobody."""
    if namespaces_allowed():
        claim(own, os.geteuid())
        enter_user_namespace()
    else:
        claim(own, NOBODY)
        change_user(NOBODY)


def namespaces_allowed() -> bool:
    """Found out by a child, because the folder must change hands before this process does."""
    if os.environ.get("MAHJAR_STEP_DOWN") == "setuid":
        return False
    child = os.fork()
    if child == 0:
        with contextlib.suppress(OSError):
            enter_user_namespace()
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def enter_user_namespace() -> None:
    """Ordinary inside, root outside: no new user, and folders closed to others stay within reach."""
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INNER_UID} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{INNER_UID} {group} 1")


def change_user(user: int) -> None:
    """Keeps, where it can, the one right to walk through folders closed to others, such as root's home."""
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << CAP_DAC_OVERRIDE
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    libc.capset(header, sets)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def claim(folder: Path, user: int) -> None:
    """Gives the folder and all in it to the user; a folder that is already the user's costs one look."""
    if folder.stat().st_uid == user:
        return
    for path in [*folder.rglob("*"), folder]:
        os.chown(path, user, user, follow_symlinks=False)


if __name__ == "__main__":
    main(sys.argv[1:])
