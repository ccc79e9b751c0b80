"""Takes from a decoding process all that it does not need: network, files, other programs, memory and time.

Each measure is taken where the kernel allows it; the limits always hold.
"""

import contextlib
import os
import resource
import signal

from services.consular.uploads.decoding.system_calls import libc, refuse_calls

MEMORY_BYTES = 384 * 1024 * 1024
# A file is judged by its processor time; the clock on the wall only ends what a busy machine never gets to, with
# the request that waits for the file (shared.deadline.SERVICE_SECONDS).
CPU_SECONDS, WALL_SECONDS = 4, 8
NOBODY = 65534
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_DUMPABLE = 4


def drop_network() -> None:
    """Enters a network namespace without any interface, and becomes nobody where this process is root."""
    flags = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER
    libc.unshare(flags)
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)


def confine() -> None:
    """Limits this process for good. It must have opened and loaded all that it needs."""
    # The kernel ends the process at its time: no handler is installed.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    if not refuse_calls():
        # The HEIC decoder wants a thread, which this limit counts: without the filter no other program is the gain.
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
