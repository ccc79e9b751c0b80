"""Two files that may belong to one person."""

import uuid
from collections.abc import Callable
from typing import Any

from tests.factories.applications import Counter, Person

SLUG = "individual-extract"


def named(given: str, born: str = "1991-02-03", mother: str = "هناء مثال") -> Person:
    """Somebody with a mother's name; the number is always another."""
    ar = {"given": given, "father": "سامر", "family": "الحسين", "mother": mother}
    latin = {"given": "Rasha", "father": "Samer", "family": "Alhussein"}
    return Person(changes={"name": {"ar": ar, "latin": latin}, "born": born})


def filed(counter: Callable[..., Counter], person: Person, **at: Any) -> Counter:
    """A submitted file of a person."""
    here = counter(person=person, **at)
    here.fill(SLUG)
    answer = here.submit()
    assert answer.status_code == 200, answer.get_json()
    return here


def alike() -> tuple[Person, Person]:
    """One name in two spellings, a birth date, two numbers; a name of its own in each test."""
    unique = "".join(chr(ord("ا") + int(char, 16)) for char in uuid.uuid4().hex[:8])
    return named("أ" + unique), named("ا" + unique + "ـ")
