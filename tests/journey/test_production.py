"""A start outside demo mode as an operator meets it: refused without secrets, and with them free of the demo."""

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from deploy.demo.demo_data import PASSWORD, STAFF
from deploy.dev.servers.postgres import free_port
from tests.factories.environment.servers.runner import READY, ROOT, START_LIMIT
from tests.factories.waiting import until

MAIL_PORT = free_port()
SECRETS = {
    "MAHJAR_SECRET": "0123456789abcdef" * 4,
    "MAHJAR_PUBLIC_URL": "https://consulate.test",
    "MAHJAR_SMTP_URL": f"smtp://127.0.0.1:{MAIL_PORT}",
    "MAHJAR_MAIL_FROM": "mahjar@consulate.test",
}
CHOSEN = "three plain words here"


def environment(data: Path, port: int, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BUS_URL")}
    return {**kept, "MAHJAR_DATA": str(data), "MAHJAR_PORT": str(port), "MAHJAR_SPECIMEN": "0", **more}


def command(module: str, told: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        env=told,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module", autouse=True)
def mail_server() -> Iterator[None]:
    """A real mail server, without which nothing starts."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=MAIL_PORT)
    controller.start()
    yield
    controller.stop()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("production") / "data"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def runner(data: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The platform outside demo mode, ready."""
    data.parent.mkdir(exist_ok=True)
    log = data.parent / "runner.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.dev.run"],
            env=environment(data, port, **SECRETS),
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        until(lambda: READY in log.read_text() or process.poll() is not None, START_LIMIT)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


class Visitor:
    """A browser that keeps the cookie of https although the test speaks http behind the proxy."""

    def __init__(self, port: int) -> None:
        self.base, self.cookie = f"http://127.0.0.1:{port}", ""
        self.opener = urllib.request.build_opener(NoRedirect)

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        content = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.base + path, content, {"Cookie": self.cookie})  # noqa: S310
        try:
            answer = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        self.cookie = answer.headers.get("Set-Cookie", self.cookie).partition(";")[0]
        return answer.status, answer.read().decode()

    def submit(self, path: str, **form: str) -> int:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.ask(path)[1])
        assert token
        return self.ask(path, {"csrf_token": token[1], **form})[0]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@pytest.mark.parametrize("missing", ["MAHJAR_SECRET", "MAHJAR_PUBLIC_URL"])
def test_a_start_without_a_secret_names_it_in_one_sentence(tmp_path: Path, missing: str) -> None:
    told = {name: value for name, value in SECRETS.items() if name != missing}
    refused = command("deploy.dev.run", environment(tmp_path / "data", free_port(), **told))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Outside demo mode set {missing} to ") and len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_start_without_a_mail_server_says_so(tmp_path: Path) -> None:
    told = {name: value for name, value in SECRETS.items() if name != "MAHJAR_SMTP_URL"}
    refused = command("deploy.dev.run", environment(tmp_path / "data", free_port(), **told))
    assert refused.returncode == 1
    assert "go by e-mail. Set MAHJAR_SMTP_URL" in refused.stderr and len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("deploy.platform.serve", ("provision",)),
        ("services.consular.worker", ()),
        ("gunicorn", ("--preload", "services.civil_registry:app()")),
    ],
)
def test_every_way_of_starting_refuses_without_secrets(tmp_path: Path, module: str, words: tuple[str, ...]) -> None:
    refused = command(module, environment(tmp_path, free_port()), *words)
    assert refused.returncode != 0
    assert "Outside demo mode set MAHJAR_SECRET to " in refused.stderr and "Traceback" not in refused.stderr


def test_a_container_refuses_a_default_password_and_no_choice_of_mode(tmp_path: Path) -> None:
    address = {"DATABASE_URL": "postgresql://postgres:specimen@127.0.0.1:1/postgres"}
    refused = command("deploy.platform.serve", environment(tmp_path, 1, **SECRETS, **address), "provision")
    assert refused.stderr.startswith("Outside demo mode set DATABASE_URL to an address with a password")
    unset = environment(tmp_path, 1, **SECRETS, **address)
    del unset["MAHJAR_SPECIMEN"]
    refused = command("deploy.platform.serve", unset, "provision")
    assert refused.stderr == "Set MAHJAR_SPECIMEN to 0 for production or to 1 for the demo.\n"


@pytest.mark.parametrize("sandbox", ["provider", "ministries"])
def test_the_sandbox_refuses_to_start(tmp_path: Path, sandbox: str) -> None:
    refused = command(f"deploy.demo.sandbox.{sandbox}", environment(tmp_path, 1, **SECRETS))
    assert refused.stderr.endswith("The sandbox starts in demo mode only.\n") and refused.returncode == 1


def test_no_demo_account_can_sign_in(runner: subprocess.Popen[bytes], port: int) -> None:
    for role in STAFF[:4]:
        visitor = Visitor(port)
        email = f"{role.replace('_', '-')}@mahjar.example"
        assert visitor.submit("/en/sign-in", identifier=email, password=PASSWORD) == 422


def test_no_sandbox_runs_or_has_a_key(runner: subprocess.Popen[bytes], data: Path) -> None:
    names = {process.name() for process in psutil.Process(runner.pid).children(recursive=True)}
    assert {"gateway", "consular", "consular-worker"} <= names
    assert not {"provider", "ministries"} & names
    assert not (data / "keys" / "ministries.pem").exists()


def test_the_first_administrator_follows_a_link_and_signs_in(
    runner: subprocess.Popen[bytes], data: Path, port: int
) -> None:
    invite = ("invite", "--email", "head@consulate.test", "--mission", "RUH")
    made = command("deploy.platform.admin", environment(data, port), *invite)
    assert made.returncode == 0, made.stderr
    path = re.search(r"https://consulate\.test(/en/invitation/\S+)", made.stdout)
    assert path
    assert Visitor(port).submit(path[1], password=CHOSEN) == 303
    assert Visitor(port).ask(path[1])[0] == 404
    assert Visitor(port).submit("/en/sign-in", identifier="head@consulate.test", password=CHOSEN) == 303
    again = command("deploy.platform.admin", environment(data, port), *invite)
    assert again.returncode == 1 and again.stderr == "Somebody has an account with this e-mail address already.\n"


def test_a_production_folder_does_not_start_as_a_demo(runner: subprocess.Popen[bytes], data: Path, port: int) -> None:
    runner.send_signal(signal.SIGTERM)
    runner.wait(60)
    refused = command("deploy.dev.run", environment(data, port, MAHJAR_SPECIMEN="1"))
    assert "The database is a production's" in refused.stderr and "Traceback" not in refused.stderr
