"""`make run`: from an empty folder to the whole platform on one machine, and back to nothing on Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from deploy.children import Failed, keep, start_all, stop_all, wait_for
from deploy.data import DataFolder, Occupied
from deploy.database import SERVICES, prepare
from deploy.leash import follow, leashed
from deploy.migrate import migrate
from deploy.postgres import Postgres, PostgresFailed
from deploy.stack import ROOT, Listeners, Stack, build, listeners_on
from shared import fonts

DEFAULT_PORT = 8080


class Told(BaseException):
    """A signal told us to stop. Not an Exception: nothing on the way may swallow it."""


class Timings(dict[str, float]):
    """Tells what is being done, and how long it took."""

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        print(f"  {what:<15} ", end="", flush=True)
        began = time.monotonic()
        try:
            yield
        except BaseException:
            print(flush=True)
            raise
        self[what] = time.monotonic() - began
        print(f"{self[what]:5.1f} s", flush=True)


def main() -> None:
    listen_to_signals()
    timings = Timings()
    try:
        run(DataFolder.chosen(), int(os.environ.get("MAHJAR_PORT", DEFAULT_PORT)), timings)
    except Told as told:
        print(f"stopped ({told})", flush=True)
    except (Failed, Occupied, PostgresFailed) as wrong:
        sys.exit(f"{wrong}")


def run(folder: DataFolder, port: int, timings: Timings) -> None:
    """Until a signal or a failure; leaves nothing behind but the folder."""
    with ExitStack() as ending:
        ending.enter_context(folder.occupied())
        listeners = reserved(port)
        admin_url = os.environ.get("DATABASE_URL", "")
        if not admin_url:
            with timings.of("database"):
                admin_url = ending.enter_context(Postgres(folder.postgres)).admin_url
        ending.callback(ignore_signals)
        cutting = cut_fonts(folder)
        urls = furnish(folder, admin_url, timings)
        stack = build(folder, urls, listeners)
        ending.callback(stop_all, stack.children)
        ending.callback(ignore_signals)
        start_all(stack.children)
        with timings.of("demo data"):
            accounts = move_in(folder, admin_url, urls)
        with timings.of("services"):
            wait_for(stack.children)
        with timings.of("fonts"):
            cutting.wait()
            fonts.prepare(folder.fonts)
        announce(stack, folder, timings, accounts)
        keep(stack.children)


def furnish(folder: DataFolder, admin_url: str, timings: Timings) -> dict[str, str]:
    with timings.of("schemas"):
        urls = prepare(admin_url, folder.postgres)
        for service in SERVICES:
            migrate(admin_url, service)
        folder.create_keys(SERVICES)
    return urls


def cut_fonts(folder: DataFolder) -> subprocess.Popen[bytes]:
    """Beside all else, since the first time takes long; later on there is nothing to cut."""
    command = [sys.executable, "-m", "shared.fonts", str(folder.fonts)] if is_empty(folder.fonts) else ["true"]
    return subprocess.Popen(leashed(command), stdout=subprocess.DEVNULL, start_new_session=True, cwd=ROOT)


def is_empty(folder: Path) -> bool:
    return not (folder.is_dir() and any(folder.iterdir()))


def reserved(port: int) -> Listeners:
    try:
        return listeners_on(port)
    except OSError:
        raise Failed(f"port {port} is taken; choose another one: MAHJAR_PORT=8081 make run") from None


def move_in(folder: DataFolder, admin_url: str, urls: dict[str, str]) -> list[str]:
    """The demo's people, while the processes load their libraries; and the accounts to sign in with."""
    # It brings half the platform with it, which must not delay those processes.
    from deploy import demo_data

    demo_data.load(admin_url, urls, folder.secrets()["session"])
    return demo_data.accounts()


def announce(stack: Stack, folder: DataFolder, timings: Timings, accounts: list[str]) -> None:
    print(f"Mahjar is ready after {sum(timings.values()):.1f} s.")
    for child in (stack.gateway, *stack.services, stack.provider):
        print(f"  {child.name:<15} http://127.0.0.1:{child.port}")
    print(f"  {'logs':<15} {folder.logs}")
    for line in accounts:
        print(f"  {line}")
    print("Ctrl-C stops it.", flush=True)


def listen_to_signals() -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        raise Told(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if "MAKELEVEL" in os.environ:
        # Under make, a killed make must not leave us behind either.
        follow(os.getppid())


def ignore_signals() -> None:
    """An orderly end is not interrupted by a second Ctrl-C; kill -9 still works, and leaves nothing either."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
