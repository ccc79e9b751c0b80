"""The scanner's verdict: an infected file is refused, and a scanner that is down never means clean."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.consular.uploads import waiting
from services.consular.uploads.content_rules import EICAR
from services.consular.uploads.intake import Intake
from services.consular.uploads.scanner import Scanner, ScannerDown
from shared.identity.actor import service
from shared.settings.uploads import WAIT, ScannerSettings
from tests.conftest import HOME, ServiceClient
from tests.factories.applications import Counter
from tests.factories.environment.servers.store_servers import CLAMD, WORM, clamd
from tests.factories.uploads import JPEG, PNG
from tests.factories.uploads.hostile.pictures import jpeg_with_segment

INFECTED = jpeg_with_segment(0xFE, WORM)
JOB = service("consular", HOME)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScannerSettings]:
    """Debian's ClamAV with one signature of ours."""
    if not shutil.which(CLAMD):
        pytest.skip("no clamd is installed (apt-get install clamav-daemon)")
    with clamd(tmp_path_factory.mktemp("clamd")) as settings:
        yield settings


@pytest.fixture
def intake(service_client: Callable[[str], ServiceClient], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Intake]:
    """Gives the service another scanner for one test."""

    def give(scanner: ScannerSettings) -> Intake:
        extensions = service_client("consular").app.extensions
        changed: Intake = replace(extensions["intake"], scanner=Scanner(scanner))
        monkeypatch.setitem(extensions, "intake", changed)
        return changed

    return give


@pytest.fixture
def here(counter: Callable[..., Counter]) -> Counter:
    """An applicant with an empty draft."""
    started = counter()
    started.start("passport-renewal")
    return started


def nowhere(when_down: str = "refuse") -> ScannerSettings:
    """A scanner that is not there."""
    return ScannerSettings("/nonexistent/clamd.socket", "", 0, when_down)


def test_clamd_finds_what_its_signatures_name(running: ScannerSettings) -> None:
    scanner = Scanner(running)
    assert not scanner.is_infected(JPEG)
    assert scanner.is_infected(INFECTED)
    assert scanner.is_infected(b"x" * 7_000_000 + WORM)


def test_a_file_beyond_the_scanners_limit_has_no_verdict(running: ScannerSettings) -> None:
    with pytest.raises(ScannerDown):
        Scanner(running).is_infected(b"x" * 11_000_000)


def test_an_infected_file_is_refused(here: Counter, intake: Callable[..., Intake], running: ScannerSettings) -> None:
    intake(running)
    refused = here.upload("photo", INFECTED)
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"photo": "file_infected"})
    assert here.upload("photo", JPEG).status_code == 201
    assert [(paper["name"], paper["fault"]) for paper in here.read()["papers"]] == [("photo", None)]


def test_the_test_file_is_refused_without_any_scanner(here: Counter) -> None:
    refused = here.upload("photo", jpeg_with_segment(0xFE, EICAR))
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"photo": "file_infected"})


def test_while_the_scanner_is_down_nothing_is_taken(here: Counter, intake: Callable[..., Intake]) -> None:
    intake(nowhere())
    refused = here.upload("photo", JPEG)
    assert (refused.status_code, refused.get_json()["code"]) == (503, "scanner_down")
    assert here.read()["papers"] == []


@pytest.mark.parametrize("answer", [b"", b"stream: ", b"INSTREAM size limit exceeded. ERROR\0", b"OK\0", b"x" * 9000])
def test_an_answer_that_is_no_verdict_never_means_clean(answer: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def reply() -> None:
        connection, _ = listener.accept()
        with connection:
            while not connection.recv(1 << 16).endswith(b"\0\0\0\0"):
                pass
            connection.sendall(answer)

    thread = threading.Thread(target=reply)
    thread.start()
    with listener, pytest.raises(ScannerDown):
        Scanner(ScannerSettings("", "127.0.0.1", listener.getsockname()[1], "refuse")).is_infected(JPEG)
    thread.join(20)


def test_an_upload_waits_unread_until_the_scanner_is_back(
    here: Counter, intake: Callable[..., Intake], running: ScannerSettings
) -> None:
    intake(nowhere(WAIT))
    clean = here.upload("photo", PNG).get_json()["paper"]
    infected = here.upload("identity", INFECTED).get_json()["paper"]
    assert (clean["state"], infected["state"]) == ("waiting", "waiting")
    for paper in (clean["id"], infected["id"]):
        for path in ("", "/thumbnail", "/page"):
            answer = here.client.get(f"/papers/{paper}{path}", here.person.actor)
            assert (answer.status_code, answer.get_json()["code"]) == (409, "paper_waiting")
    down = intake(nowhere(WAIT))
    assert waiting.scan_waiting(down, JOB) == 0
    assert waiting.scan_waiting(replace(down, scanner=None), JOB) == 0
    back = intake(running)
    assert waiting.scan_waiting(back, JOB) == 2
    assert waiting.scan_waiting(back, JOB) == 0
    states = {paper["id"]: (paper["state"], paper["fault"]) for paper in here.read()["papers"]}
    assert states == {clean["id"]: ("readable", None), infected["id"]: ("refused", "file_infected")}
    assert here.client.get(f"/papers/{clean['id']}", here.person.actor).status_code == 200
    refused = here.client.get(f"/papers/{infected['id']}", here.person.actor)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "paper_refused")
    missing = here.submit().get_json()["errors"]
    assert missing["identity"] == "paper_missing" and "photo" not in missing


def test_a_tcp_scanner_is_asked_as_well(running: ScannerSettings, tmp_path: Path) -> None:
    """The same conversation, passed on by a TCP port."""
    assert tmp_path
    listener = socket.create_server(("127.0.0.1", 0))

    def pass_on() -> None:
        outer, _ = listener.accept()
        with outer, socket.socket(socket.AF_UNIX) as inner:
            inner.connect(running.path)
            sent = b""
            while not sent.endswith(b"\0\0\0\0"):
                block = outer.recv(1 << 16)
                sent += block
                inner.sendall(block)
            outer.sendall(inner.recv(4096))

    thread = threading.Thread(target=pass_on)
    thread.start()
    with listener:
        assert Scanner(ScannerSettings("", "127.0.0.1", listener.getsockname()[1], "refuse")).is_infected(INFECTED)
    thread.join(20)
