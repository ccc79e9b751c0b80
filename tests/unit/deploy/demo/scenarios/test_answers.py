"""What the demo answers where a question's kind and name say all there is to say."""

from dataclasses import replace
from datetime import date

import pytest

from deploy.demo.scenarios.answers import answers
from deploy.dev.checks.data.catalogue import Somebody
from shared.catalogue import CATALOGUE
from shared.catalogue.model import Question

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("child_latin_name", "Nour Namouzaj"),
        ("child_latin_birth_place", "Riyadh"),
        ("latin_birth_place", "Riyadh"),
        ("latin_given_name", "Karam"),
    ],
)
def test_what_is_asked_in_latin_letters_is_a_name_unless_it_says_a_place(
    monkeypatch: pytest.MonkeyPatch, name: str, expected: str
) -> None:
    entry = CATALOGUE["individual-extract"]
    monkeypatch.setitem(CATALOGUE, "sample-letter", replace(entry, questions=(Question(name, "latin"),)))
    assert answers("sample-letter", Somebody(), today=DAY) == {name: expected}
