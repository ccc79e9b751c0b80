"""A line that cannot be written is lost and counted, and nothing else fails for it."""

import json
import subprocess
import sys
from pathlib import Path

from shared.logs import LossyOutput

SAYS = "from shared.logs import log, start_logs; start_logs('x'); log().info('first'); log().info('second')"


def test_a_full_device_fails_nobody() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", SAYS + "; import os; os._exit(0)"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_reader_that_has_gone_fails_nobody() -> None:
    with subprocess.Popen([sys.executable, "-c", SAYS], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


class Output:
    """Takes lines while there is room."""

    def __init__(self) -> None:
        self.room, self.lines = True, list[str]()

    def write(self, text: str) -> int:
        if not self.room:
            raise OSError(28, "No space left on device")
        self.lines.append(text)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


def test_the_next_line_that_is_written_says_how_many_were_lost() -> None:
    device = Output()
    output = LossyOutput(device)  # type: ignore[arg-type]
    output.write("one\n")
    device.room = False
    for _ in range(3):
        output.write("lost\n")
    device.room = True
    output.write("two\n")
    output.write("three\n")
    assert [device.lines[0], *device.lines[2:]] == ["one\n", "two\n", "three\n"]
    assert json.loads(device.lines[1]) == {"event": "lines_lost", "level": "error", "lines": 3}
