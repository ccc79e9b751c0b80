"""The case page: whom the registers attested, and how ages are counted where no day of birth is known."""

import re
from collections.abc import Callable

import pytest

from tests.factories.applications import Counter, Person
from tests.factories.gateway import Gateway

At = Callable[..., Counter]


@pytest.mark.parametrize(
    ("precision", "born", "printed", "rule"),
    [
        ("year", "1998-01-01", "<bdi>1998</bdi>", "From 1 January 1998: the register has only the year of birth"),
        ("month", "1998-04-01", "<bdi>April 1998</bdi>", "From 1 April 1998: the register has only the month of birth"),
        ("day", "1998-04-17", "<bdi>17 April 1998</bdi>", None),
    ],
)
def test_a_case_says_from_which_day_age_is_counted(
    counter: At, gateway: Gateway, precision: str, born: str, printed: str, rule: str | None
) -> None:
    person = Person(changes={"born": born, "born_precision": precision})
    filed = counter(person=person).until("in_review", "individual-extract")
    page = gateway.visitor("officer").get(f"/en/desk/cases/{filed.reference}").text
    assert printed in page
    assert ("Age counted" in page) == (rule is not None)
    assert rule is None or rule in re.sub("</?bdi>", "", page)


def test_a_case_marks_a_name_that_the_register_has_not(counter: At, gateway: Gateway) -> None:
    name = {
        script: {"given": given, "father": father, "family": "", "mother": ""}
        for script, given, father in (("ar", "رشا", "سامر"), ("latin", "Rasha", "Samer"))
    }
    filed = counter(person=Person(changes={"name": name})).until("in_review", "passport-first")
    page = gateway.visitor("officer").get(f"/en/desk/cases/{filed.reference}").text
    typed = str(filed.read()["answers"]["latin_family_name"])
    (row,) = (row for row in re.findall(r'<tr class="differs">.*?</tr>', page, re.DOTALL) if typed in row)
    assert "The register has none" in row and "Differs" in row
    in_summary, in_passport = re.findall(r'<ul class="divergences">.*?</ul>', page, re.DOTALL)
    for marks in (in_summary, in_passport):
        assert any(typed in mark and "the register has none" in mark for mark in marks.split("</li>"))


TOO_LONG = "This text is longer than its place"


@pytest.mark.parametrize(
    ("path", "page", "form", "name", "longest"),
    [
        ("return", "", {"reason-paper-identity": "paper_unreadable"}, "note", 500),
        ("refuse", "/refuse", {"reason": "not_entitled"}, "note", 500),
        ("approvals", "", {"what": "booklet_surrendered", "outcome": "approved"}, "reason", 300),
        ("clear", "", {}, "reason", 500),
    ],
)
def test_words_that_are_too_long_go_back_whole(
    counter: At, gateway: Gateway, path: str, page: str, form: dict[str, str], name: str, longest: int
) -> None:
    """A browser counts a line's end as one character and sends two: nothing is cut off for that."""
    filed = counter().until("in_review", "individual-extract")
    officer, case = gateway.visitor("officer"), f"/en/desk/cases/{filed.reference}"
    words = "ن" * (longest - 1) + "آخر"
    refused = officer.submit(f"{case}/{path}", case + page, **form, **{name: words})
    assert refused.status_code == 422
    if path in ("return", "refuse"):
        assert TOO_LONG in refused.text and words in refused.text
    assert filed.read()["status"] == "in_review"


def test_words_of_many_lines_are_as_long_as_they_are_kept(counter: At, gateway: Gateway) -> None:
    filed = counter().until("in_review", "individual-extract")
    officer, case = gateway.visitor("officer"), f"/en/desk/cases/{filed.reference}"
    words = "\r\n".join(["سطر"] * 125)
    sent = officer.submit(f"{case}/return", case, **{"reason-paper-identity": "paper_unreadable", "note": words})
    assert sent.status_code == 303 and filed.read()["status"] == "returned"
    assert " ".join(["سطر"] * 125) in officer.get(case).text
