"""What goes into a text field comes out equal, apart from the normalisations that docs/architecture.md states."""

from datetime import date
from html import unescape

import pytest

from services.gateway.web.forms import answer_in_words
from shared.catalogue import TRANSACTIONS
from shared.catalogue.model import Question
from shared.documents.typesetting import isolate
from shared.errors import Invalid
from shared.forms import check_draft
from shared.values.person import strip_controls
from tests.factories.refusals import refuses
from tests.factories.texts.text_answers import CORPUS

TODAY = date(2026, 11, 21)
FIELDS = [
    (entry.slug, one) for entry in TRANSACTIONS for one in entry.questions if one.kind in ("text", "long_text", "name")
]


@pytest.mark.parametrize(("typed", "kept"), CORPUS)
def test_every_text_field_keeps_what_was_typed(typed: str, kept: str) -> None:
    assert len(FIELDS) > 40
    for slug, question in FIELDS:
        if len(kept) > question.max_length:
            continue
        clean = check_draft(slug, {question.name: typed}, TODAY)
        assert clean == {question.name: kept}, (slug, question.name)
        assert check_draft(slug, clean, TODAY) == clean, (slug, question.name)


def test_a_text_is_as_long_as_its_field_allows_and_no_longer() -> None:
    for slug, question in FIELDS:
        longest = "ن" * question.max_length
        assert check_draft(slug, {question.name: longest}, TODAY) == {question.name: longest}
        with refuses("invalid", Invalid) as refused:
            check_draft(slug, {question.name: longest + "ن"}, TODAY)
        assert refused.value.errors == {question.name: "too_long"}


@pytest.mark.parametrize(("typed", "kept"), CORPUS)
def test_pages_and_papers_show_what_is_kept(typed: str, kept: str) -> None:
    question = Question("note", kind="long_text", max_length=1000)
    assert unescape(str(answer_in_words(question, {"note": kept}))).removesuffix("</bdi>").partition(">")[2] == kept
    assert unescape(str(isolate(kept))).removesuffix("</bdi>").partition(">")[2] == kept
    assert strip_controls(typed) == kept
