"""Files of environment variables, one `NAME=value` a line: written for one process and read by it at its start."""

from collections.abc import Mapping
from pathlib import Path


def read_environment(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def write_environment(file: Path, environment: Mapping[str, str]) -> None:
    """Readable by its owner only, since it holds secrets."""
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
