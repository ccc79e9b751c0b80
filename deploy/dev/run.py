"""`make run`: starts the whole platform on one machine, and stops it on Ctrl-C."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from deploy.dev.servers.fork_server import ForkServer, ForkServerFailed
from deploy.dev.servers.postgres import Postgres
from deploy.dev.stack import ROOT, Listeners, Stack, build, listeners_on
from deploy.dev.supervisor import Child, ProcessFailed, start_all, stop_all, supervise, wait_for
from deploy.platform.data_folder import DataFolder, FolderInUse
from deploy.platform.database.migrate import migrate_all
from deploy.platform.database.postgres_programs import PostgresFailed
from deploy.platform.database.roles import SERVICES, prepare
from deploy.platform.environment_file import write_environment
from deploy.platform.mode import check_database, check_environment, check_folder, mark_database
from deploy.platform.subprocess_guard import die_with_parent
from shared.identity.actor import PARTNERS
from shared.settings.mail import MailSettings

DEFAULT_PORT = 8080
FAILURE_LINES = 12
FIRST_STEPS = ['no account exists yet: make admin ARGS="invite --email NAME@HOST --mission RUH"']


class Stopped(BaseException):
    """A signal asked the runner to stop. This is no Exception, so that no handler on the way swallows it."""


@contextmanager
def timed(step: str) -> Iterator[None]:
    """Prints the step, and then how long it took."""
    print(f"  {step:<15} ", end="", flush=True)
    started, duration = time.monotonic(), ""
    try:
        yield
        duration = f"{time.monotonic() - started:5.1f} s"
    finally:
        print(duration, flush=True)


def main() -> None:
    stop_on_signals()
    try:
        run(DataFolder.from_environment(), int(os.environ.get("MAHJAR_PORT", DEFAULT_PORT)))
    except Stopped as sign:
        print(f"stopped ({sign})", flush=True)
    except (ProcessFailed, FolderInUse, PostgresFailed) as error:
        sys.exit(f"{error}")


def run(folder: DataFolder, port: int) -> None:
    """Runs until a signal or a failure, and leaves nothing behind but the folder. Raises StartRefused."""
    demo = check_environment(os.environ, default="1")
    MailSettings.load(os.environ, specimen=demo, required=not demo)
    check_folder(folder, demo)
    with ExitStack() as ending:
        ending.enter_context(folder.lock())
        listeners = reserve_ports(port, demo)
        fork_server = ForkServer(folder.logs, list(listeners.values()))
        ending.callback(fork_server.stop)
        fork_server.start()
        embedded = [] if "DATABASE_URL" in os.environ else [Postgres(folder.postgres)]
        with timed("database"):
            for postgres in embedded:
                ending.enter_context(postgres)
        ending.callback(ignore_signals)
        admin_url = embedded[0].admin_url if embedded else os.environ["DATABASE_URL"]
        urls = prepare_schemas(folder, admin_url, demo)
        # Those that are missing or older than their packages; the first time takes long.
        fonts = Task(fork_server, folder, ["shared.documents.fonts", str(folder.fonts)])
        stack = build(folder, urls, listeners, fork_server)
        ending.callback(stop_all, stack.supervised)
        ending.callback(ignore_signals)
        write_environment(folder.gateway_environment, gateway_settings(stack))
        backing_up = backup_process(folder, admin_url)
        ending.callback(stop_all, backing_up)
        start_all([*stack.supervised, *backing_up])
        accounts = load_demo(fork_server, folder, admin_url, urls) if demo else FIRST_STEPS
        with timed("services"):
            wait_for(stack.supervised)
        with timed("fonts"):
            fonts.wait()
        announce(stack, folder, accounts)
        supervise([*embedded, fork_server, *stack.supervised, *backing_up])


def load_demo(fork_server: ForkServer, folder: DataFolder, admin_url: str, urls: Mapping[str, str]) -> list[str]:
    """Loads the demo's data. Gives the lines about its accounts."""
    given = {"admin_url": admin_url, "urls": dict(urls), "secret": folder.secrets()["session"]}
    with timed("demo data"):
        return Task(fork_server, folder, ["deploy.demo.load"], MAHJAR_DEMO_DATA=json.dumps(given)).wait()


class Task:
    """A module that runs to its end in a process of its own, whose memory goes with it. Raises ProcessFailed."""

    def __init__(self, fork_server: ForkServer, folder: DataFolder, module: list[str], **environment: str) -> None:
        self.name = module[0].rpartition(".")[2]
        self.log = folder.logs / f"{self.name}.log"
        self.log.unlink(missing_ok=True)
        try:
            self.process = fork_server.spawn(self.name, module, {**os.environ, **environment}, self.log)
        except ForkServerFailed as error:
            raise ProcessFailed(f"{self.name} did not start: {error}") from error

    def wait(self) -> list[str]:
        """The lines it printed. Ends it when a signal stops the waiting."""
        try:
            code = self.process.wait()
        except BaseException:
            self.process.kill()
            raise
        lines = self.log.read_text(errors="replace").splitlines()
        if code:
            raise ProcessFailed("\n".join([f"{self.name} ended with {code}", *lines[-FAILURE_LINES:]]))
        return lines


def gateway_settings(stack: Stack) -> dict[str, str]:
    return {name: stack.gateway.environment[name] for name in ("MAHJAR_DATABASE_URL", "MAHJAR_PUBLIC_URL")}


def prepare_schemas(folder: DataFolder, admin_url: str, demo: bool = True) -> dict[str, str]:
    with timed("schemas"):
        check_database(admin_url, demo)
        urls = prepare(admin_url, folder.postgres)
        migrate_all(admin_url)
        mark_database(admin_url, demo)
        folder.create_keys((*SERVICES, *(PARTNERS if demo else ())))
    return urls


def backup_process(folder: DataFolder, admin_url: str) -> list[Child]:
    """The process that keeps a backup in the folder MAHJAR_BACKUPS, where one is named."""
    backups = os.environ.get("MAHJAR_BACKUPS")
    if not backups:
        return []
    command = [sys.executable, "-m", "deploy.platform.backup", "stream", "--to", str(Path(backups).absolute())]
    environment = {**os.environ, "DATABASE_URL": admin_url, "MAHJAR_DATA": str(folder.path), "PYTHONPATH": str(ROOT)}
    return [Child("backup", command, environment | {"PYTHONUNBUFFERED": "1"}, folder.logs)]


def reserve_ports(port: int, demo: bool) -> Listeners:
    try:
        return listeners_on(port, demo)
    except OSError:
        raise ProcessFailed(f"port {port} is taken; choose another one: MAHJAR_PORT=8081 make run") from None


def announce(stack: Stack, folder: DataFolder, accounts: list[str]) -> None:
    print(f"Mahjar is ready after {age():.1f} s.")
    for child in (stack.gateway, *stack.services, *stack.sandbox[:1]):
        print(f"  {child.name:<15} http://127.0.0.1:{child.port}")
    if stack.sandbox:
        print(f"  {'mailbox':<15} http://127.0.0.1:{stack.sandbox[0].port}/mailbox")
    print(f"  {'logs':<15} {folder.logs}")
    for line in accounts:
        print(f"  {line}")
    print("Ctrl-C stops it.", flush=True)


def age() -> float:
    """Seconds since this process started, the loading of its libraries included."""
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


def stop_on_signals() -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if "MAKELEVEL" in os.environ:
        # Under make, a killed make must not leave us behind either.
        die_with_parent(os.getppid())


def ignore_signals() -> None:
    """An orderly end is not interrupted by a second Ctrl-C; kill -9 still works, and leaves nothing either."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
