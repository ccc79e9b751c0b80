"""`make mutate`: runs the sample, prints what survived, and fails below 92 % killed."""

import argparse
import difflib
import os
import shutil
import sys
import time
import tomllib

from tests.mutation.coverage_map import TESTS, CoverageMap
from tests.mutation.mutants import Mutant, draw
from tests.mutation.process import load_libraries
from tests.mutation.session import Session
from tests.mutation.workplace import CLUSTER, FOLDER, HOME, TREE, copy_tree, server

WANTED = 92.0
ACCEPTED = HOME / "tests/mutation/equivalent.toml"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutate")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sample", type=int, default=400)
    parser.add_argument("--minutes", type=float, default=90.0, help="of the whole run; the next one goes on from there")
    parser.add_argument("--seconds", type=float, default=60.0, help="of tests for one mutant")
    parser.add_argument("--only", default="", help="mutants of the sample whose path contains this")
    parser.add_argument("--kinds", nargs="+", default=TESTS, help="folders of tests, the quickest first")
    parser.add_argument("--fresh", action="store_true", help="forgets earlier results and which test runs which line")
    asked = parser.parse_args()
    os.nice(max(0, 19 - os.nice(0)))
    if asked.fresh:
        for kept in (FOLDER / "results.jsonl", FOLDER / "lines.json"):
            kept.unlink(missing_ok=True)
        shutil.rmtree(CLUSTER, ignore_errors=True)
    began = time.monotonic()
    copy_tree()
    mutants = [one for one in draw(TREE, asked.sample, asked.seed) if asked.only in one.path]
    print(f"{len(mutants)} mutants, seed {asked.seed}", flush=True)
    with server() as running:
        lines = CoverageMap(FOLDER / "lines.json", TREE, tuple(asked.kinds))
        lines.measure(running)
        load_libraries(TREE)
        session = Session(FOLDER / "results.jsonl", TREE, running, lines, asked.seconds)
        survivors = []
        for place, mutant in enumerate(mutants):
            minutes = (time.monotonic() - began) / 60
            if minutes > asked.minutes:
                print(f"{asked.minutes:g} minutes are over after {place} mutants; run it again to go on")
                return 2
            result = session.result(mutant)
            print(
                f"{place + 1:4} {'killed  ' if result.killed else 'SURVIVED'} {mutant.path}:{mutant.first_line} "
                f"{mutant.operator} {result.seconds:g} s, {result.tests} tests {result.by}",
                flush=True,
            )
            if not result.killed:
                survivors.append(mutant)
    return report(mutants, survivors, time.monotonic() - began)


def report(mutants: list[Mutant], survivors: list[Mutant], seconds: float) -> int:
    """Prints the survivors and the share of the killed; the process's status."""
    accepted = {(one["path"], one["before"], one["after"]) for one in tomllib.loads(ACCEPTED.read_text())["equivalent"]}
    unnoticed = [one for one in survivors if (one.path, *change(one)) not in accepted]
    for one in unnoticed:
        print(f"\n{one.path}:{one.first_line} {one.operator}\n{diff(one)}")
    counted = len(mutants) - (len(survivors) - len(unnoticed))
    killed = len(mutants) - len(survivors)
    share = 100 * killed / max(1, counted)
    print(
        f"\n{len(mutants)} mutants: {killed} killed, {len(unnoticed)} survived, {len(mutants) - counted} accepted as "
        f"equivalent; {share:.1f} % (wanted {WANTED:g}) in {seconds / 60:.0f} minutes"
    )
    return 0 if share >= WANTED else 1


def difference(mutant: Mutant) -> list[str]:
    before, after = (TREE / mutant.path).read_text().splitlines(), mutant.source(TREE).splitlines()
    return [line for line in difflib.unified_diff(before, after, lineterm="", n=0) if line[:3] not in ("---", "+++")]


def diff(mutant: Mutant) -> str:
    return "\n".join(difference(mutant))


def change(mutant: Mutant) -> tuple[str, str]:
    """What stood there and what stands there now, without the indentation."""
    lines = difference(mutant)
    before = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    return before, " ".join(line[1:].strip() for line in lines if line.startswith("+"))


if __name__ == "__main__":
    sys.exit(main())
