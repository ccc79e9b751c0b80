"""Asking for a relative's entry: how a form names the relative, and what the register is then asked about."""

from collections.abc import Mapping
from datetime import date

from shared.catalogue.model import KIN, OWN, AnswerRule, Facts, Question, Transaction

WHOSE, SELF, OF_RELATIVE = "whose", "self", "relative"
OF_RELATIVE_ONLY = (WHOSE, OF_RELATIVE)
# Law 13/2021, art. 22: what the asking person may be to the holder of an entry.
KINSHIPS = frozenset({"spouse", "ascendant", "descendant", "sibling"})
LAW = "Law 13/2021, art. 22"
NUMBER, GIVEN_NAME = "relative_national_number", "relative_given_name"
DECEASED_NUMBER, DECEASED_GIVEN_NAME = "deceased_national_number", "deceased_given_name"

OWN_OR_RELATIVE = (
    Question(WHOSE, kind="choice", choices=(SELF, OF_RELATIVE), step="person"),
    Question(NUMBER, kind="national_number", required=False, step="person", asked_if=OF_RELATIVE_ONLY),
    Question(GIVEN_NAME, kind="name", required=False, max_length=60, step="person", asked_if=OF_RELATIVE_ONLY),
)
DECEASED = (
    Question(DECEASED_NUMBER, kind="national_number", step="person"),
    Question(DECEASED_GIVEN_NAME, kind="name", max_length=60, step="person"),
)


def has_number(answers: Mapping[str, object], _today: date) -> bool:
    """Whoever asks for a relative gives the relative's number."""
    return answers.get(WHOSE) == SELF or bool(answers.get(NUMBER))


def has_given_name(answers: Mapping[str, object], _today: date) -> bool:
    """Whoever asks for a relative gives the relative's name."""
    return answers.get(WHOSE) == SELF or bool(answers.get(GIVEN_NAME))


RULES = (
    AnswerRule("relative_needed", NUMBER, has_number, LAW),
    AnswerRule("relative_needed", GIVEN_NAME, has_given_name, LAW),
)


def is_self_or_kin(facts: Facts) -> bool:
    """The entry is the person's own, or that of one of the relatives the law names."""
    return facts.kinship in (None, SELF) or facts.kinship in KINSHIPS


def is_kin(facts: Facts) -> bool:
    """The entry is that of one of the relatives the law names; nobody asks for their own death."""
    return facts.kinship is None or facts.kinship in KINSHIPS


def holder_answers(entry: Transaction, answers: Mapping[str, object]) -> dict[str, str] | None:
    """Whose entry the answers mean: number and given name of a relative, {} for one's own, None where none is named."""
    if entry.holder == OWN:
        return None
    number_question, given_name_question = (
        (DECEASED_NUMBER, DECEASED_GIVEN_NAME) if entry.holder == KIN else (NUMBER, GIVEN_NAME)
    )
    if entry.holder != KIN and answers.get(WHOSE) == SELF:
        return {}
    return {
        "national_number": str(answers.get(number_question) or ""),
        "given_name": str(answers.get(given_name_question) or ""),
    }
