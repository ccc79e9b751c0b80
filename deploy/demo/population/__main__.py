"""Loads the demo population from the command line: `python -m deploy.demo.population --people 20000 --seed 1`."""

import os
import sys
import time
from argparse import ArgumentParser

from deploy.demo.population.loading import load
from deploy.platform.database.roles import DATABASE, connect_as_admin


def main(arguments: list[str] | None = None) -> int:
    """Needs MAHJAR_ADMIN_URL: the address of a database user who may act for the tables' owner."""
    parser = ArgumentParser(prog="python -m deploy.demo.population", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    if asked.people < 0:
        parser.error("--people must not be negative")
    started = time.monotonic()
    with connect_as_admin(os.environ["MAHJAR_ADMIN_URL"], DATABASE) as connection:
        written = load(connection, asked.people, asked.seed)
    if not written:
        print("population: the registers are not empty; nothing was written", file=sys.stderr)
        return 1
    print(f"population: {written} people in {time.monotonic() - started:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
