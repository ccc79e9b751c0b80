"""One spelling of each mailbox, and what is no address."""

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
    ],
)
def test_a_mailbox_has_one_spelling(typed: str) -> None:
    assert fold_email(typed) == "rasha@xn--bcher-kva.example"


def test_an_arabic_domain_is_a_domain() -> None:
    assert fold_email("rasha@مثال.سوريا") == fold_email("rasha@xn--mgbh0fb.xn--mgbtf8fl")


@pytest.mark.parametrize(
    "typed",
    ["", "rasha", "rasha@", "@example.org", "rasha@localhost", "a@b..c", "a b@c.org", "رشا@example.org",
     f"{'a' * 65}@example.org", f"a@{'b' * 64}.org", "a@-b.org", "a@b.org, c@d.org", "a@b@c.org"],
)  # fmt: skip
def test_what_is_no_address(typed: str) -> None:
    with refuses("email_malformed", Invalid) as refused:
        fold_email(typed)
    assert refused.value.errors == {"email": "email_malformed"}
