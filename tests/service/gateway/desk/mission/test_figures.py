"""Figures with drawings and tables in both languages, and as a file; the status of services by two signatures."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services.gateway.desk.mission.figures import figures
from shared.direction import CONTROLS
from tests.factories.applications import Counter
from tests.factories.gateway import Gateway

At = Callable[..., Counter]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_drawing_has_its_table(counter: At, gateway: Gateway, language: str) -> None:
    counter().until("with_authority")
    head = gateway.visitor("head_of_mission")
    page = head.get(f"/{language}/desk/figures?days=7")
    assert page.status_code == 200
    assert page.text.count("<table") >= page.text.count('class="bars"') >= 1
    file = head.get(f"/{language}/desk/figures.csv?days=7")
    assert "SAR" in file.get_data().decode("utf-8-sig")
    assert head.get(f"/{language}/desk/figures?days=nonsense").status_code == 200


TAKEN = (
    ("SAR", "passport-renewal", 3, 120_000),
    ("SAR", "birth-statement", 1, 30_000),
    ("USD", "passport-renewal", 1, 60_000),
)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_each_currency_is_drawn_in_its_own_measure(gateway: Gateway, language: str) -> None:
    names = ("currency", "transaction", "count", "amount")
    found: Any = {"revenue": [dict(zip(names, row, strict=True)) for row in TAKEN]}
    with gateway.app.test_request_context(f"/{language}/"):
        sums, riyals, dollars = figures._revenue(found)
    assert sums.drawing is None
    assert [(row[0], row[1]) for row in sums.rows] == [("SAR", 4), ("USD", 1)]
    assert ["1,500" in plain(sums.rows[0][2]), "600" in plain(sums.rows[1][2])] == [True, True]
    assert riyals.drawing and [line.width for line in riyals.drawing.lines] == [320, 80]
    assert dollars.drawing and [line.width for line in dollars.drawing.lines] == [320]
    assert "SAR" in riyals.title and "USD" in dollars.title


def plain(cell: object) -> str:
    return CONTROLS.sub("", re.sub("<[^>]+>", "", str(cell)))


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_status_of_a_service_is_changed_by_a_proposal(gateway: Gateway, language: str) -> None:
    page = gateway.visitor("head_of_mission").get(f"/{language}/desk/services").text
    assert "/desk/proposals/new/standing?transaction=passport-renewal" in page
    seen = gateway.visitor("officer").get(f"/{language}/desk/services").text
    assert "/desk/proposals/new/standing" not in seen


@pytest.mark.parametrize(
    ("hours", "arabic", "english"),
    [
        (0.4, "أقل من ساعة", "less than an hour"),
        (1.2, "ساعة واحدة", "one hour"),
        (2.4, "ساعتان", "2 hours"),
        (5.6, "6 ساعات", "6 hours"),
        (24.0, "24 ساعة", "24 hours"),
        (48.0, "يومان", "2 days"),
    ],
)
def test_a_wait_is_said_in_words_that_agree_with_its_number(
    gateway: Gateway, hours: float, arabic: str, english: str
) -> None:
    said = []
    for language in ("ar", "en"):
        with gateway.app.test_request_context(f"/{language}/"):
            said.append(CONTROLS.sub("", re.sub("<[^>]+>", "", str(figures._hours(hours)))))
    assert said == [arabic, english]
