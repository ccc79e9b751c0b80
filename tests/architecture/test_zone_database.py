"""Every process reads zones from the pinned package, whatever the machine or its environment offers."""

import os
import shutil
import subprocess
import sys
import zoneinfo
from importlib import resources
from pathlib import Path

import pytest

import shared

RABAT = "Africa/Casablanca"
QUESTION = (
    "from datetime import datetime, UTC; from zoneinfo import ZoneInfo, TZPATH; import zoneinfo;"
    "at = datetime(2026, 11, 29, tzinfo=UTC).astimezone(ZoneInfo('Africa/Casablanca'));"
    "print(zoneinfo.TZPATH, at.utcoffset())"
)


@pytest.fixture
def old_zones(tmp_path: Path) -> Path:
    """A machine on which Morocco is an hour ahead, as Lagos is."""
    zone = tmp_path / RABAT
    zone.parent.mkdir(parents=True)
    with resources.as_file(resources.files("tzdata").joinpath("zoneinfo", "Africa", "Lagos")) as lagos:
        shutil.copy(lagos, zone)
    return tmp_path


def answer(package: str, old_zones: Path) -> str:
    environment = {**os.environ, "PYTHONTZPATH": str(old_zones)}
    command = [sys.executable, "-c", f"{f'import {package};' if package else ''}{QUESTION}"]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout.strip()


@pytest.mark.parametrize(
    "package", ["shared.values.dates", "services.gateway", "services.consular", "deploy.demo.days"]
)
def test_the_machines_zone_files_are_not_read(package: str, old_zones: Path) -> None:
    assert answer("", old_zones).endswith("1:00:00")
    assert answer(package, old_zones) == "() 0:00:00"


def test_this_process_reads_them_from_the_package_too() -> None:
    assert shared.__doc__ and zoneinfo.TZPATH == ()
