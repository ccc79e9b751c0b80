"""The keys that revisions derived are the ones the product looks for."""

from datetime import date
from importlib import import_module

import pytest

from services.consular.people import rules
from shared.values import names, references
from tests.factories.texts.name_pairs import DIFFERENT, SAME, SAME_IN_ZONE

REVISION = import_module("services.consular.migrations.versions.0040_name_keys")
NUMBERS = import_module("services.consular.migrations.versions.0013_names")
BORN = date(1948, 6, 1)


@pytest.mark.parametrize("text", sorted({name for pair in (*SAME, *SAME_IN_ZONE, *DIFFERENT) for name in pair}))
def test_the_frozen_folding_is_todays(text: str) -> None:
    name = {"given": text, "father": "محمد علي", "family": "نموذج", "mother": f"{text} مثال"}
    assert REVISION.match_key(name, BORN) == rules.match_key(name, BORN)
    assert REVISION.name_keys(text) == names.search_keys(text)


def test_the_frozen_ends_of_a_reference_are_todays() -> None:
    reference = references.new("RUH", 10)
    signs = references.plain(reference)
    assert NUMBERS.ends(reference) == {signs[start:] for start in range(11)}
    assert NUMBERS.ends("") == set()
