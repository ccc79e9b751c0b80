"""`make mutate`: runs the sample, prints what survived, and fails below 92 % killed."""

import argparse
import difflib
import os
import shutil
import sys
import time
import tomllib
import traceback
from collections import Counter

from tests.mutation.coverage_map import TESTS, CoverageMap
from tests.mutation.mutants import AREAS, Mutant, draw, targets
from tests.mutation.process import load_libraries
from tests.mutation.session import Result, Session
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
    parser.add_argument("--nice", type=int, default=19, help="the priority; 0 if nobody else needs the machine")
    parser.add_argument("--fresh", action="store_true", help="forgets earlier results and which test runs which line")
    asked = parser.parse_args()
    os.nice(max(0, asked.nice - os.nice(0)))
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

        def session() -> Session:
            return Session(FOLDER / "results.jsonl", TREE, running, lines, asked.seconds)

        ends = began + 60 * asked.minutes
        ended = results(session(), mutants, ends) if first_half(session(), mutants, ends) else None
    if ended is None:
        print(f"{asked.minutes:g} minutes are over; run it again to go on")
        return 2
    return report(ended, time.monotonic() - began)


def first_half(session: Session, mutants: list[Mutant], ends: float) -> bool:
    """Tries what a loaded product can take, in a process of its own, so that this one has none; whether it is done."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            session.load_product()
            status = 2 if results(session, [one for one in mutants if session.takes(one)], ends) is None else 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, 2):
        raise RuntimeError(f"the process with the loaded product ended with {status}")
    return status == 0


def results(session: Session, mutants: list[Mutant], ends: float) -> list[tuple[Mutant, Result]] | None:
    """How each ended; None if the time was over before."""
    ended = []
    for place, mutant in enumerate(mutants):
        if time.monotonic() > ends:
            return None
        result = session.result(mutant)
        outcome = "endless" if result.endless else "killed" if result.killed else "SURVIVED"
        print(
            f"{place + 1:4} {outcome:8} {mutant.path}:{mutant.first_line} "
            f"{mutant.operator} {result.seconds:g} s, {result.tests} tests {result.by}",
            flush=True,
        )
        ended.append((mutant, result))
    return ended


def report(ended: list[tuple[Mutant, Result]], seconds: float) -> int:
    """Prints the survivors and the share of the killed, by area and of all; the process's status."""
    accepted = {(one["path"], one["before"], one["after"]) for one in tomllib.loads(ACCEPTED.read_text())["equivalent"]}
    counts: dict[str, Counter[str]] = {area: Counter() for area in (*AREAS, "all")}
    areas = targets(TREE)
    for mutant, result in ended:
        survived = "equivalent" if (mutant.path, *change(mutant)) in accepted else "survived"
        outcome = survived if not result.killed else "endless" if result.endless else "failed"
        counts[areas[mutant.path]][outcome] += 1
        counts["all"][outcome] += 1
        if outcome == "survived":
            print(f"\n{mutant.path}:{mutant.first_line} {mutant.operator}\n{diff(mutant)}")
    for area, count in counts.items():
        print(
            f"{area:12} {count.total():4} mutants: {count['failed'] + count['endless']} killed ({count['endless']} of "
            f"them endless), {count['survived']} survived, {count['equivalent']} equivalent; {share(count):.1f} %"
        )
    print(f"wanted {WANTED:g} %; {seconds / 60:.0f} minutes")
    return 0 if share(counts["all"]) >= WANTED else 1


def share(count: Counter[str]) -> float:
    """Of the mutants that a test can tell from the code, those that one told, in per cent."""
    killed = count["failed"] + count["endless"]
    return 100 * killed / max(1, killed + count["survived"])


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
