"""Where somebody was born and in which entry they are registered, as documents print it."""

from collections.abc import Mapping
from typing import Any

Pair = dict[str, str]
BIRTH_PLACE, LATIN_BIRTH_PLACE = "birth_place", "latin_birth_place"


def attested_birth_place(facts: Mapping[str, Any]) -> Pair:
    """The place of birth as the civil register attested it; empty where it has none."""
    return _pair(facts.get(BIRTH_PLACE))


def birth_place(facts: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The place to print: the register's, otherwise what the applicant declared; `declared` says which."""
    attested = attested_birth_place(facts)
    if attested["ar"]:
        return {**attested, "declared": False}
    declared = {"ar": str(answers.get(BIRTH_PLACE) or ""), "en": str(answers.get(LATIN_BIRTH_PLACE) or "")}
    return {**declared, "declared": bool(declared["ar"])}


def entry(facts: Mapping[str, Any]) -> Pair:
    """Office and number of the entry as one text in both languages; empty where they were not attested."""
    attested = facts.get("entry")
    if not isinstance(attested, Mapping) or not attested.get("number"):
        return _pair(None)
    office, number = _pair(attested.get("office")), str(attested["number"])
    return {"ar": f"{office['ar']} {number}", "en": f"{office['en'] or office['ar']} {number}"}


def _pair(value: object) -> Pair:
    given = value if isinstance(value, Mapping) else {}
    return {"ar": str(given.get("ar") or ""), "en": str(given.get("en") or "")}
