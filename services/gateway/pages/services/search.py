"""Finds transactions by the words that people use, in either language, however they spell them."""

import csv
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from shared.catalogue import TRANSACTIONS
from shared.catalogue.model import Transaction
from shared.fragments import LANGUAGES
from shared.i18n import language
from shared.values.names import fold, matches_search

SYNONYMS = Path(__file__).with_name("synonyms.csv")
LONGEST = 80
# Words around what is meant, folded. Who types nothing else is shown everything.
AROUND = frozenset(
    fold(word)
    for word in (
        "من في على عن الى إلى اريد أريد بدي ابغى أبغى عايز كيف شلون لازم احتاج طلب معاملة استخراج تقديم عمل سوري سورية "
        "i a an the to of for my me need want get how do make apply application syrian please in and"
    ).split()
)


def find(typed: str) -> list[Transaction]:
    """The transactions that know every typed word; where there is none, those that know any, best first."""
    words = [word for word in fold(typed[:LONGEST]).split() if word not in AROUND]
    if not words:
        return []
    known = {entry.slug: _words(entry) for entry in TRANSACTIONS}
    matched = {slug: sum(matches_search(word, texts) for word in words) for slug, texts in known.items()}
    enough = len(words) if max(matched.values()) == len(words) else 1
    best = [entry for entry in TRANSACTIONS if matched[entry.slug] >= enough]
    return sorted(best, key=lambda entry: (-matched[entry.slug], -_in_title(entry, words)))


def _in_title(entry: Transaction, words: Iterable[str]) -> int:
    return sum(matches_search(word, _titles(entry)) for word in words)


def _words(entry: Transaction) -> list[str]:
    return [*_titles(entry), *synonyms().get(entry.slug, ())]


def _titles(entry: Transaction) -> list[str]:
    return [language(code).text(f"transaction.{entry.slug}.title") for code in LANGUAGES]


@lru_cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """What people call a transaction besides its name, by slug, in both languages."""
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["slug"]: tuple(f"{row['ar']}|{row['en']}".split("|")) for row in rows}
