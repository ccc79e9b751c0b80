"""Compares Latin names before printing with the last passport and the register."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.consular.passports.mrz import FILLER, letters
from shared.catalogue.model import NOT_RECORDED
from shared.values.names import is_unrecorded

PARTS = {
    "latin_given_name": "given",
    "latin_father_name": "father",
    "latin_family_name": "family",
    "latin_mother_name": "mother",
}
PASSPORT, REGISTER = "passport", "register"


@dataclass(frozen=True)
class Divergence:
    """One typed name, and its spelling in the last passport or the register; `source` says which.

    `known` is empty where the register attests that it has no such name.
    """

    question: str
    typed: str
    known: str
    source: str


def spelling(name: str) -> str:
    """The key by which two Latin spellings are equal: without accents, case, gaps or hyphens."""
    return letters(name).replace(FILLER, "")


def latin_names(answers: Mapping[str, object]) -> dict[str, str]:
    """The Latin names to print for an application, by part."""
    return {part: _typed(answers, question) for question, part in PARTS.items()}


def _typed(answers: Mapping[str, object], question: str) -> str:
    """The answer, empty for a name that is stated not to be recorded."""
    typed = str(answers.get(question) or "")
    return "" if typed == NOT_RECORDED else typed


def divergences(
    answers: Mapping[str, object],
    registered: Mapping[str, Mapping[str, object]],
    last: Mapping[str, object] | None,
) -> list[Divergence]:
    """Every name whose spelling differs from the last passport, or from the register's person and parents.

    `registered` is the name in both scripts, `ar` and `latin`. A typed name that the register attests not to have is a
    divergence too: it would be printed on the word of the applicant alone.
    The register may also have the mother's family name: her given name alone, of one word or more, is no divergence.
    """
    result = []
    for question, part in PARTS.items():
        typed, is_answered = _typed(answers, question), bool(answers.get(question))
        for source, other_spelling in ((PASSPORT, (last or {}).get(part)), (REGISTER, registered["latin"].get(part))):
            if is_answered and other_spelling and not _is_same(typed, str(other_spelling), part):
                result.append(Divergence(question, typed, str(other_spelling), source))
        if typed and is_unrecorded(registered, part):
            result.append(Divergence(question, typed, "", REGISTER))
    return result


def full_mother(typed: str, registered: str) -> str:
    """The mother's full Latin name: what was typed, with the register's family name where it was left off."""
    words = registered.split(" ")
    for count in range(1, len(words)):
        if spelling(" ".join(words[:count])) == spelling(typed):
            return " ".join((typed, *words[count:]))
    return typed or registered


def _is_same(typed: str, other_spelling: str, part: str) -> bool:
    if spelling(typed) == spelling(other_spelling):
        return True
    words = other_spelling.split(" ")
    given_names = [spelling(" ".join(words[:count])) for count in range(1, len(words))]
    return part == "mother" and spelling(typed) in given_names
