"""Compares answers with what the registers attested, so that an officer sees every difference at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.values.latin import zone_letters

MOTHER = "latin_mother_name"
# Question -> where the same thing stands among what the civil registry attested of the person.
BESIDE = {
    "latin_given_name": ("name", "latin", "given"),
    "latin_father_name": ("name", "latin", "father"),
    "latin_family_name": ("name", "latin", "family"),
    MOTHER: ("name", "latin", "mother"),
}


@dataclass(frozen=True)
class Answer:
    """One answer; `registered` is what the register says of the same thing, empty where it says nothing."""

    question: str
    typed: str
    registered: str = ""

    @property
    def differs(self) -> bool:
        """Whether the two, letters and spaces evened out, are not the same. Of a mother the given name is enough."""
        if not self.registered or plain(self.typed) == plain(self.registered):
            return False
        words = self.registered.split()
        given_names = [plain("".join(words[:count])) for count in range(1, len(words))]
        return self.question != MOTHER or plain(self.typed) not in given_names


def plain(text: str) -> str:
    """Without accents, marks between letters and differences of case: what a passport's zone writes alike."""
    return zone_letters(text).replace(" ", "")


def beside(questions: Iterable[str], answers: Mapping[str, Any], person: Mapping[str, Any]) -> list[Answer]:
    """Each question in its order with its answer and, where the register knows it, the registered form."""
    return [Answer(name, str(answers.get(name) or ""), _at(person, BESIDE.get(name, ()))) for name in questions]


def _at(facts: Any, path: tuple[str, ...]) -> str:
    if not path:
        return ""
    for part in path:
        facts = facts.get(part) if isinstance(facts, Mapping) else None
    return str(facts or "")
