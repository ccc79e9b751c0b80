"""Fills in an application in the browser, as its questions ask, and the count of a till."""

import re
from io import BytesIO

from shared.catalogue import CATALOGUE
from shared.catalogue.model import Question
from tests.factories.applications import answer_to
from tests.factories.gateway import Browser
from tests.factories.uploads import PDF

# The count of a till in which there is nothing, in riyals.
EMPTY_TILL = {"piece-1000": "0"}


def typed(question: Question) -> dict[str, str]:
    """A good answer as the fields of a form."""
    answer = str(answer_to(question))
    if question.kind not in ("date", "past_date"):
        return {question.name: answer}
    return {
        f"{question.name}-{part}": text for part, text in zip(("year", "month", "day"), answer.split("-"), strict=True)
    }


def begin(browser: Browser, slug: str, language: str = "en") -> str:
    """Opens a draft and gives its reference."""
    page = f"/{language}/apply/{slug}"
    answer = browser.submit(page, key=browser.hidden(page, "key"))
    assert answer.status_code == 303, answer.text
    return re.search("/applications/([A-Z0-9-]+)", answer.location)[1]  # type: ignore[index]


def fill(browser: Browser, slug: str, reference: str, language: str = "en") -> None:
    """Answers every step and hands in every paper."""
    entry = CATALOGUE[slug]
    for step in dict.fromkeys(question.step for question in entry.questions):
        fields = {k: v for one in entry.questions if one.step == step for k, v in typed(one).items()}
        answer = browser.submit(f"/{language}/applications/{reference}/questions/{step}", **fields)
        assert answer.status_code == 303, answer.text
    papers = f"/{language}/applications/{reference}/papers"
    for paper in entry.papers:
        answer = browser.submit(
            f"{papers}/{paper.name}", page=papers, file=(BytesIO(PDF), "scan.pdf", "application/pdf")
        )
        assert answer.status_code == 303, answer.text


def send(browser: Browser, reference: str, language: str = "en") -> str:
    """Sends the application in; gives where the browser is led."""
    review = f"/{language}/applications/{reference}/review"
    answer = browser.submit(review, key=browser.hidden(review, "key"))
    assert answer.status_code == 303, answer.text
    return answer.location
