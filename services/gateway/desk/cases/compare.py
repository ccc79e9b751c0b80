"""Compares answers with what the registers attested, so that an officer sees every difference at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.catalogue.model import NOT_RECORDED
from shared.values import references
from shared.values.latin import zone_letters
from shared.values.names import is_same_name, is_unrecorded

MOTHER = "latin_mother_name"
LATIN_NAME = ("person", "name", "latin")
# Question -> where the same thing stands among what the registers attested, and the mission's own last passport.
BESIDE = {
    "latin_given_name": (*LATIN_NAME, "given"),
    "latin_father_name": (*LATIN_NAME, "father"),
    "latin_family_name": (*LATIN_NAME, "family"),
    MOTHER: (*LATIN_NAME, "mother"),
    "birth_place": ("civil_registry", "birth_place", "ar"),
    "latin_birth_place": ("civil_registry", "birth_place", "latin"),
    "relative_national_number": ("civil_registry", "holder", "national_number"),
    "relative_given_name": ("civil_registry", "holder", "name", "ar", "given"),
    "deceased_national_number": ("civil_registry", "holder", "national_number"),
    "deceased_given_name": ("civil_registry", "holder", "name", "ar", "given"),
    "passport_number": ("last_passport", "number"),
    "passport_issued_on": ("last_passport", "issued_on"),
    "passport_expires_on": ("last_passport", "expires_on"),
}
# Written in Latin letters on both sides; of others the sameness of names, of numbers and days that of the signs counts.
LATIN = frozenset(name for name in BESIDE if name.startswith("latin_"))
ARABIC = frozenset({"birth_place", "relative_given_name", "deceased_given_name"})


@dataclass(frozen=True)
class Answer:
    """One answer; `registered` is what the register says of the same thing, empty where it says nothing.

    `unrecorded` is whether the register attests that it has no such name.
    """

    question: str
    typed: str
    registered: str = ""
    unrecorded: bool = False

    @property
    def differs(self) -> bool:
        """Whether the names differ once letters and spaces are folded. Of a mother the given name alone is compared."""
        if self.unrecorded:
            return self.typed not in ("", NOT_RECORDED)
        if not self.registered:
            return False
        if self.question in ARABIC:
            return not is_same_name(self.typed, self.registered)
        if self.question not in LATIN:
            return references.plain(self.typed) != references.plain(self.registered)
        if plain(self.typed) == plain(self.registered):
            return False
        words = self.registered.split()
        given_names = [plain("".join(words[:count])) for count in range(1, len(words))]
        return self.question != MOTHER or plain(self.typed) not in given_names


def plain(text: str) -> str:
    """Without accents, marks between letters and differences of case: what a passport's zone writes alike."""
    return zone_letters(text).replace(" ", "")


def beside(questions: Iterable[str], answers: Mapping[str, Any], known: Mapping[str, Any]) -> list[Answer]:
    """Each question in its order with its answer and, where a register knows it, the registered form."""
    return [_beside(name, answers, known) for name in questions]


def _beside(question: str, answers: Mapping[str, Any], known: Mapping[str, Any]) -> Answer:
    path = BESIDE.get(question, ())
    name = (known.get("person") or {}).get("name") or {}
    unrecorded = path[:3] == LATIN_NAME and is_unrecorded(name, path[-1])
    return Answer(question, str(answers.get(question) or ""), _at(known, path), unrecorded)


def attested_facts(case: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of the person of a case, by whom."""
    facts = case.get("facts") or {}
    registry = facts.get("civil_registry") or {}
    return {
        "person": case.get("person") or {},
        "civil_registry": registry,
        "last_passport": (case.get("passport") or {}).get("last") or {},
    }


def _at(facts: Any, path: tuple[str, ...]) -> str:
    if not path:
        return ""
    for part in path:
        facts = facts.get(part) if isinstance(facts, Mapping) else None
    return str(facts or "")
