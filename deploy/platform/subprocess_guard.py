"""Starts a command so that it dies with its parent and, where asked, without root's rights.

The child executes this file instead of importing it: between fork and exec of a threaded parent only a fresh
interpreter is safe.
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


def guarded(command: Sequence[str], sign: signal.Signals = signal.SIGTERM, owned: Path | None = None) -> list[str]:
    """A command that runs `command` and sends it `sign` when the calling thread dies.

    With `owned`, root drops its privileges first, and that folder is given to the new user.
    """
    prefix = [sys.executable, "-S", "-P", "-E", __file__, str(os.getpid()), str(int(sign)), str(owned or "")]
    return [*prefix, *command]


def main(arguments: list[str]) -> None:
    parent, sign, owned, *command = arguments
    if owned and os.geteuid() == 0:
        drop_privileges(Path(owned))
    # The change of user would clear this, so it comes after.
    die_with_parent(int(parent), signal.Signals(int(sign)))
    os.execvp(command[0], command)  # noqa: S606 (no shell is the point)


def die_with_parent(parent: int, sign: signal.Signals = signal.SIGTERM) -> None:
    """Asks the kernel to signal this process when its parent dies. Exits when the parent is already dead."""
    libc.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent has gone")


def drop_privileges(owned: Path) -> None:
    """Enters a user namespace, or becomes `nobody` in containers that forbid namespaces."""
    if namespaces_allowed():
        take_ownership(owned, os.geteuid())
        enter_user_namespace()
    else:
        take_ownership(owned, NOBODY)
        change_user(NOBODY)


def namespaces_allowed() -> bool:
    """Whether a child can enter a namespace. The folder must change its owner before this process tries."""
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
    """Becomes an ordinary user inside while staying root outside, so that closed folders stay readable."""
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INNER_UID} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{INNER_UID} {group} 1")


def change_user(user: int) -> None:
    """Keeps, where possible, the capability to enter folders closed to others, such as root's home."""
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << CAP_DAC_OVERRIDE
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    libc.capset(header, sets)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def take_ownership(folder: Path, user: int) -> None:
    """Gives the folder and all in it to the user, unless the folder is the user's already."""
    if folder.stat().st_uid == user:
        return
    for path in [*folder.rglob("*"), folder]:
        os.chown(path, user, user, follow_symlinks=False)


if __name__ == "__main__":
    main(sys.argv[1:])
