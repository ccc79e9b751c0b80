"""A headless Firefox, spoken to by its own protocol (Marionette): nothing else needs to be installed."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
START_SECONDS = 60.0
ANSWER_SECONDS = 60.0


class Firefox:
    """One window."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.sent = 0
        self._receive()
        self.command("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})

    def command(self, name: str, **params: Any) -> Any:
        """One command and its answer. Raises RuntimeError with what Firefox says of it."""
        self.sent += 1
        message = json.dumps([0, self.sent, name, params]).encode()
        self.connection.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, answer = self._receive()
        if error:
            raise RuntimeError(f"{name}: {error['error']}: {error['message']}")
        return answer

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self.connection.recv(1)
        content, missing = b"", int(length[:-1])
        while missing:
            part = self.connection.recv(missing)
            content, missing = content + part, missing - len(part)
        return json.loads(content)

    def open(self, url: str) -> None:
        self.command("WebDriver:Navigate", url=url)

    def back(self) -> None:
        self.command("WebDriver:Back")

    def run(self, script: str, *args: Any) -> Any:
        """What a script of the page returns."""
        return self.command("WebDriver:ExecuteScript", script=script, args=list(args))["value"]

    def find(self, selector: str) -> str:
        """An element by its selector."""
        found = self.command("WebDriver:FindElement", using="css selector", value=selector)
        return str(next(iter(found["value"].values())))

    def type(self, selector: str, text: str) -> None:
        self.command("WebDriver:ElementSendKeys", id=self.find(selector), text=text)

    def click(self, selector: str) -> None:
        self.command("WebDriver:ElementClick", id=self.find(selector))


@contextmanager
def running(folder: Path) -> Iterator[Firefox]:
    """A Firefox with a profile of its own, ended by its process."""
    assert PROGRAM is not None
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
    command = [PROGRAM, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with _connect(process, port) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(30)


def _connect(process: "subprocess.Popen[bytes]", port: int) -> socket.socket:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
        except ConnectionRefusedError:
            assert process.poll() is None and time.monotonic() < give_up, "Firefox did not start"
            time.sleep(0.2)
