"""The table and the plot of the simulation, as they stand in docs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.sax.saxutils import escape

from tests.simulations.market import BASE, DRAW, FIELDS, FIRST_COME, LIST, MODES, Assumptions, Outcome

COLOURS = {FIRST_COME: "#a33b2a", LIST: "#b98a2f", DRAW: "#1f5b44"}
NAMES = {FIRST_COME: "first come", LIST: "clicks, freed seats to the list", DRAW: "draw"}
WIDTH, ROW, LEFT, RIGHT, TOP = 860, 24, 260, 90, 60


def changed(assumptions: Assumptions) -> str:
    """What differs from the base case."""
    found = [
        f"{name} {getattr(assumptions, name)}"
        for name in FIELDS
        if assumptions != replace(assumptions, **{name: getattr(BASE, name)})
    ]
    return ", ".join(found).replace("_", " ") or "base case"


def table(rows: Sequence[tuple[str, Sequence[Outcome]]]) -> str:
    """A row for each market, a group of columns for each way of giving seats."""
    head = "| varied | market | " + " | ".join(f"{NAMES[mode]}: profit" for mode in MODES)
    head += " | " + " | ".join(f"{NAMES[mode]}: sold / grabbed" for mode in MODES) + " | applicants served |"
    lines = [head, "|" + " --- |" * (2 + 2 * len(MODES) + 1)]
    for varied, outcomes in rows:
        profits = " | ".join(f"{each.profit:+,}" for each in outcomes)
        trades = " | ".join(f"{each.sold} / {each.grabbed}" for each in outcomes)
        served = ", ".join(f"{each.served} of {each.seats}" for each in outcomes)
        lines.append(f"| {varied} | {changed(outcomes[0].assumptions)} | {profits} | {trades} | {served} |")
    return "\n".join(lines)


def plot(rows: Sequence[tuple[str, Sequence[Outcome]]]) -> str:
    """Bars of the brokers' profit, one group for each market."""
    outcomes = [each for _, group in rows for each in group]
    low, high = min(0, *(each.profit for each in outcomes)), max(1, *(each.profit for each in outcomes))
    scale = (WIDTH - LEFT - RIGHT) / (high - low)
    zero, height = LEFT - low * scale, TOP + len(rows) * (len(MODES) * ROW // 2 + 14) + 20
    parts = [*_head(height), *_bars(rows, zero, scale)]
    parts.append(f'<line x1="{zero:.1f}" y1="{TOP - 8}" x2="{zero:.1f}" y2="{height - 12}" stroke="#333"/>')
    return "\n".join([*parts, "</svg>", ""])


def _head(height: int) -> Iterable[str]:
    title = "Profit of all brokers together, in dollars"
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12" role="img">'
    yield f"<title>{title}</title>"
    yield f'<rect width="{WIDTH}" height="{height}" fill="#fbf8f1"/><text x="12" y="20" font-size="14">{title}</text>'
    for place, mode in enumerate(MODES):
        x = 12 + place * 240
        yield f'<rect x="{x}" y="30" width="10" height="10" fill="{COLOURS[mode]}"/>'
        yield f'<text x="{x + 16}" y="40">{NAMES[mode]}</text>'


def _bars(rows: Sequence[tuple[str, Sequence[Outcome]]], zero: float, scale: float) -> Iterable[str]:
    y = float(TOP)
    for _, outcomes in rows:
        yield f'<text x="12" y="{y + 22:.0f}">{escape(changed(outcomes[0].assumptions))}</text>'
        for outcome in outcomes:
            x, width = zero + min(0, outcome.profit) * scale, max(1.0, abs(outcome.profit) * scale)
            colour, end = COLOURS[outcome.mode], zero + max(0, outcome.profit) * scale + 4
            yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="10" fill="{colour}"/>'
            yield f'<text x="{end:.1f}" y="{y + 9:.1f}" font-size="10">{outcome.profit:+,}</text>'
            y += ROW / 2
        y += 14
