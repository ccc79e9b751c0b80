"""What the register lacks: every paper says so of a name, and a place that is not known leaves no separator behind."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from shared.documents import typesetting
from shared.documents.model import KINDS
from tests.factories.documents.snapshots import SAMPLES, both, document

NOTHING = both("", "")
# How often each document names a father or a mother of somebody.
NAMES = {
    "individual-extract": {"father": 1, "mother": 1},
    "birth-statement": {"father": 1, "mother": 1},
    "death-statement": {"father": 1, "mother": 1},
    "marriage-statement": {"mother": 2},
    "divorce-statement": {"mother": 2},
    "family-extract": {"mother": 7},
    "residence-deferral": {"father": 1, "mother": 1},
    "cash-allowance-discharge": {"father": 1, "mother": 1},
    "missed-service-clearance": {"father": 1, "mother": 1},
    "reserve-allowance-exemption": {"father": 1, "mother": 1},
    "ministry-letter": {"father": 1, "mother": 1},
    "criminal-record": {"father": 1, "mother": 1},
    "movement-statement": {"father": 1, "mother": 1},
    "driving-licence-check": {"father": 1, "mother": 1},
    "visit-approval": {"father": 1, "mother": 1},
    "passport-page": {"father": 1, "mother": 1},
}


def without(value: Any, *names: str) -> Any:
    """The snapshot with these pairs empty, wherever they stand."""
    if isinstance(value, list):
        return [without(one, *names) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: {**one, **NOTHING} if name in names and isinstance(one, dict) and "ar" in one else without(one, *names)
        for name, one in value.items()
    }


def page(kind: str, change: Callable[[Any], Any]) -> str:
    return typesetting.html(document(kind, **change(SAMPLES[kind])), KINDS[kind].service)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in NAMES.items() for name in names])
def test_a_name_that_is_not_recorded_is_said_to_be_none(kind: str, name: str) -> None:
    left_out = (name, "mother_family") if name == "mother" else (name,)
    drawn, whole = page(kind, lambda sample: without(sample, *left_out)), page(kind, lambda sample: sample)
    assert (whole.count("غير مسجّل في القيد"), whole.count("not recorded")) == (0, 0)
    assert (drawn.count("غير مسجّل في القيد"), drawn.count("not recorded")) == (NAMES[kind][name],) * 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_that_is_not_known_leaves_no_separator_behind(kind: str) -> None:
    drawn = page(kind, lambda sample: without(sample, "birth_place", "place"))
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?>(.*?)</td>", drawn, re.S)]
    assert [cell for cell in cells if cell.startswith("·") or cell.endswith("·")] == []
    assert '<bdi dir="ltr"></bdi>' not in drawn


def test_an_extract_of_somebody_with_one_name_says_which_names_there_are_not() -> None:
    drawn = page(
        "individual-extract",
        lambda sample: without(sample, "family", "father", "mother", "mother_family", "birth_place"),
    )
    assert drawn.count("not recorded") == 4


def test_nothing_has_no_element() -> None:
    assert typesetting.isolate("") == "" and typesetting.isolate("\u202e") == ""
