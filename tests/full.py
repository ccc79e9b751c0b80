"""`make full`: the long trials one after the other, within 90 minutes; stopped, it goes on with the next one.

What has passed is noted in `.full` for this commit and seed; `--again` forgets it. The seed and the schedule of each
trial stand in its log, and `--seed` plays the same ones again.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".full"
LIMIT_SECONDS = 90 * 60
PEOPLE = {"MAHJAR_CHAOS_APPLICATIONS": "120"}
LONG, DISKS = (
    "tests/chaos/test_full.py",
    ("tests/service/shared/web/test_full_disk.py", "tests/service/gateway/test_full_disk.py"),
)
DRILL = "tests/service/deploy/platform/test_backup.py"


@dataclass(frozen=True)
class Trial:
    """A part of pytest, or another module of the tests; `row` is the promise it is about."""

    name: str
    row: str
    words: tuple[str, ...]
    more: Mapping[str, str] = field(default_factory=dict)
    module: str = "pytest"

    @property
    def command(self) -> list[str]:
        options = ["-n", "0", "-q", "-s"] if self.module == "pytest" else []
        return [sys.executable, "-m", self.module, *options, *self.words]


def part(name: str, row: str, words: str) -> Trial:
    """One of the long forms."""
    return Trial(name, row, (LONG, "-k", words), PEOPLE)


MONEY = ("tests/service/consular/payments/test_state_machine.py",)
HOSTILE = ("tests/service/consular/payments/collection/test_hostile_provider.py",)
STATEMENTS = ("tests/service/consular/payments/transfers/test_import_statement.py",)
# Rounds of sixteen threads at once.
ROUNDS = {"MAHJAR_ROUNDS": "200"}
RACES = (
    "tests/service/consular/payments/collection/test_races.py",
    "tests/service/consular/payments/refunds/test_send.py",
)

TRIALS = (
    Trial("restore", "20", (DRILL, "-k", "comes_back"), {"MAHJAR_DRILL_APPLICATIONS": "100000"}),
    Trial("storm", "1", ("tests/chaos/test_storm.py",), {"MAHJAR_CHAOS_APPLICATIONS": "1000"}),
    part("frozen", "2", "frozen"),
    part("links", "3", "links"),
    part("away", "2", "away"),
    part("workers", "1", "ten_times"),
    part("disk", "18", "full_disk"),
    Trial("disks", "18", DISKS),
    part("clock", "19", "wrong_clock"),
    Trial("instants", "19", ("two", "--tests"), module="tests.clock"),
    part("migration", "21", "beside_the_running"),
    part("deployment", "22", "rolling"),
    Trial("money", "4", MONEY),
    Trial("hostile", "14", HOSTILE),
    Trial("statements", "13", STATEMENTS, {"MONTHS": "200"}),
    Trial("races", "5", RACES, ROUNDS),
    Trial("overload", "16", ("tests/chaos/test_overload.py",)),
    Trial("walks", "J1", ("tests/browser/test_every_transaction.py",)),
)


def main() -> None:
    """Exits with 1 unless every chosen trial has passed."""
    chosen = arguments()
    state = State.load(chosen.seed, forget=chosen.again)
    print(f"MAHJAR_SEED {state.seed}, logs in {FOLDER}", flush=True)
    began, failed = time.monotonic(), []
    for trial in TRIALS:
        if chosen.only and trial.name not in chosen.only:
            continue
        if trial.name in state.passed and not chosen.only:
            print(f"{trial.name:<12} passed before, {state.passed[trial.name]:.0f} s", flush=True)
        elif time.monotonic() - began > LIMIT_SECONDS:
            sys.exit("90 minutes are over; the same command goes on with the rest")
        elif not run_trial(trial, state):
            failed.append(trial.name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="full", description=__doc__)
    parser.add_argument("--seed", type=int, help="plays the schedules of this seed")
    parser.add_argument("--only", nargs="*", choices=[trial.name for trial in TRIALS], help="these trials alone")
    parser.add_argument("--again", action="store_true", help="forgets what has passed")
    return parser.parse_args()


@dataclass
class State:
    """The seed of all trials, and the seconds that each took that passed."""

    commit: str
    seed: int
    passed: dict[str, float] = field(default_factory=dict)

    @classmethod
    def load(cls, seed: int | None, *, forget: bool) -> "State":
        command = ["git", "rev-parse", "HEAD"]
        commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
        file = FOLDER / "state.json"
        known = json.loads(file.read_text()) if file.exists() and not forget else {}
        if known.get("commit") == commit and seed in (None, known["seed"]):
            return cls(commit, known["seed"], known["passed"])
        return cls(commit, secrets.randbelow(10**6) if seed is None else seed)

    def note(self, trial: str, seconds: float) -> None:
        self.passed[trial] = seconds
        (FOLDER / "state.json").write_text(json.dumps(vars(self), indent=1))


def run_trial(trial: Trial, state: State) -> bool:
    """Whether it passed."""
    FOLDER.mkdir(exist_ok=True)
    log, began = FOLDER / f"{trial.name}.log", time.monotonic()
    environment = {**os.environ, **trial.more, "MAHJAR_FULL": "1", "MAHJAR_SEED": str(state.seed)}
    with log.open("wb") as output:
        ended = subprocess.run(trial.command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False)
    seconds = time.monotonic() - began
    passed = ended.returncode == 0
    print(f"{trial.name:<12} row {trial.row:<3} {'passed' if passed else 'FAILED'} {seconds:5.0f} s  {last_line(log)}")
    sys.stdout.flush()
    if passed:
        state.note(trial.name, seconds)
    return passed


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return next((line for line in reversed(lines) if line.strip()), "")


if __name__ == "__main__":
    main()
