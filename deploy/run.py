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
from deploy.migrate import migrate_all
from deploy.nursery import Nursery
from deploy.postgres import Postgres, PostgresFailed
from deploy.stack import ROOT, Listeners, Stack, build, listeners_on
from shared.documents import fonts
from shared.identity.actor import PARTNERS

DEFAULT_PORT = 8080


class Told(BaseException):
    """A signal told us to stop. Not an Exception: nothing on the way may swallow it."""


@contextmanager
def told(what: str) -> Iterator[None]:
    """Tells what is being done, and then how long it took."""
    print(f"  {what:<15} ", end="", flush=True)
    began, took = time.monotonic(), ""
    try:
        yield
        took = f"{time.monotonic() - began:5.1f} s"
    finally:
        print(took, flush=True)


def main() -> None:
    listen_to_signals()
    try:
        run(DataFolder.chosen(), int(os.environ.get("MAHJAR_PORT", DEFAULT_PORT)))
    except Told as sign:
        print(f"stopped ({sign})", flush=True)
    except (Failed, Occupied, PostgresFailed) as wrong:
        sys.exit(f"{wrong}")


def run(folder: DataFolder, port: int) -> None:
    """Until a signal or a failure; leaves nothing behind but the folder."""
    with ExitStack() as ending:
        ending.enter_context(folder.occupied())
        listeners = reserved(port)
        nursery = Nursery(folder.logs, list(listeners.values()))
        ending.callback(nursery.stop)
        nursery.start()
        own = [] if "DATABASE_URL" in os.environ else [Postgres(folder.postgres)]
        with told("database"):
            for postgres in own:
                ending.enter_context(postgres)
        ending.callback(ignore_signals)
        admin_url = own[0].admin_url if own else os.environ["DATABASE_URL"]
        cutting = cut_fonts(folder)
        urls = furnish(folder, admin_url)
        stack = build(folder, urls, listeners, nursery)
        ending.callback(stop_all, stack.children)
        ending.callback(ignore_signals)
        # Half the platform comes with it: loaded here, beside the nursery's own loading.
        from deploy import demo_data

        start_all(stack.children)
        with told("demo data"):
            demo_data.load(admin_url, urls, folder.secrets()["session"])
        with told("services"):
            wait_for(stack.children)
        with told("fonts"):
            cutting.wait()
            fonts.prepare(folder.fonts)
        announce(stack, folder, demo_data.accounts())
        keep([*own, nursery, *stack.children])


def furnish(folder: DataFolder, admin_url: str) -> dict[str, str]:
    with told("schemas"):
        urls = prepare(admin_url, folder.postgres)
        migrate_all(admin_url)
        folder.create_keys((*SERVICES, *PARTNERS))
    return urls


def cut_fonts(folder: DataFolder) -> subprocess.Popen[bytes]:
    """Beside all else, since the first time takes long; later on there is nothing to cut."""
    command = (
        [sys.executable, "-m", "shared.documents.fonts", str(folder.fonts)] if is_empty(folder.fonts) else ["true"]
    )
    return subprocess.Popen(leashed(command), stdout=subprocess.DEVNULL, start_new_session=True, cwd=ROOT)


def is_empty(folder: Path) -> bool:
    return not (folder.is_dir() and any(folder.iterdir()))


def reserved(port: int) -> Listeners:
    try:
        return listeners_on(port)
    except OSError:
        raise Failed(f"port {port} is taken; choose another one: MAHJAR_PORT=8081 make run") from None


def announce(stack: Stack, folder: DataFolder, accounts: list[str]) -> None:
    print(f"Mahjar is ready after {age():.1f} s.")
    for child in (stack.gateway, *stack.services, stack.provider):
        print(f"  {child.name:<15} http://127.0.0.1:{child.port}")
    print(f"  {'logs':<15} {folder.logs}")
    for line in accounts:
        print(f"  {line}")
    print("Ctrl-C stops it.", flush=True)


def age() -> float:
    """Seconds since this process began, the loading of its own libraries included."""
    began = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began


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
