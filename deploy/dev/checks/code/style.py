"""Do the formatter, the linter and the type checker agree?"""

import re
import subprocess
import sys

from deploy.dev.checks import sources

# A complaint begins with its place; what follows without one, such as a note of mypy, belongs to it.
COMPLAINT = re.compile(r"^(?P<path>[^\s:]+\.pyi?):\d+")
FIXABLE = "[*]"
NOTE = ": note: "
FIX, FORMAT = "python -m ruff check --fix .", "python -m ruff format ."


def complaints() -> list[str]:
    linted = run("ruff", "check", "--quiet", "--output-format=concise", ".")
    unformatted = run("ruff", "format", "--check", "--quiet", "--output-format=concise", ".")
    return [
        *(f"{one}; run: {FIX}" if FIXABLE in one else one for one in linted),
        *(f"{one}; run: {FORMAT}" for one in unformatted),
        *run("mypy", "--no-error-summary"),
    ]


def run(*command: str) -> list[str]:
    """The complaints of a tool about files that are under version control."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=sources.ROOT, capture_output=True, text=True, check=False
    )
    return [] if done.returncode == 0 else judged(done.stdout + done.stderr, " ".join(command))


def judged(output: str, command: str) -> list[str]:
    """One complaint a place. A tool that fails without naming a place is one complaint with all it printed."""
    lines = [line for line in output.splitlines() if COMPLAINT.match(line) and NOTE not in line]
    if not lines:
        return [f"{command} failed:\n{output}"]
    return [line for line in lines if sources.is_tracked(sources.ROOT / line.partition(":")[0])]
