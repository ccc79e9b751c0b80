"""Who stands in a family extract, where, and what on the entry does not fit."""

from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from services.civil_registry.contents.household import Family, Union, blocks, findings_in, relation, remaining_members
from services.civil_registry.model import Person

pytestmark = pytest.mark.clock

HERE, THERE = ("0101", 311), ("0201", 17)
WEDDING, PARTING = date(2000, 1, 1), date(2010, 1, 1)
_years = count(1)


def somebody(sex: str = "M", place: tuple[str, int] = HERE, **changed: Any) -> Person:
    held: dict[str, Any] = {"id": uuid4(), "sex": sex, "marital": "single", "died_on": None, "father": None}
    held |= {"mother": None, "office": place[0], "entry": place[1], "born": date(1950 + next(_years) % 60, 1, 1)}
    return Person(**{**held, **changed})


HEAD = somebody(marital="married")
WIFE, SECOND = somebody("F", marital="married"), somebody("F", marital="married")
LEFT = somebody("F", THERE, marital="divorced")


def child(mother: Person | None = WIFE, **changed: Any) -> Person:
    return somebody(**{"father": HEAD.id, "mother": mother.id if mother else None, **changed})


def family(*children: Person, unions: list[Union] | None = None, more: tuple[Person, ...] = (), **head: Any) -> Family:
    married = [Union(WIFE, WEDDING, None)] if unions is None else unions
    everybody = [HEAD, *(union.spouse for union in married), *children, *more]
    standing = [one for one in everybody if (one.office, one.entry) == HERE]
    return Family(HERE, head.get("head", HEAD), standing, list(children), married)


def rows(found: Family) -> list[list[Person]]:
    return [block.children for block in blocks(found)]


def test_each_wife_has_a_block_with_her_children() -> None:
    first, second = child(WIFE), child(SECOND)
    found = family(second, first, unions=[Union(WIFE, WEDDING, None), Union(SECOND, PARTING, None)])
    assert [block.union and block.union.spouse for block in blocks(found)] == [WIFE, SECOND]
    assert rows(found) == [[first], [second]]
    assert remaining_members(found) == [] and findings_in(found) == []


def test_who_married_out_drops_out_and_who_came_back_is_there() -> None:
    stays, married_son = child(), child(place=THERE, marital="married")
    married_daughter = child(sex="F", place=THERE, marital="married")
    back, widowed_elsewhere = child(sex="F", marital="divorced"), child(sex="F", place=THERE, marital="widowed")
    assert rows(family(stays, married_son, married_daughter, back, widowed_elsewhere)) == [[stays, back]]


def test_who_died_and_who_moved_without_marrying_stay_to_be_marked() -> None:
    dead, moved = child(died_on=PARTING), child(place=THERE)
    assert rows(family(dead, moved)) == [[dead, moved]]


def test_a_divorced_wife_keeps_her_block_for_her_children() -> None:
    hers = child(LEFT)
    found = family(hers, unions=[Union(LEFT, WEDDING, PARTING), Union(WIFE, PARTING, None)])
    assert rows(found) == [[hers], []]
    assert findings_in(found) == []


def test_a_wife_married_twice_has_one_block() -> None:
    found = family(unions=[Union(WIFE, WEDDING, PARTING), Union(WIFE, PARTING, None)])
    assert len(blocks(found)) == 1 and findings_in(found) == []


def test_children_of_no_known_mother_stand_in_a_block_of_their_own() -> None:
    known, unknown = child(), child(None)
    found = family(known, unknown)
    assert rows(found) == [[known], [unknown]] and blocks(found)[-1].union is None
    assert findings_in(found) == []


def test_whoever_else_is_on_the_entry_is_named_too() -> None:
    grandmother = somebody("F")
    assert remaining_members(family(more=(grandmother,))) == [grandmother]


def test_an_entry_without_a_head_lists_its_members_and_guesses_nobody() -> None:
    found = Family(HERE, None, [WIFE, SECOND], [], [])
    assert (blocks(found), remaining_members(found), findings_in(found)) == ([], [WIFE, SECOND], [])


def test_a_woman_may_be_the_head() -> None:
    mother = somebody("F", marital="married")
    hers = somebody("F", father=HEAD.id, mother=mother.id)
    found = Family(HERE, mother, [mother, HEAD, hers], [hers], [Union(HEAD, WEDDING, None)])
    assert rows(found) == [[hers]] and relation(hers) == "daughter" and findings_in(found) == []


def test_contradictions_are_found() -> None:
    assert findings_in(family(head=somebody(place=THERE, marital="married"))) == ["head_elsewhere"]
    assert findings_in(family(unions=[])) == ["marital_status"]
    assert findings_in(family(child(SECOND))) == ["parents_marriage_missing"]
    elsewhere = somebody("F", THERE, marital="married")
    assert findings_in(family(unions=[Union(elsewhere, WEDDING, None)])) == ["spouse_elsewhere"]


def test_a_widow_and_a_widower_are_no_contradiction() -> None:
    dead_wife = somebody("F", marital="married", died_on=PARTING)
    assert findings_in(family(unions=[Union(dead_wife, WEDDING, None)], head=somebody(marital="widowed"))) == []
    dead = somebody(marital="married", died_on=PARTING)
    remarried = somebody("F", THERE, marital="married")
    assert findings_in(family(unions=[Union(remarried, WEDDING, None)], head=dead)) == []
