"""Nothing of an entry is missing: words, prices, rules, papers, whoever answers, what is handed out, the demo, docs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from deploy.demo import demo_data
from deploy.demo.population.specimens import Specimen
from deploy.demo.population.unusual import UNUSUAL
from deploy.demo.scenarios.answers import answers, required_uploads
from deploy.demo.scenarios.people import CRITERIA, SHARED_PERSON, owes
from deploy.dev import reference
from deploy.dev.checks.data.catalogue import Somebody, handed_out
from services.civil_registry import handlers as civil_registry
from services.civil_registry.contents import contents
from services.conscription import allowance
from services.conscription import handlers as conscription
from services.conscription.laws import TIERS_OF
from services.conscription.rules.allowances import ALLOWANCES
from services.consular.data import rows_of
from services.consular.ministries.letters import ANSWER_KINDS
from services.consular.ministries.rules.matters import MATTERS
from services.consular.payments.tariffs import rulebook
from shared.catalogue import CATALOGUE, kin
from shared.catalogue.model import (
    AFTER_ASSESSMENT,
    APPOINTMENT,
    BOOKLET,
    DOCUMENT,
    KIN,
    NOT_RECORDED,
    OWN,
    Ask,
    MissionDocument,
    Question,
    Transaction,
)
from shared.catalogue.reasons import ALL_REFUSE_REASONS, RETURN_REASONS
from shared.documents.model import KINDS
from shared.documents.typesetting import MISSION_DOCUMENT
from shared.forms import check_answers
from shared.i18n import Language, language
from tests.journey.coverage_matrix import HAPPY, MENDED, REFUSED, WALKED

pytestmark = pytest.mark.clock

TODAY = date(2026, 11, 21)
SERVICES = Path(reference.__file__).parents[2] / "services"
each_entry = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE.keys())
both = pytest.mark.parametrize("tongue", [language("ar"), language("en")], ids=["ar", "en"])


def lacking(tongue: Language, keys: Iterator[str]) -> list[str]:
    return sorted({key for key in keys if not tongue.has(key) or not any(tongue.texts[key])})


def words(entry: Transaction) -> Iterator[str]:
    yield from (f"transaction.{entry.slug}.{part}" for part in ("title", "summary", "who", "next"))
    yield f"group.{entry.group}"
    for question in entry.questions:
        yield f"question.{question.name}.label"
        yield f"step.{question.step}"
        yield from (f"question.{question.name}.choice.{choice}" for choice in question.choices)
    yield from (f"paper.{paper.name}.label" for paper in entry.papers)
    for fee in entry.fees:
        yield from (f"fee.{fee.name}", f"beneficiary.{fee.beneficiary}")
    yield from (f"question.tier.choice.{tier.name}" for tier in entry.tiers)
    yield from (f"eligibility.{condition.code}" for condition in entry.eligible)
    yield from (f"refusal.{rule.code}" for rule in entry.answer_rules)
    if entry.issues:
        yield from (f"document.{entry.issues.kind}.{part}" for part in ("title", "statement"))
        yield from (f"document.{entry.issues.kind}.answer.{name}" for name in entry.issues.answers)
    yield from (f"provision.{one.code}" for one in rulebook.provisions_of(entry))
    yield from (f"law_amount.{name}" for name in TIERS_OF.get(entry.slug, ()))


# What nobody can put right needs no remedy: it says so itself.
WITHOUT_REMEDY = {"man"}


@both
@each_entry
def test_every_word_is_there(entry: Transaction, tongue: Language) -> None:
    assert not lacking(tongue, words(entry))
    remedies = (f"eligibility.{one.code}.remedy" for one in entry.eligible if one.code not in WITHOUT_REMEDY)
    assert not lacking(tongue, remedies)


@both
def test_every_reason_has_words_that_say_what_next(tongue: Language) -> None:
    reasons = {*RETURN_REASONS, *ALL_REFUSE_REASONS}
    reasons |= {finding.reason for matter in MATTERS for finding in matter.findings if finding.reason}
    assert not lacking(tongue, (f"reason.{one}" for one in reasons))


@each_entry
def test_it_costs_something_by_a_dated_row_or_is_free_by_a_rule(entry: Transaction) -> None:
    rows = [row for row in rows_of("tariff") if row["transaction"] == entry.slug]
    assert all(row["source"] and row["certainty"] in ("H", "M", "L") and row["approver"] for row in rows)
    priced = {row["line"] for row in rows if not row["scope"] and in_force(row)}
    if entry.priced == AFTER_ASSESSMENT:
        assert entry.slug in TIERS_OF
    elif not entry.fees:
        assert [one for one in rulebook.provisions_of(entry) if one.aspect == "fee" and entry.slug in one.applies_to]
    else:
        assert {fee.name for fee in entry.fees} <= priced
    assert {row["line"] for row in rows} <= {fee.name for fee in entry.fees}


def in_force(row: dict[str, str]) -> bool:
    """Or to be in force: an entry may begin after today."""
    return not row["valid_to"] or row["valid_to"] > TODAY.isoformat()


@each_entry
def test_a_standing_is_dated_and_names_its_law(entry: Transaction) -> None:
    rows = [row for row in rows_of("standing") if row["transaction"] == entry.slug]
    assert rows and all(row["source"] for row in rows)
    assert max(rows, key=lambda row: row["valid_from"])["status"] in ("active", "suspended", "historical")


@each_entry
def test_who_may_apply_is_said_with_its_law(entry: Transaction) -> None:
    assert entry.eligible and entry.law and all(entry.law)
    assert all(condition.law for condition in entry.eligible)
    codes = [condition.code for condition in entry.eligible]
    assert len(codes) == len(set(codes))


# A turn is only a time: what is needed is asked of the visit it is for.
WITHOUT_PAPERS = {APPOINTMENT}


@each_entry
def test_a_paper_is_asked_for(entry: Transaction) -> None:
    assert entry.papers or entry.outcome in WITHOUT_PAPERS
    names = [paper.name for paper in entry.papers]
    assert len(names) == len(set(names))


def is_answered(entry: Transaction, ask: Ask) -> bool:
    """Whether somebody does what is asked."""
    match ask.authority, ask.ask:
        case "civil_registry", "extract":
            return entry.slug in contents.CONTENTS
        case "civil_registry", verb:
            return verb in civil_registry.ANSWERS
        case "conscription", "assess":
            return entry.slug in ALLOWANCES and entry.slug in allowance.DOCUMENT_KINDS and entry.slug in TIERS_OF
        case "conscription", verb:
            return verb in conscription.VERBS
    return any((matter.authority, matter.ask) == (ask.authority, ask.ask) for matter in MATTERS)


@each_entry
def test_somebody_answers_each_ask(entry: Transaction) -> None:
    assert entry.asks or entry.outcome == APPOINTMENT or entry.issues
    assert [ask for ask in entry.asks if not is_answered(entry, ask)] == []


@each_entry
def test_what_comes_of_it_has_an_issuer_and_a_template(entry: Transaction) -> None:
    assert entry.outcome in (BOOKLET, DOCUMENT, APPOINTMENT)
    kinds = handed_out(entry)
    assert kinds or entry.outcome == APPOINTMENT
    for kind in kinds:
        issuer = KINDS[kind].service
        template = MISSION_DOCUMENT if entry.issues else f"{kind}.html"
        assert len(list((SERVICES / issuer / "documents").rglob(template))) == 1
        assert all(language(code).has(f"document.{kind}.title") for code in ("ar", "en"))


@each_entry
def test_what_the_mission_issues_itself_is_a_document_of_the_mission(entry: Transaction) -> None:
    assert entry.issues is None or KINDS[entry.issues.kind].service == "consular"


def strays(entry: Transaction, issues: MissionDocument, sample: Mapping[str, Any]) -> set[str]:
    """What a sample shows otherwise than its entry puts it on the document, or does not show; "holder" for the holder.

    An answer is of the kind that documents hold it in, and a choice is one of the question's.
    """
    questions = {question.name: question for question in entry.questions}
    wrong = {
        answer["question"]
        for answer in sample["answers"]
        if (question := questions.get(answer["question"]))
        and (
            answer["kind"] != ANSWER_KINDS.get(question.kind, "text")
            or (question.kind == "choice" and answer["value"] not in question.choices)
        )
    }
    shown = {answer["question"] for answer in sample["answers"]}
    # Without the applicant's name on it nothing says whether another holder is meant.
    if "name" in sample["person"] and (sample["holder"] == sample["person"]["name"]) != (issues.holder is None):
        wrong.add("holder")
    return (set(sample["person"]) - set(issues.identity)) | (shown ^ set(issues.answers)) | wrong


@each_entry
def test_the_sample_of_a_mission_document_shows_what_the_entry_declares(entry: Transaction) -> None:
    if entry.issues:
        (file,) = (SERVICES / "consular" / "documents").rglob(f"{entry.issues.kind}.sample.json")
        assert strays(entry, entry.issues, json.loads(file.read_text(encoding="utf-8"))) == set()


PURPOSE = {"question": "purpose", "kind": "choice", "value": "residence"}
BORN = {"question": "child_born", "kind": "date", "value": "2024-02-29"}
KARAM, CHILD = {"ar": "كرم", "en": "Karam"}, {"ar": "نور", "en": "Nour"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, set()),
        ({"person": {"name": KARAM, "born": "1990-01-15"}}, set()),
        ({"person": {"name": KARAM, "father": KARAM}}, {"father"}),
        ({"answers": [PURPOSE]}, {"child_born"}),
        ({"answers": [PURPOSE, BORN, {"question": "child_name", "kind": "text", "value": "x"}]}, {"child_name"}),
        ({"answers": [PURPOSE | {"kind": "text"}, BORN]}, {"purpose"}),
        ({"answers": [PURPOSE | {"value": "no_such_purpose"}, BORN]}, {"purpose"}),
        ({"answers": [PURPOSE, BORN | {"kind": "past_date"}]}, {"child_born"}),
        ({"holder": CHILD}, {"holder"}),
    ],
)
def test_a_sample_that_shows_something_else_is_found(changed: Mapping[str, Any], expected: set[str]) -> None:
    questions = (Question("purpose", "choice", choices=("residence", "study")), Question("child_born", "past_date"))
    entry = replace(CATALOGUE["individual-extract"], questions=questions)
    sample = {"holder": KARAM, "person": {"name": KARAM}, "answers": [PURPOSE, BORN], **changed}
    issues = MissionDocument("x", identity=("name", "born"), answers=("purpose", "child_born"))
    assert strays(entry, issues, sample) == expected


@pytest.mark.parametrize(("holder", "expected"), [(CHILD, set()), (KARAM, {"holder"})], ids=["child", "applicant"])
def test_a_document_about_somebody_else_has_another_holder(holder: Mapping[str, str], expected: set[str]) -> None:
    sample = {"holder": holder, "person": {"name": KARAM}, "answers": []}
    issues = MissionDocument("x", identity=("name",), holder=("child_name", "child_latin_name"))
    assert strays(CATALOGUE["individual-extract"], issues, sample) == expected


@each_entry
def test_a_page_of_the_docs_says_it_all(entry: Transaction) -> None:
    text = reference.written(f"transactions/{entry.slug}.md")
    assert text is not None
    for heading in ("## Questions", "## Standing", "## Outcome", "## Refund"):
        assert heading in text
    assert all(f"| {fee.name} |" in text for fee in entry.fees)


@each_entry
def test_a_question_goes_with_an_answer_that_is_chosen_before_it_on_the_same_page(entry: Transaction) -> None:
    for place, question in enumerate(entry.questions):
        if question.asked_if is not None:
            name, answer = question.asked_if
            before = {one.name: one for one in entry.questions[:place] if one.step == question.step}
            assert answer in before[name].choices
            assert not question.required and [question.is_asked({name: one}) for one in ("", answer, "else")] == [
                True, True, False,
            ]  # fmt: skip


@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2031, 6, 1)], ids=str)
@each_entry
def test_the_demo_can_play_it(entry: Transaction, today: date) -> None:
    relative = Somebody("01010000015", "سليم") if entry.holder == KIN else None
    given = answers(entry.slug, Somebody(), relative, today)
    clean = check_answers(entry.slug, given, today)
    assert set(clean) >= {question.name for question in entry.questions}
    assert (kin.holder_answers(entry, clean) is None) == (entry.holder == OWN)
    assert {paper.name for paper in required_uploads(entry.slug)} <= {paper.name for paper in entry.papers}
    assert CRITERIA.get(SHARED_PERSON.get(entry.slug, entry.slug), CRITERIA.get(entry.slug, owes)) is not None


@pytest.mark.parametrize("person", UNUSUAL, ids=[person.key for person in UNUSUAL])
def test_whoever_lacks_a_name_answers_that_it_is_not_recorded(person: Specimen) -> None:
    given = answers("passport-renewal", person, today=TODAY)
    assert (given["latin_mother_name"] == NOT_RECORDED) == (person.key in {"no_mother", "one_name"})
    assert (given["latin_father_name"] == NOT_RECORDED) == (person.key == "one_name")
    check_answers("passport-renewal", given, TODAY)


def test_the_demo_revives_what_the_law_ended_and_nothing_else() -> None:
    latest: dict[str, str] = {}
    for row in sorted(rows_of("standing"), key=lambda one: one["valid_from"]):
        latest[row["transaction"]] = row["status"]
    ended = {slug for slug, status in latest.items() if status != "active"}
    assert set(demo_data.ACTIVATED) == ended & set(CATALOGUE)


def slugs_of(test: Any) -> set[str]:
    """The entries a test is run for by its parameters; none where it names its own."""
    runs = [mark.args[1] for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    rows = [run if isinstance(run, tuple | list) else (run,) for values in runs for run in values]
    return {one for row in rows for one in row if isinstance(one, str) and one in CATALOGUE}


@each_entry
def test_it_is_walked_to_each_of_its_ends(entry: Transaction) -> None:
    # A turn is booked at once: nobody examines it, so nobody returns or refuses it.
    ways = {HAPPY} if entry.outcome == APPOINTMENT else {HAPPY, MENDED, REFUSED}
    walked = WALKED.get(entry.slug, {})
    assert set(walked) == ways
    for place in walked.values():
        module, _, name = place.partition(".")
        test = getattr(import_module(f"tests.journey.{module}"), name, None)
        assert test is not None, place
        assert entry.slug in (slugs_of(test) or {entry.slug}), place


@each_entry
def test_a_question_that_entries_share_is_of_one_kind(entry: Transaction) -> None:
    kinds = {one.name: one.kind for one in entry.questions}
    for other in CATALOGUE.values():
        assert not {one.name for one in other.questions if kinds.get(one.name, one.kind) != one.kind}
