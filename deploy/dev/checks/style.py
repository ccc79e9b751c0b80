"""Do the formatter, the linter and the type checker agree?"""

import subprocess
import sys

from deploy.dev.checks import sources


def complaints() -> list[str]:
    return [
        *lines_of("ruff", "check", "--quiet", "--output-format=concise", "."),
        *lines_of("ruff", "format", "--check", "--quiet", "--output-format=concise", "."),
        *lines_of("mypy", "--no-error-summary"),
    ]


def lines_of(*command: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=sources.ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return []
    return [f"{' '.join(command)}:", *(done.stdout + done.stderr).splitlines()]
