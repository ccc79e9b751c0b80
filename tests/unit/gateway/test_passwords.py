"""Passwords that others try first are refused, whatever little they are varied; long rare ones in any script pass."""

import pytest

from services.gateway.accounts.passwords import check_strength
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


def test_the_longest_password_is_estimated_quickly() -> None:
    check_strength("طاولة قمر نافذة كرسي " * 6, EMAIL)
