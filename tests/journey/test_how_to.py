"""Does what docs/how-to/add-a-transaction.md says, in a copy of the platform, and runs the commands it ends with."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.dev.checks.texts.translations import TO_TRANSLATE
from deploy.dev.scaffold.write import SEARCH_WORDS

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to" / "add-a-transaction.md"
COPIED = ("services", "shared", "deploy", "tests", "docs", "pyproject.toml", "README.md")
STEP = re.compile(
    r"^`(?P<path>[^`]+)`, (?P<where>new file|at its end|after the line that begins `(?P<line>[^`]+)`):\n\n"
    r"```[a-z]+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 1200
# They draw every document anew for minutes, and the journeys below draw the new ones.
DRAWN_ALREADY = [
    f"--ignore=tests/unit/shared/documents/test_{name}.py"
    for name in ("drawing", "marks", "readers", "slips_of_money", "split_lists", "tagging", "typed_texts")
]
SCAFFOLDED = {"residence-letter": "mission-document", "residence-proof": "register-extract"}


@dataclass(frozen=True)
class Step:
    """One thing to write, and where."""

    path: str
    where: str
    line: str | None
    text: str

    def take(self, root: Path) -> None:
        """Writes it. Fails where the place that the page names does not exist, or exists already."""
        file = root / self.path
        if self.where == "new file":
            assert not file.exists(), f"{self.path} is not new"
            file.write_text(self.text)
            return
        lines = file.read_text().splitlines(keepends=True)
        if self.line is None:
            file.write_text("".join(lines) + self.text)
            return
        found = [place for place, text in enumerate(lines) if text.startswith(self.line)]
        assert found, f"{self.path} has no line that begins {self.line}"
        lines.insert(found[0] + 1, self.text)
        file.write_text("".join(lines))


def steps() -> list[Step]:
    return [Step(**found.groupdict()) for found in STEP.finditer(HOW_TO.read_text())]


def commands() -> list[list[str]]:
    (block,) = COMMANDS.findall(HOW_TO.read_text())
    return [shlex.split(line) for line in block.splitlines()]


def test_every_block_of_the_page_is_a_step_or_a_command() -> None:
    blocks = HOW_TO.read_text().count("\n```") // 2
    assert len(steps()) == blocks - 1
    assert [command[0] for command in commands()] == ["python"] * 6


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The platform's own files, without what running them leaves behind."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=unwanted)
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


@pytest.mark.timeout(3600)
def test_the_page_adds_a_transaction_that_works(copy: Path) -> None:
    for step in steps():
        step.take(copy)
    scaffold(copy)
    journeys = [f"tests/journey/test_{slug.replace('-', '_')}.py" for slug in SCAFFOLDED]
    for command in [*commands(), ["python", "-m", "pytest", *journeys]]:
        done = run(copy, [*command, *(DRAWN_ALREADY if command[-1] == "tests/unit" else [])])
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        if "pytest" in command:
            assert re.search(r"[1-9][0-9]* passed", done.stdout), done.stdout[-2000:]
    page = (copy / "docs" / "reference" / "transactions" / "registration-proof.md").read_text()
    assert "Law 19/2023" in page and "إثبات قيد" in page


def scaffold(root: Path) -> None:
    """The shapes that a command writes, with texts as a person would write them."""
    for slug, shape in SCAFFOLDED.items():
        done = run(root, ["python", "-m", "deploy.dev.scaffold", slug, "--shape", shape, "--source", "Law 19/2023"])
        assert done.returncode == 0, done.stderr
        for code, text in (("ar", "إثبات"), ("en", "Proof")):
            written = root / "shared" / "translations" / code / f"{slug.replace('-', '_')}.po"
            assert TO_TRANSLATE in written.read_text()
            written.write_text(written.read_text().replace(TO_TRANSLATE, text))
    words = root / SEARCH_WORDS
    words.write_text(words.read_text().replace(TO_TRANSLATE, "إثبات"))


def run(root: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return subprocess.run(
        [sys.executable, *command[1:]],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
