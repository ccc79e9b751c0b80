"""Texts that speak of a child or relative: complete in both languages and both genders, with the same parameters."""

import re

import pytest

from shared.catalogue import CATALOGUE
from shared.catalogue.model import GUARDIAN, RELATIVE
from shared.i18n import language

PLACE = re.compile(r"\{\w+\}")
YOURS = re.compile(r"\b(I|me|my|you|your|yours)\b", re.IGNORECASE)
# Of whoever applies, whomever it is about.
READERS = (
    *("question.tier", "question.lost_on", "question.mobile", "question.loss_declared", "question.residence_address"),
    *("paper.damaged_passport.hint", "paper.identity.hint"),
)


def asked_of_others() -> set[str]:
    """The keys of everything that is asked where one acts for another."""
    keys: set[str] = set()
    for entry in CATALOGUE.values():
        if {GUARDIAN, RELATIVE} & set(entry.acts):
            names = [f"question.{one.name}" for one in entry.questions] + [f"paper.{one.name}" for one in entry.papers]
            keys |= {f"{name}.{part}" for name in names for part in ("label", "hint")}
            keys |= {f"question.{one.name}.choice.{choice}" for one in entry.questions for choice in one.choices}
    return keys


@pytest.mark.parametrize("gender", ["f", "m"])
def test_whatever_says_your_has_a_text_that_speaks_of_the_other(gender: str) -> None:
    english = language("en")
    yours = {key for key in asked_of_others() if english.has(key) and YOURS.search(str(english.texts[key]))}
    lacking = {key for key in yours if not english.has(f"{key}.for_{gender}") and not key.startswith(READERS)}
    assert lacking == set()


@pytest.mark.parametrize("code", ["ar", "en"])
@pytest.mark.parametrize("gender", ["f", "m"])
def test_variants_ask_for_the_same_parameters(code: str, gender: str) -> None:
    tongue = language(code)
    for key in asked_of_others():
        if tongue.has(f"{key}.for_{gender}"):
            mine, theirs = (set(PLACE.findall(str(tongue.texts[one]))) for one in (key, f"{key}.for_{gender}"))
            assert theirs - {"{who}"} == mine, key


@pytest.mark.parametrize("code", ["ar", "en"])
def test_every_tie_has_a_word_for_both_genders(code: str) -> None:
    for tie in ("child", "parent", "spouse", "sibling", "grandchild", "grandparent"):
        assert len({language(code).text(f"whom.kin.{tie}.{gender}") for gender in ("f", "m")}) == 2, tie
