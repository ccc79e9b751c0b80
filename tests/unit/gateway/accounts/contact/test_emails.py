"""One spelling of each mailbox, and what is no address."""

import time

import pytest

from services.gateway.accounts.contact.emails import fold_email
from shared.errors import Invalid
from tests.factories.refusals import refuses


@pytest.mark.parametrize(
    "typed",
    [
        "rasha@bücher.example",
        "RASHA@BÜCHER.EXAMPLE",
        "rasha@xn--bcher-kva.example",
        "rasha@XN--BCHER-KVA.example",
        " rasha@bu\u0308cher.example\u200b",
        "ｒａｓｈａ＠bücher.example",
        "Rasha <rasha@bücher.example>",
        "mailto:rasha@bücher.example",
        "rasha@bücher。example",
        "rasha@bücher.example.",
        "rasha@bücher.example;",
        "<rasha@bücher.example>,",
        "E-mail: rasha@bücher.example",
        "البريد: rasha@bücher.example،",
        "mailto:rasha@bücher.example?subject=Termin",
        "rasha@b\u200cücher.example",
    ],
)
def test_a_mailbox_has_one_spelling(typed: str) -> None:
    assert fold_email(typed) == "rasha@xn--bcher-kva.example"


def test_an_arabic_domain_is_a_domain() -> None:
    assert fold_email("rasha@مثال.سوريا") == fold_email("rasha@xn--mgbh0fb.xn--mgbtf8fl")


def test_arabic_digits_are_the_domains_own_or_the_keyboards() -> None:
    assert fold_email("r٢@شركة١.example") == "r2@xn--ogbpi5d6h.example"
    assert fold_email("rasha@شركة1.example") == "rasha@xn--1-2mcxl0f.example"
    assert fold_email("rasha@ex١ample.org") == "rasha@ex1ample.org"


@pytest.mark.parametrize("typed", ["rasha@نامه\u200cای.example", "rasha@شر\u200dكة.example"])
def test_a_domain_is_not_made_another_one(typed: str) -> None:
    """Of the two domains with and without the joiner, each may be somebody's."""
    with refuses("email_malformed", Invalid):
        fold_email(typed)
    assert fold_email(typed.replace("\u200c", "").replace("\u200d", "")).startswith("rasha@xn--")


@pytest.mark.parametrize(
    "typed",
    ["", "rasha", "rasha@", "@example.org", "rasha@localhost", "a@b..c", "a b@c.org", "رشا@example.org",
     f"{'a' * 65}@example.org", f"a@{'b' * 64}.org", "a@-b.org", "a@b.org, c@d.org", "a@b@c.org"],
)  # fmt: skip
def test_what_is_no_address(typed: str) -> None:
    with refuses("email_malformed", Invalid) as refused:
        fold_email(typed)
    assert refused.value.errors == {"email": "email_malformed"}


@pytest.mark.parametrize("repeated", [".", ": ", "@", " . ", "mailto:", "<"])
def test_a_text_of_any_length_takes_no_time(repeated: str) -> None:
    """A form carries a quarter of a megabyte; matching it whole would take minutes of the processor."""
    begun = time.process_time()
    with refuses("email_malformed", Invalid):
        fold_email(f"a{repeated * (256 * 1024 // len(repeated))}<")
    assert time.process_time() - begun < 0.5
