"""The embedded server's zone files are the pinned ones; what others hold by another name stays as it was."""

import os
from importlib import metadata, resources
from pathlib import Path

import pytest

from deploy.dev.servers.postgres_zones import STAMP, install_zones

RABAT = "Africa/Casablanca"


@pytest.fixture
def binaries(tmp_path: Path) -> Path:
    """A server's folders with one old zone file, which the installer's cache holds too."""
    old = tmp_path / "share" / "timezone" / RABAT
    old.parent.mkdir(parents=True)
    old.write_bytes(b"TZif old")
    os.link(old, tmp_path / "cached")
    return tmp_path / "bin"


def test_old_files_are_replaced_and_the_cache_is_left_alone(binaries: Path) -> None:
    install_zones(binaries)
    folder = binaries.parent / "share" / "timezone"
    pinned = resources.files("tzdata").joinpath("zoneinfo", *RABAT.split("/")).read_bytes()
    assert (folder / RABAT).read_bytes() == pinned
    assert (binaries.parent / "cached").read_bytes() == b"TZif old"
    assert (folder / STAMP).read_text() == metadata.version("tzdata")
    assert (folder / "Asia/Riyadh").stat().st_mode & 0o444 == 0o444
    assert not list(folder.rglob("tmp*"))


def test_files_of_the_pinned_version_are_not_written_again(binaries: Path) -> None:
    install_zones(binaries)
    path = binaries.parent / "share" / "timezone" / RABAT
    path.write_bytes(b"TZif kept")
    install_zones(binaries)
    assert path.read_bytes() == b"TZif kept"


def test_a_server_without_zone_files_of_its_own_is_left_alone(tmp_path: Path) -> None:
    install_zones(tmp_path / "bin")
    assert list(tmp_path.iterdir()) == []
