"""Takes from a decoding process all that it does not need: network, files, other programs, memory and time.

Each measure is taken where the kernel allows it; the limits always hold.
"""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct

MEMORY_BYTES = 384 * 1024 * 1024
CPU_SECONDS, WALL_SECONDS = 4, 5
NOBODY = 65534
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 4, 38, 22, 2
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
# What computing on bytes that are already there needs: read, write, memory, time, exit.
# By machine: its number, and the numbers of the calls.
CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        (
            0,
            1,
            3,
            5,
            7,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            17,
            19,
            20,
            23,
            24,
            25,
            28,
            35,
            39,
            60,
            72,
            79,
            96,
            98,
            102,
            104,
            107,
            108,
            131,
            186,
            201,
            202,
            204,
            219,
            228,
            229,
            230,
            231,
            271,
            273,
            318,
            324,
            334,
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            17,
            25,
            57,
            62,
            63,
            64,
            65,
            66,
            67,
            72,
            73,
            80,
            93,
            94,
            98,
            99,
            101,
            113,
            114,
            115,
            123,
            124,
            128,
            132,
            134,
            135,
            139,
            165,
            169,
            172,
            174,
            175,
            176,
            177,
            178,
            214,
            215,
            216,
            222,
            226,
            233,
            278,
            283,
            293,
        ),
    ),
}
libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


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
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    # The kernel ends the process at its time: no handler is installed.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    refuse_calls()


def refuse_calls() -> bool:
    """Lets the kernel refuse every call but those of `CALLS`. Whether the kernel could be asked."""
    known = CALLS.get(platform.machine())
    if known is None or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    program = _filter(*known)
    structure = _Program(len(program) // 8, program)
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(structure), 0, 0) == 0)


def _filter(machine: int, calls: tuple[int, ...]) -> bytes:
    """A BPF program: another machine's numbering kills, a listed call passes, any other one fails with EPERM."""
    instructions = [(LOAD_WORD, 0, 0, 4), (JUMP_IF_EQUAL, 1, 0, machine), (RETURN, 0, 0, KILL), (LOAD_WORD, 0, 0, 0)]
    for place, call in enumerate(calls):
        instructions.append((JUMP_IF_EQUAL, len(calls) - place, 0, call))
    instructions += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
