"""Tests that cannot fail prove nothing: each of these faults must turn the named test red, and its absence green."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
RELAY, LISTENER, WORKER = (
    "tests/service/shared/messaging/test_relay.py",
    "tests/service/shared/messaging/test_listener.py",
    "tests/contract/test_worker.py",
)
KILLED = "test_a_worker_killed_between_two_commits_leaves_no_effect_twice_or_undone[embedded-before_ack]"


@pytest.mark.parametrize(
    ("fault", "seen_by"),
    [
        ("emit_beside", f"{RELAY}::test_a_change_that_is_rolled_back_says_nothing_and_leaves_no_gap"),
        ("high_water_mark", f"{RELAY}::test_a_row_committed_later_than_its_neighbours_is_still_sent"),
        ("note_first", f"{LISTENER}::test_a_failure_that_passes_is_made_good"),
        ("ack_first", f"{WORKER}::{KILLED}"),
    ],
)
def test_a_planted_fault_is_seen(fault: str, seen_by: str) -> None:
    told = {**os.environ, "MAHJAR_PLANT": fault, "MAHJAR_LIMIT": "15"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.contract.planted_faults",
        "-p",
        "no:cacheprovider",
        seen_by,
    ]
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=180, check=False)
    assert "1 failed" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    assert "AssertionError" in done.stdout or "assert " in done.stdout
