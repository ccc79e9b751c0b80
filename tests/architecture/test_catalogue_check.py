"""The check of the catalogue names what an entry lacks, and the file that mends it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.demo.scenarios import answers
from deploy.dev.checks.data import catalogue
from deploy.dev.checks.texts import translations
from deploy.dev.checks.texts.translations import TO_TRANSLATE
from services.gateway.pages.services import search
from shared.catalogue import CATALOGUE, civil_status
from shared.catalogue.model import KIN, AnswerRule, Question
from shared.documents.model import KINDS, Kind

ROOT = Path(__file__).parents[2]
ENTRY = CATALOGUE["individual-extract"]


def test_nothing_is_lacking() -> None:
    assert catalogue.complaints() == []


def test_an_entry_of_which_only_the_literal_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = replace(ENTRY, slug="residence-paper")
    monkeypatch.setitem(CATALOGUE, entry.slug, entry)
    assert list(catalogue.of_entry(entry)) == [
        "residence-paper has no price for document_from_syria: add a row to services/consular/data/money/tariffs.csv",
        *(
            f"residence-paper has no price for {fee.name}: add a row to services/consular/data/money/tariffs.csv"
            for fee in entry.fees[1:]
        ),
        "residence-paper has no standing: add a row to services/consular/data/transactions/standings.csv",
        "residence-paper ends with a residence-paper, which is no kind: add it to KINDS of shared/documents/model.py",
        "residence-paper has no search words: add a row to services/gateway/pages/services/synonyms.csv",
    ]


def test_search_words_that_wait_for_their_writer_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "synonyms", lambda: {ENTRY.slug: ("record", TO_TRANSLATE)})
    (complaint,) = catalogue.of_entry(ENTRY)
    assert complaint.startswith(f"{ENTRY.slug} has no search words:")


@pytest.mark.parametrize(
    ("code", "law", "count"), [("shoe_too_big", "", 1), ("shoe_too_big", "Law 1/2020", 0), ("period_backwards", "", 0)]
)
def test_a_rule_over_answers_names_its_law(code: str, law: str, count: int) -> None:
    entry = replace(ENTRY, answer_rules=(AnswerRule(code, "purpose", lambda _answers, _today: True, law),))
    complaints = list(catalogue.unfounded(entry))
    assert len(complaints) == count and all(code in one and "RULES_WITHOUT_LAW" in one for one in complaints)


def test_every_reason_for_a_rule_without_law_is_in_use() -> None:
    lawless = {rule.code for entry in CATALOGUE.values() for rule in entry.answer_rules if not rule.law}
    assert lawless == set(catalogue.RULES_WITHOUT_LAW)


def test_a_kind_without_lifetime_and_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "residence-paper", Kind("civil_registry", "R", "ZZ"))
    lifetime, sample = catalogue.undrawable(ENTRY, "residence-paper")
    assert "shared/documents/data/validity.csv" in lifetime and "ENDLESS" in lifetime
    assert "write residence-paper.sample.json" in sample and sample.endswith("services/civil_registry/documents")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "scope", "is_priced"),
    [("2023-10-29", "", "", True), ("2999-01-01", "", "", True), ("2023-10-29", "2024-01-01", "", False),
     ("2023-10-29", "", "MAD", False)],
)  # fmt: skip
def test_a_price_that_begins_later_is_one(
    monkeypatch: pytest.MonkeyPatch, valid_from: str, valid_to: str, scope: str, is_priced: bool
) -> None:
    dated = {"valid_from": valid_from, "valid_to": valid_to, "scope": scope, "transaction": ENTRY.slug}
    rows = [dated | {"line": fee.name} for fee in ENTRY.fees]
    monkeypatch.setattr(catalogue, "rows_of", {"tariff": rows}.__getitem__)
    assert (not list(catalogue.unpriced(ENTRY))) is is_priced


def test_answers_that_the_form_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    booklet = (Question("booklet", kind="passport_number"),)
    entry = replace(ENTRY, slug="booklet-paper", questions=booklet, answer_rules=())
    monkeypatch.setitem(CATALOGUE, entry.slug, entry)
    assert list(catalogue.unanswered(entry)) == []
    monkeypatch.setitem(answers.BY_KIND, "passport_number", "?")
    (complaint,) = catalogue.unanswered(entry)
    assert "booklet" in complaint and complaint.endswith("mend deploy/demo/scenarios/answers.py")


def test_a_module_that_the_catalogue_does_not_list(monkeypatch: pytest.MonkeyPatch) -> None:
    stray = replace(ENTRY, slug="residence-paper", holder=KIN)
    monkeypatch.setattr(civil_status, "TRANSACTIONS", (*civil_status.TRANSACTIONS, stray))
    assert list(catalogue.unlisted()) == [
        "residence-paper of shared/catalogue/civil_status.py is in no list: "
        "add *civil_status.TRANSACTIONS to shared/catalogue/__init__.py"
    ]


@pytest.mark.parametrize(
    ("form", "is_arabic"),
    [("جواز", True), ("{day} · {name}", True), ("PDF من السجل", True), ("Passport", False), ("{day} SAR", False),
     ("<b>{n}</b>", True), ("<b>Passport</b>", False)],
)  # fmt: skip
def test_an_arabic_text_has_an_arabic_letter(form: str, is_arabic: bool) -> None:
    assert (not list(translations.not_arabic({"some.key": (form,)}))) is is_arabic


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_no_page_counts_the_transactions(page: str) -> None:
    counted = re.compile(r"\b(?:[0-9]+|twenty(?:-\w+)?|thirty(?:-\w+)?) transactions", re.IGNORECASE)
    assert not counted.search((ROOT / page).read_text())
