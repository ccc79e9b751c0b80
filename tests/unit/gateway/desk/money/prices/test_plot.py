"""The picture of a simulated tariff is drawn to scale."""

from services.gateway.desk.money.prices.plot import BAR, GAP, HEIGHT, draw


def test_bars_stand_on_the_ground_and_the_highest_reaches_the_top() -> None:
    days = [
        {"day": "2026-10-01", "before": 200, "after": 100},
        {"day": "2026-10-02", "before": 50, "after": 0},
    ]
    plot = draw(days)
    assert plot is not None and plot.highest == 200
    assert plot.width == 4 * BAR + GAP
    assert [(bar.kind, bar.height) for bar in plot.bars] == [
        ("before", HEIGHT),
        ("after", HEIGHT // 2),
        ("before", HEIGHT // 4),
        ("after", 1),
    ]
    assert all(bar.y + bar.height == HEIGHT for bar in plot.bars)
    assert [bar.x for bar in plot.bars] == [0, BAR, 2 * BAR + GAP, 3 * BAR + GAP]


def test_nothing_charged_is_no_picture() -> None:
    assert draw([]) is None
    assert draw([{"day": "2026-10-01", "before": 0, "after": 0}]) is None
