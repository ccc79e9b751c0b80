"""Passwords that others try first are refused, whatever little they are varied; long rare ones in any script pass."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from services.gateway.accounts import passwords
from services.gateway.accounts.passwords import check_strength, hash_password, matches
from shared.errors import Invalid
from tests.factories.refusals import refuses

EMAIL = "samer.mithal@mahjar.example"


@pytest.mark.parametrize(
    "password",
    [
        "1234567890", "qwertyuiop", "Password123!", "p@ssw0rd1234", "iloveyou123", "aaaaaaaaaaaa", "abcabcabcabc",
        "samermithal", "mithal1990", "mahjar.example", "mahjar2026", "ahmad19900101", "0933123456", "zxcvbnm,./",
    ],
)  # fmt: skip
def test_a_password_of_a_known_breach_or_pattern_is_refused(password: str) -> None:
    with refuses("password_too_common", Invalid) as refused:
        check_strength(password, EMAIL)
    assert refused.value.errors == {"password": "password_too_common"}


@pytest.mark.parametrize(
    "password", ["stapler orchard lantern", "زيتونة الحقل البعيد", "k9#vTq2!mzRw", "ب" * 3 + "كرسي نافذة قمر"]
)
def test_a_long_rare_password_passes(password: str) -> None:
    check_strength(password, EMAIL)


@pytest.fixture
def quick_hasher(monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    return hasher


@pytest.mark.usefixtures("quick_hasher")
@pytest.mark.parametrize("password", ["مؤمن آخر النهار", "Café Zürich Ösen", "İstanbul'da kış"])
def test_a_password_fits_whether_a_keyboard_composes_its_letters_or_not(password: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, password) for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert matches(hash_password(decomposed), composed) and matches(hash_password(composed), decomposed)
    assert not matches(hash_password(composed), composed + " ")


def test_a_hash_of_what_was_typed_before_still_fits(quick_hasher: PasswordHasher) -> None:
    decomposed = unicodedata.normalize("NFD", "مؤمن آخر النهار")
    assert matches(quick_hasher.hash(decomposed), decomposed)


def test_the_longest_password_is_estimated_quickly() -> None:
    check_strength("طاولة قمر نافذة كرسي " * 6, EMAIL)
