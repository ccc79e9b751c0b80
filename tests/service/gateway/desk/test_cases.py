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
