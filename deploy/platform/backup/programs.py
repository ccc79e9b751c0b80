"""Runs PostgreSQL's own programs for copies; the password travels in the environment, never in a command."""

import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.platform.backup.folder import BackupFailed
from deploy.platform.data_folder import DataFolder
from deploy.platform.database.postgres_programs import PostgresFailed, binaries


def connection_environment(admin_url: str) -> dict[str, str]:
    """The administrator's address as the variables that every client program reads."""
    parts = urlsplit(admin_url)
    return {
        "PGHOST": parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or "postgres"),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGAPPNAME": "mahjar_backup",
        "PGCONNECT_TIMEOUT": "10",
    }


def command(major: int | None, program: str, *words: str) -> list[str]:
    """Raises BackupFailed where no such program is of this major version."""
    try:
        return [str(binaries(major) / program), *words]
    except PostgresFailed as error:
        raise BackupFailed(f"{error}.") from error


def run(words: list[str], admin_url: str = "") -> None:
    """Raises BackupFailed with the last thing it said."""
    environment = {**os.environ, **(connection_environment(admin_url) if admin_url else {})}
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        said = (ended.stderr.strip() or ended.stdout.strip()).splitlines() or ["no reason"]
        raise BackupFailed(f"{Path(words[0]).name} failed: {said[-1]}")


def admin_address(folder: DataFolder) -> str:
    """DATABASE_URL, or the embedded server's while it runs. Raises BackupFailed."""
    if address := os.environ.get("DATABASE_URL"):
        return address
    try:
        port = (folder.postgres / "cluster" / "postmaster.pid").read_text().splitlines()[3]
        password = (folder.postgres / "password").read_text().strip()
    except (OSError, IndexError) as error:
        raise BackupFailed(f"No database runs in {folder.path}: start it, or set DATABASE_URL.") from error
    return f"postgresql+psycopg://postgres:{password}@127.0.0.1:{port}/postgres"
