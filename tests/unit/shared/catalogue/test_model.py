"""An entry whose document the mission issues itself is refused where it contradicts that."""

from dataclasses import replace
from typing import Any

import pytest

from services.consular.ministries.rules.matters import MATTERS
from shared.catalogue import CATALOGUE
from shared.catalogue.model import (
    AFTER_ASSESSMENT,
    APPOINTMENT,
    BOOKLET,
    DOCUMENT,
    IDENTITY,
    Ask,
    MissionDocument,
    Question,
    RequiredUpload,
    Transaction,
)

PASS = MissionDocument("pass", identity=("name", "born"), answers=("purpose",), holder=("given", "latin_given"))
ENTRY = Transaction(
    slug="pass",
    group="travel",
    law=("Law 13/2021",),
    asks=(),
    outcome=DOCUMENT,
    working_days=1,
    questions=(Question("purpose"), Question("given"), Question("latin_given", kind="latin")),
    papers=(),
    fees=(),
    eligible=(),
    issues=PASS,
)


@pytest.mark.parametrize(
    ("identity", "answers"),
    [
        (("religion",), ()),
        (("name", "religion"), ()),
        (("name", "name"), ()),
        (("Name",), ()),
        (("name",), ("purpose", "purpose")),
    ],
)
def test_a_document_holds_what_the_register_attests_and_each_once(
    identity: tuple[str, ...], answers: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match=r"^pass declares"):
        MissionDocument("pass", identity=identity, answers=answers)


@pytest.mark.parametrize(
    "change",
    [
        {"asks": (Ask("civil_registry", "confirm"),)},
        {"outcome": BOOKLET},
        {"outcome": APPOINTMENT},
        {"priced": AFTER_ASSESSMENT},
        {"appointment": "documents"},
        {"issues": replace(PASS, answers=("purpose", "unasked"))},
        {"issues": replace(PASS, holder=("given", "unasked"))},
        {"questions": ()},
    ],
)
def test_an_entry_that_contradicts_its_document_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^pass "):
        replace(ENTRY, **change)


def test_rules_of_a_photo_want_a_photo() -> None:
    assert replace(ENTRY, photo_rules=True, papers=(RequiredUpload("photo"),)).photo_rules
    with pytest.raises(ValueError, match="asks for none"):
        replace(ENTRY, photo_rules=True, papers=(RequiredUpload("photo_of_child"),))


def test_every_fact_may_be_declared_and_an_entry_without_a_document_may_ask_whom_it_likes() -> None:
    assert replace(ENTRY, issues=replace(PASS, identity=IDENTITY)).issues
    assert replace(ENTRY, issues=None, asks=(Ask("civil_registry", "confirm"),), outcome=BOOKLET)
    assert all(replace(entry) == entry for entry in CATALOGUE.values())


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: f"{matter.authority}-{matter.ask}")
def test_a_letter_names_only_what_the_register_attests(matter: Any) -> None:
    assert set(matter.identity) <= set(IDENTITY) and len(set(matter.identity)) == len(matter.identity)
