"""The page of questions has every kind and every field; its examples are read by the code."""

from dataclasses import fields

import pytest

from deploy.dev.explanations import question_kinds
from shared import forms
from shared.catalogue.model import Question


def test_every_kind_that_is_read_is_explained() -> None:
    assert list(question_kinds.KINDS) == list(forms.READERS)


def test_every_field_of_a_question_is_explained() -> None:
    assert list(question_kinds.FIELDS) == [field.name for field in fields(Question)]


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("text", "شارع النيل"),
        ("date", "2027-03-09"),
        ("time", "09:30"),
        ("number", 3),
        ("national_number", "01020304050"),
    ],
)
def test_an_example_shows_what_is_kept(kind: str, kept: object) -> None:
    assert question_kinds.kept(kind, question_kinds.KINDS[kind]) == kept


def test_each_example_is_read() -> None:
    assert len(question_kinds.kind_rows()) == len(forms.READERS)
