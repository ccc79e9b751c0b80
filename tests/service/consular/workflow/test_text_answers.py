"""Text answers of every transaction through the database and back: to the applicant and to the desk."""

from collections.abc import Callable
from itertools import cycle

import pytest

from shared.catalogue import TRANSACTIONS
from shared.catalogue.model import Transaction
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.texts.text_answers import CORPUS

# Those that ask the conscription register are historical by default, and nothing is begun there.
TEXTS = [
    entry
    for entry in TRANSACTIONS
    if "conscription" not in entry.authorities
    and any(one.kind in ("text", "long_text", "name") for one in entry.questions)
]


@pytest.mark.parametrize("entry", TEXTS, ids=lambda entry: entry.slug)
def test_texts_come_back_as_they_are_kept(counter: Callable[..., Counter], entry: Transaction) -> None:
    here = counter(entry.missions[0]) if entry.missions else counter()
    assert here.start(entry.slug).status_code == 201
    questions = [one for one in entry.questions if one.kind in ("text", "long_text", "name")]
    corpus = cycle(CORPUS)
    for _ in range(-(-len(CORPUS) // len(questions))):
        pairs = dict(zip((one.name for one in questions), corpus, strict=False))
        saved = here.save({name: typed for name, (typed, _) in pairs.items()})
        assert saved.status_code == 200, saved.get_json()
        assert {name: here.read()["answers"][name] for name in pairs} == {
            name: kept for name, (_, kept) in pairs.items()
        }


def test_the_desk_sees_what_the_applicant_sees(counter: Callable[..., Counter]) -> None:
    here = counter().until("in_review")
    case = here.client.get(f"/desk/cases/{here.reference}", officer(mission=here.mission)).get_json()
    assert case["answers"] == here.read()["answers"]
