"""An accepted paper that is still valid is offered again: the same person's, and nobody else's."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from tests.conftest import HOME
from tests.factories.applications import Counter, Person

At = Callable[..., Counter]
SLUG = "individual-extract"


@pytest.fixture
def again(counter: At) -> Counter:
    """A second application of somebody whose first was accepted."""
    first = counter().until("with_authority", SLUG)
    return second(first, counter())


def second(first: Counter, other: Counter) -> Counter:
    """A draft of the same person."""
    other.person = first.person
    assert other.start("criminal-record").status_code == 201
    return other


def offered(here: Counter) -> list[str]:
    """The names of what is offered."""
    return [one["name"] for one in here.ask_as_applicant("GET", "/papers/offered").get_json()]


def test_it_is_offered_and_handed_in_without_a_new_file(again: Counter) -> None:
    found = again.ask_as_applicant("GET", "/papers/offered").get_json()
    assert [one["name"] for one in found] == ["identity"]
    assert again.ask_as_applicant("POST", f"/papers/{found[0]['id']}/reuse", {}).status_code == 201
    given = again.read()["papers"]
    assert [one["name"] for one in given] == ["identity"] and given[0]["id"] != found[0]["id"]
    assert again.client.ask("GET", f"/papers/{given[0]['id']}", again.person.actor).status_code == 200


def test_what_nobody_accepted_is_not_offered(counter: At) -> None:
    assert offered(second(counter().until("in_review", SLUG), counter())) == []


def test_an_old_one_is_not_offered(again: Counter) -> None:
    with again.client.app.extensions["database"].scope(HOME) as session:
        session.execute(text("UPDATE paper SET added_at = added_at - interval '181 days'"))
    assert offered(again) == []


def test_nobody_gets_anothers(again: Counter, counter: At) -> None:
    found = again.ask_as_applicant("GET", "/papers/offered").get_json()[0]["id"]
    stranger = counter()
    stranger.person = Person()
    assert stranger.start("criminal-record").status_code == 201
    assert offered(stranger) == []
    assert stranger.ask_as_applicant("POST", f"/papers/{found}/reuse", {}).status_code == 404
