"""Tests that cannot fail prove nothing: each of these faults must turn the named test red, and its absence green."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.contract.planted_faults import PLANTS

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each test said, all of them run in one process with one database, each with its own fault."""
    report = tmp_path_factory.mktemp("planted") / "report.xml"
    options = ["-q", "-n", "0", "-p", "tests.contract.planted_faults", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *PLANTS]
    environment = {**os.environ, "MAHJAR_LIMIT": "15"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=270, check=False)
    assert report.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    cases = ElementTree.parse(report).iter("testcase")  # noqa: S314 (pytest has just written it)
    return {case.attrib["name"]: "".join(failure.text or "" for failure in case.iter("failure")) for case in cases}


@pytest.mark.parametrize("seen_by", PLANTS)
def test_a_planted_fault_is_seen(failures: dict[str, str], seen_by: str) -> None:
    assert "AssertionError" in failures[seen_by.partition("::")[2]]
