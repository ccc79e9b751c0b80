"""A reason is chosen from its list, or has words of its own within its length; anything else is said at its field."""

import pytest

from shared.errors import Invalid
from shared.reasons import check_choice, optional_text, required_text
from tests.factories.refusals import refuses


@pytest.mark.parametrize(
    ("choice", "code"), [("", "required"), ("other", "unknown_choice"), ("Twins", "unknown_choice")]
)
def test_a_choice_is_one_of_the_list(choice: str, code: str) -> None:
    with refuses(code, Invalid) as refused:
        check_choice(choice, ("twins", "namesakes"), "verdict")
    assert (refused.value.code, refused.value.errors) == (code, {"verdict": code})
    check_choice("twins", ("twins", "namesakes"), "verdict")


@pytest.mark.parametrize("text", ["", "  ", "\u200f\u2069", "\x00"])
def test_nothing_to_read_is_no_text(text: str) -> None:
    assert optional_text(text, 3, "note") is None
    with refuses("required", Invalid) as refused:
        required_text(text, 3, "reason")
    assert refused.value.errors == {"reason": "required"}


@pytest.mark.parametrize("read", [optional_text, required_text])
def test_a_text_is_as_long_as_the_record_holds_and_no_longer(read: object) -> None:
    assert callable(read)
    assert read(" \u200fنعم ", 3, "note") == "نعم"
    with refuses("too_long", Invalid) as refused:
        read("نعم!", 3, "note")
    assert refused.value.errors == {"note": "too_long"}
