"""Missing composed_keys are found wherever their keys come from, and complaints are counted and say what mends them."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.dev.checks import sources
from deploy.dev.checks.code import imports, style
from deploy.dev.checks.data import dated_rows
from deploy.dev.checks.texts import composed_keys, translations
from deploy.dev.checks.texts.translations import TO_TRANSLATE
from deploy.platform.database import reference_data
from shared.catalogue import CATALOGUE
from shared.catalogue.model import MissionDocument
from shared.fragments import LANGUAGES, Forms
from shared.i18n import language


def keys_of(statement: str, path: str = "services/x/api.py") -> set[str]:
    place = f"{path}:1"
    calls = [node for node in ast.walk(ast.parse(statement)) if isinstance(node, ast.Call)]
    return {
        mention.key
        for call in calls
        for mention in (*translations.mentioned_by(place, call), *translations.validated_by(place, call))
    }


@pytest.mark.parametrize(
    ("statement", "path", "keys"),
    [
        ('raise ValidationError("too_long")', "services/x/api.py", {"refusal.too_long"}),
        ('validate.Length(max=80, error="too_long")', "services/x/api.py", {"refusal.too_long"}),
        ('segno.make(text, error="m")', "services/x/api.py", set()),
        ('raise ValueError("month_unknown")', "shared/values/calendars.py", {"refusal.month_unknown"}),
        ('raise ValueError("a" if year else "b")', "shared/values/calendars.py", {"refusal.a", "refusal.b"}),
        ('raise ValueError("weights")', "shared/values/money.py", set()),
        ('found.with_step("margin", {})', "services/x/rules.py", {"working.margin"}),
    ],
)
def test_codes_are_read_from_where_they_are_raised(statement: str, path: str, keys: set[str]) -> None:
    assert keys_of(statement, path) == keys


def test_codes_of_a_field_are_read() -> None:
    assignment = ast.parse('default_error_messages = {"required": "required", "null": "missing"}').body[0]
    assert isinstance(assignment, ast.Assign)
    found = {mention.key for mention in translations.default_errors("here:1", assignment)}
    assert found == {"refusal.required", "refusal.missing"}


def test_no_text_of_a_family_is_missing() -> None:
    assert composed_keys.complaints(language("en").texts, []) == []


@pytest.mark.parametrize("key", sorted({family for family in composed_keys.FAMILIES if family != "law_amount"}))
def test_a_missing_text_of_a_family_is_named(key: str) -> None:
    texts = set(language("en").texts)
    lost = next(one for one in sorted(composed_keys.FAMILIES[key]()) if one.startswith(f"{key}."))
    assert [one for one in composed_keys.complaints(texts - {lost}, []) if f"no text for {lost};" in one]


def test_a_family_that_nobody_explains_is_named() -> None:
    (complaint,) = composed_keys.complaints(language("en").texts, ["mood."])
    assert complaint.startswith("mood: ")


def test_families_are_explained_once() -> None:
    assert not composed_keys.FAMILIES.keys() & composed_keys.UNBOUND


def test_a_source_without_words_is_named() -> None:
    law = next(iter(CATALOGUE.values())).law[0]
    texts = set(language("ar").texts) - {f"law.{law}", f"source.{law}"}
    assert [one for one in composed_keys.complaints(texts, []) if law in one]


def test_an_answer_on_a_document_of_the_mission_without_a_heading_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    issues = MissionDocument("sample-letter", ("name",), answers=("purpose",))
    monkeypatch.setitem(
        CATALOGUE, "individual-extract", replace(CATALOGUE["individual-extract"], asks=(), issues=issues)
    )
    texts = {*language("ar").texts, "document.sample-letter.title", "document.sample-letter.statement"}
    (complaint,) = composed_keys.complaints(texts, [])
    assert complaint.startswith("no text for document.sample-letter.answer.purpose;")
    assert composed_keys.complaints({*texts, "document.sample-letter.answer.purpose"}, []) == []


def test_the_label_of_a_question_that_no_entry_asks_is_named() -> None:
    (complaint,) = translations.unasked({*language("ar").texts, "question.shoe_size.label"})
    assert complaint.startswith("no entry asks the question of question.shoe_size.label:")


def test_a_text_that_waits_for_its_translator_is_named() -> None:
    texts: dict[str, dict[str, Forms]] = {code: {"a.b": (f"{TO_TRANSLATE}: hour",)} for code in LANGUAGES}
    assert len(list(translations.untranslated(texts))) == len(LANGUAGES)


def test_complaints_are_counted_by_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "tracked", lambda: frozenset({sources.ROOT / "a.py"}))
    output = "a.py:1: error: wrong\na.py:1: note: because\nuntracked.py:2: error: wrong\nFound 2 errors\n"
    assert style.judged(output, "mypy") == ["a.py:1: error: wrong"]
    assert style.judged("no such option\n", "mypy --x") == ["mypy --x failed:\nno such option\n"]


def test_what_is_not_under_version_control_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    one = sources.product()[0]
    monkeypatch.setattr(sources, "tracked", lambda: frozenset({one}))
    assert sources.product() == [one]
    monkeypatch.setattr(sources, "tracked", lambda: None)
    assert len(sources.product()) > 100


def test_a_broken_contract_is_one_complaint() -> None:
    report = (
        "Contracts: 1 kept, 2 broken.\n\n\n----------------\nBroken contracts\n----------------\n\n"
        "Layers of the mission, told \nin two lines\n-----------\n----\n\na is not allowed to import b:\n\n"
        "- a -> b (l.11)\n- a -> c (l.12)\n\n\nNo loop\n-------\n\nNo cycles are allowed in a.\n"
    )
    first, second = imports.by_contract(report)
    assert first.startswith("Layers of the mission, told in two lines\n") and "- a -> c (l.12)" in first
    assert second == "No loop\nNo cycles are allowed in a."


def test_changed_rows_name_the_command_that_dates_them(monkeypatch: pytest.MonkeyPatch) -> None:
    changed: Path = sources.ROOT / "services" / "consular" / "data" / "money" / "tariffs.csv"
    monkeypatch.setattr(reference_data, "undated", lambda: iter([(changed, "0")]))
    (complaint,) = dated_rows.complaints()
    assert complaint.startswith("services/consular/data/money/tariffs.csv") and complaint.endswith(dated_rows.MEND)
