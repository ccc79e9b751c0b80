"""Runs the sweep and writes its table and plot: `python -m tests.simulations`."""

from pathlib import Path

from tests.simulations.brokers import simulate
from tests.simulations.market import BASE, MODES, SWEEP, Outcome
from tests.simulations.report import changed, plot, table
from tests.simulations.world import started_world

FOLDER = Path(__file__).parents[2] / "docs" / "simulations"
IMAGE = "![Profit of all brokers together](brokers.svg)"
BEGINS, ENDS = "<!-- figures -->\n", "<!-- end of figures -->"


def main() -> None:
    rows: list[tuple[str, list[Outcome]]] = []
    with started_world() as world:
        markets = [("", BASE), *((varied, one) for varied, group in SWEEP for one in group if one != BASE)]
        for varied, assumptions in markets:
            outcomes = [simulate(world, assumptions, mode) for mode in MODES]
            rows.append((varied, outcomes))
            write(rows)
            print(changed(assumptions), [f"{each.mode} {each.profit:+}" for each in outcomes], flush=True)


def write(rows: list[tuple[str, list[Outcome]]]) -> None:
    """The plot and the table of the markets that are done."""
    (FOLDER / "brokers.svg").write_text(plot(rows), encoding="utf-8")
    page = FOLDER / "brokers.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGINS)
    after = rest.partition(ENDS)[2]
    page.write_text(f"{before}{BEGINS}{IMAGE}\n\n{table(rows)}\n{ENDS}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
