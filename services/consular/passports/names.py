"""The name guardian: a Latin spelling that leaves the last passport or the register is seen before it is printed."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.consular.passports.mrz import FILLER, letters

PARTS = {
    "latin_given_name": "given",
    "latin_father_name": "father",
    "latin_family_name": "family",
    "latin_mother_name": "mother",
}
PASSPORT, REGISTER = "passport", "register"


@dataclass(frozen=True)
class Divergence:
    """One name as it was typed, and how the last passport or the register has it; `source` says which."""

    question: str
    typed: str
    known: str
    source: str


def spelling(name: str) -> str:
    """What makes two Latin spellings the same to a machine: neither accents nor case, gaps or hyphens."""
    return letters(name).replace(FILLER, "")


def latin_names(answers: Mapping[str, object]) -> dict[str, str]:
    """The Latin names an application asks to have printed, by part."""
    return {part: str(answers.get(question) or "") for question, part in PARTS.items()}


def divergences(
    answers: Mapping[str, object], registered: Mapping[str, object], last: Mapping[str, object] | None
) -> list[Divergence]:
    """Every name that is not spelt as in the last passport, or as the register has the person and their parents.

    Of the mother the register may know the family name as well: the given name alone, of one word or more, is the same
    spelling.
    """
    result = []
    for question, part in PARTS.items():
        typed = str(answers.get(question) or "")
        for source, known in ((PASSPORT, (last or {}).get(part)), (REGISTER, registered.get(part))):
            if typed and known and not _is_same(typed, str(known), part):
                result.append(Divergence(question, typed, str(known), source))
    return result


def _is_same(typed: str, known: str, part: str) -> bool:
    if spelling(typed) == spelling(known):
        return True
    words = known.split(" ")
    given_names = [spelling(" ".join(words[:count])) for count in range(1, len(words))]
    return part == "mother" and spelling(typed) in given_names
