"""People find a transaction by the word they know, however they spell it."""

import pytest

from services.gateway.pages.services import search
from shared.catalogue import CATALOGUE


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("باسبور", "passport-renewal"),
        ("بدي جدد الباسبور", "passport-renewal"),
        ("شهادة ميلاد", "birth-statement"),
        ("اخراج قيد", "individual-extract"),
        ("إخراج قيد", "individual-extract"),
        ("لا حكم عليه", "criminal-record"),
        ("غير محكوم", "criminal-record"),
        ("جيش", "cash-allowance"),
        ("رخصه سواقه", "driving-licence-check"),
        ("police clearance", "criminal-record"),
        ("I lost my passport", "passport-lost"),
        ("birth certificate", "birth-statement"),
        ("driver's license", "driving-licence-check"),
        ("APPOINTMENT", "embassy-queue-riyadh"),
        ("زياره سوريا", "visit-facilitation"),
    ],
)
def test_words_of_people_find_the_transaction(typed: str, slug: str) -> None:
    assert slug in [entry.slug for entry in search.find(typed)]


@pytest.mark.parametrize("same", [("تأجيل", "تاجيل"), ("إقامة", "اقامه"), ("مدني", "مدنى"), ("٠", "0")])
def test_hamza_and_ya_do_not_matter(same: tuple[str, str]) -> None:
    first, second = map(search.find, same)
    assert first == second


@pytest.mark.parametrize("typed", ["", "   ", "من في", "xyzzy", "<script>", "%", "a" * 5000])
def test_what_says_nothing_finds_nothing(typed: str) -> None:
    assert search.find(typed) == []


def test_one_word_too_many_does_not_hide_what_the_others_find() -> None:
    assert search.find("باسبور لابني الكبير")[0].slug.startswith("passport")


def test_synonyms_are_those_of_transactions_in_both_languages() -> None:
    assert set(search.synonyms()) <= set(CATALOGUE)
    assert len(search.synonyms()) >= 22
    assert all(word.strip() == word != "" for words in search.synonyms().values() for word in words)
