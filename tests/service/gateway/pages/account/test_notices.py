"""A notice in words: its count, also of none, takes the form that the language asks for."""

import pytest

from services.gateway.clients.consular.correspondence.notices import Notice
from services.gateway.web.content.notice_words import words
from shared.direction import CONTROLS
from tests.factories.gateway import Gateway

REFERENCE, DAY = "RUH-22222-22222-2", "2026-05-01"


def text_of(gateway: Gateway, language: str, kind: str, **params: object) -> str:
    notice: Notice = {
        "id": 1,
        "kind": kind,
        "about": REFERENCE,
        "mission": "RUH",
        "params": {"day": DAY, **params},
        "at": f"{DAY}T08:00:00+00:00",
        "read": False,
    }
    with gateway.app.test_request_context("/", headers={"Accept-Language": language}):
        return CONTROLS.sub("", words(notice).striptags())


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("ar", 0, "لم ترسل الطلب {} بعد. آخر يوم هو 1 أيار 2026."),
        ("ar", 1, "لم ترسل الطلب {} بعد. اليوم، 1 أيار 2026، آخر يوم."),
        ("ar", 2, "لم ترسل الطلب {} بعد. بقي يومان بما فيهما اليوم. آخر يوم هو 1 أيار 2026."),
        ("ar", 3, "لم ترسل الطلب {} بعد. بقي 3 أيام بما فيها اليوم. آخر يوم هو 1 أيار 2026."),
        ("ar", 11, "لم ترسل الطلب {} بعد. بقي 11 يومًا بما فيها اليوم. آخر يوم هو 1 أيار 2026."),
        ("en", 0, "You have not sent application {} yet. The last day is 1 May 2026."),
        ("en", 1, "You have not sent application {} yet. Today, 1 May 2026, is the last day."),
        ("en", 3, "You have not sent application {} yet. 3 days are left, counting today. The last day is 1 May 2026."),
    ],
)
def test_the_days_left_of_a_reminder(gateway: Gateway, language: str, count: int, expected: str) -> None:
    assert text_of(gateway, language, "reminder_draft", left=count) == expected.format(REFERENCE)


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("ar", 0, "مُدّدت مهلة الطلب {}. آخر يوم الآن هو 1 أيار 2026."),
        ("ar", 2, "مُدّدت مهلة الطلب {} يومين. آخر يوم الآن هو 1 أيار 2026."),
        ("en", 0, "The time of application {} was extended. Its last day is now 1 May 2026."),
        ("en", 1, "The time of application {} was extended by one day. Its last day is now 1 May 2026."),
    ],
)
def test_the_days_of_an_extension(gateway: Gateway, language: str, count: int, expected: str) -> None:
    assert text_of(gateway, language, "extended", days=count) == expected.format(REFERENCE)


@pytest.mark.parametrize(("language", "expected"), [("ar", "انتهت"), ("en", "lapsed")])
def test_a_notice_without_a_count_is_shown_as_well(gateway: Gateway, language: str, expected: str) -> None:
    text = text_of(gateway, language, "lapsed")
    assert REFERENCE in text and "{" not in text and expected in text
