"""One folding of names: every keyboard, habit of spelling and order of words, and what stays different."""

import random
import unicodedata

import pytest

from shared.values import names
from tests.factories.texts.name_pairs import DIFFERENT, SAME, SAME_IN_ZONE


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert names.is_same_name(one, other) and names.is_same_name(other, one)
    assert names.person_key(one) == names.person_key(other)


@pytest.mark.parametrize(("one", "other"), SAME_IN_ZONE)
def test_a_passports_zone_spells_the_same_name(one: str, other: str) -> None:
    assert names.is_same_name(one, other) and names.is_same_name(other, one)
    assert names.matches_search(one, [other]) and names.matches_search(other, [one])


def test_a_compound_of_one_spelling_alone_search_leads_to_it() -> None:
    assert names.is_same_name("Åbu Åli", "AABU AALI")
    assert names.matches_search("Åbu Åli", ["Åbu Åli"]) and names.matches_search("aabu", ["Åbu Åli"])


def test_every_letter_of_the_arabic_blocks_has_one_that_the_register_knows() -> None:
    """The register's are the letters of Arabic itself; a hamza and small letters above others fold to nothing."""
    letters = [chr(code) for code in (*range(0x620, 0x700), *range(0x750, 0x780)) if chr(code).isalpha()]
    known = set("ابتثجحخدذرزسشصضطظعغفقكلمنهوي")
    assert len(letters) > 190
    assert {letter: names.fold(letter) for letter in letters if not set(names.fold(letter)) <= known} == {}


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names(one: str, other: str) -> None:
    assert not names.is_same_name(one, other)


def test_ten_thousand_variants_of_a_person_have_one_key() -> None:
    """Seeded: the letters of other keyboards, marks, tatweel, invisible signs, gaps and order at random."""
    source = random.Random(20261129)  # noqa: S311 - the same variants each time are the point
    variants = {"ه": "هھہەة", "ي": "يیى", "ك": "كکڪگ", "ا": "اأإآٱ", "و": "وؤ", "ف": "فڤ", "ب": "بپ"}
    parts = ["عبدالهادي", "كاوا", "البيك", "فهيم"]

    def spelt(word: str) -> str:
        signs = [source.choice(variants.get(sign, sign)) + source.choice(["", "", "ـ", "ّ", "\u200c"]) for sign in word]
        return unicodedata.normalize(source.choice(["NFC", "NFD"]), "".join(signs))

    keys = {names.person_key(" ".join(map(spelt, source.sample(parts, len(parts))))) for _ in range(10_000)}
    assert keys == {names.person_key(*parts)}


@pytest.mark.parametrize(
    "typed", ["زهي", "مثال زھیۃ", "الحلبي", "حلبي", "عبدالرحمن", "الرحمن", "Halab", "عبد الرحمن مثال", "را"]
)
def test_a_search_finds_the_beginnings_of_words_in_any_order(typed: str) -> None:
    assert names.matches_search(typed, ["زهية عبد الرحمن الحلبي مثال رامي", "Zahia Al-Halabi"])


@pytest.mark.parametrize("typed", ["هية", "زهية سمير", "مثالي"])
def test_a_search_needs_every_word(typed: str) -> None:
    assert not names.matches_search(typed, ["زهية عبد الرحمن الحلبي مثال"])


def test_an_article_is_no_prefix_of_another_name() -> None:
    assert names.matches_search("الياس", ["إلياس مثال"])
    assert not names.matches_search("الياس", ["ياسر مثال"])
