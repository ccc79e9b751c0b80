"""Has every entry of the catalogue its rows, its kind of document with sample and lifetime, and answers for the demo?

The words of an entry are looked for with the translations.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from deploy.demo.scenarios.answers import answers
from deploy.dev.checks.texts.translations import TO_TRANSLATE
from services.conscription import allowance
from services.consular.data import rows_of
from services.consular.views.rule_view import document_kinds
from services.gateway.pages.services import search
from shared import catalogue
from shared.catalogue import CATALOGUE
from shared.catalogue.model import AFTER_ASSESSMENT, BOOKLET, KIN, Transaction
from shared.documents import validity
from shared.documents.model import KINDS
from shared.errors import Refusal
from shared.forms import check_answers

SERVICES = Path(__file__).parents[4] / "services"
# Any day will do: answers count their days from it.
DAY = date(2026, 11, 21)


# Rules over answers that no law has to say, by code, with the reason.
RULES_WITHOUT_LAW = {
    "period_backwards": "a period ends after it begins",
    "licence_ends_before_issue": "a licence is issued before it ends",
    "expires_before_issue": "a booklet is issued before it expires",
    "lost_before_issue": "nothing is lost before it is issued",
    "damaged_before_issue": "nothing is damaged before it is issued",
    "visit_before_leaving": "a visit begins after one has left for it",
}


@dataclass(frozen=True)
class Somebody:
    """Names and number as the forms need them."""

    national_number: str = "01010000007"
    given_name: str = "كرم"
    latin_given: str = "Karam"
    latin_father: str = "Salim"
    latin_family: str = "Namouzaj"
    latin_mother: str = "Huda"


def complaints() -> list[str]:
    print(f"    {len(CATALOGUE)} entries")
    return [*unlisted(), *(one for entry in CATALOGUE.values() for one in of_entry(entry))]


def of_entry(entry: Transaction) -> Iterator[str]:
    yield from unpriced(entry)
    if not any(row["transaction"] == entry.slug for row in rows_of("standing")):
        yield f"{entry.slug} has no standing: add a row to services/consular/data/transactions/standings.csv"
    for kind in sorted(handed_out(entry)):
        yield from undrawable(entry, kind)
    yield from unanswered(entry)
    yield from unfounded(entry)
    words = search.synonyms().get(entry.slug, ())
    if not any(words) or TO_TRANSLATE in words:
        yield f"{entry.slug} has no search words: add a row to services/gateway/pages/services/synonyms.csv"


def unfounded(entry: Transaction) -> Iterator[str]:
    """Rules over answers without a law, where no reason for that is listed."""
    for rule in entry.answer_rules:
        if not rule.law and rule.code not in RULES_WITHOUT_LAW:
            yield f"{entry.slug}: {rule.code} names no law: cite it, or say in RULES_WITHOUT_LAW why there is none"


def unlisted() -> Iterator[str]:
    """Entries of a module that the catalogue does not list."""
    for module in iter_modules(catalogue.__path__):
        entries = getattr(import_module(f"{catalogue.__name__}.{module.name}"), "TRANSACTIONS", ())
        yield from (
            f"{entry.slug} of shared/catalogue/{module.name}.py is in no list: "
            f"add *{module.name}.TRANSACTIONS to shared/catalogue/__init__.py"
            for entry in entries
            if CATALOGUE.get(entry.slug) != entry
        )


def unpriced(entry: Transaction) -> Iterator[str]:
    """Fees without a row for all missions that has not ended; a row that begins later is one."""
    if entry.priced == AFTER_ASSESSMENT:
        return
    rows = [row for row in rows_of("tariff") if row["transaction"] == entry.slug]
    priced = {row["line"] for row in rows if not row["scope"] and not row["valid_to"]}
    for fee in entry.fees:
        if fee.name not in priced:
            yield f"{entry.slug} has no price for {fee.name}: add a row to services/consular/data/money/tariffs.csv"


def undrawable(entry: Transaction, kind: str) -> Iterator[str]:
    """What a kind of document lacks: its line among the kinds, a lifetime, a sample."""
    if kind not in KINDS:
        yield f"{entry.slug} ends with a {kind}, which is no kind: add it to KINDS of shared/documents/model.py"
        return
    if kind not in validity.ENDLESS | validity.DECIDED_EACH_TIME | {row.kind for row in validity.lifetimes()}:
        yield (
            f"{entry.slug}: nothing says how long a {kind} is good for: add a row to "
            "shared/documents/data/validity.csv, or name it in ENDLESS of shared/documents/validity.py"
        )
    documents = f"{KINDS[kind].service}/documents"
    if not any((SERVICES / documents).rglob(sample := f"{kind}.sample.json")):
        yield f"{entry.slug}: a {kind} has no sample: write {sample} beside its template below services/{documents}"


def unanswered(entry: Transaction) -> Iterator[str]:
    """Answers of the demo that the forms refuse."""
    relative = Somebody("01010000015", "سليم") if entry.holder == KIN else None
    try:
        check_answers(entry.slug, answers(entry.slug, Somebody(), relative, DAY), DAY)
    except Refusal as refusal:
        wrong = ", ".join(f"{name} ({code})" for name, code in refusal.errors.items()) or refusal.code
        yield f"{entry.slug}: the demo's answers are refused: {wrong}; mend deploy/demo/scenarios/answers.py"


def handed_out(entry: Transaction) -> set[str]:
    """The kinds of document that may come of an entry."""
    kinds = set(document_kinds(entry))
    if entry.outcome == BOOKLET:
        kinds.add("passport-slip")
    for ask in entry.asks:
        if ask.ask == "assess" and entry.slug in allowance.DOCUMENT_KINDS:
            kinds.add(allowance.DOCUMENT_KINDS[entry.slug])
        elif ask.ask == "defer":
            kinds.add("residence-deferral")
    return kinds
