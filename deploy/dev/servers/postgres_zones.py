"""Gives the embedded PostgreSQL the zone database that Python is pinned to; its wheel's own is months older."""

import os
import tempfile
from importlib import metadata, resources
from pathlib import Path

# Where distributions of the zone database write which one they are.
STAMP = "+VERSION"


def install_zones(binaries: Path) -> None:
    """Replaces the zone files beside the server's binaries, unless they are the pinned ones or not ours to write.

    A distribution's server has none beside it: it reads the machine's, and readiness says where those differ.
    """
    target, version = binaries.parent / "share" / "timezone", metadata.version("tzdata")
    stamp = target / STAMP
    if not os.access(target, os.W_OK) or (stamp.exists() and stamp.read_text() == version):
        return
    with resources.as_file(resources.files("tzdata").joinpath("zoneinfo")) as source:
        for path in sorted(source.rglob("*")):
            if path.is_file() and (content := path.read_bytes()).startswith(b"TZif"):
                replace(target / path.relative_to(source), content)
    replace(stamp, version.encode())


def replace(path: Path, content: bytes) -> None:
    """Puts a new file in place of the old one: the installer's cache may hold the old one by another name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as new:
        new.write(content)
    Path(new.name).chmod(0o644)
    Path(new.name).replace(path)
