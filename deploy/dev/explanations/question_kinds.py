"""What each kind of question reads, and what each field of a question means. Examples are read by the code itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.catalogue import CATALOGUE
from shared.catalogue.model import Question
from shared.forms import READERS, check_questions

# The day on which examples are read.
TODAY = date(2026, 1, 15)
NAME = "example"


@dataclass(frozen=True)
class KindExplanation:
    """What is taken, something that somebody may type, and the fields that the kind needs besides its name."""

    taken: str
    typed: str
    fields: Mapping[str, object]


KINDS: Mapping[str, KindExplanation] = {
    "text": KindExplanation("One line of any letters, up to `max_length`", "  شارع  النيل ", {"max_length": 120}),
    "long_text": KindExplanation(
        "The same in a field of several lines; `max_length` is usually longer", "أعمل خارج البلد", {"max_length": 500}
    ),
    "name": KindExplanation("A name in any script; signs alone are none", "عبد الرحمن", {"unrecorded": True}),
    "latin": KindExplanation("A name in Latin letters, as a passport prints it", "Al-Halabi", {}),
    "date": KindExplanation("A day; a page has a field for year, month and day each", "2027-3-9", {"hijri": False}),
    "past_date": KindExplanation("A day that is not after today", "1990-01-15", {}),
    "choice": KindExplanation("One of `choices`", "residence", {"choices": ("residence", "study")}),
    "time": KindExplanation("A wall-clock time of 24 hours", "٠٩:٣٠", {}),
    "number": KindExplanation("A whole number from `minimum` to `maximum`", "٣", {"minimum": 0, "maximum": 9}),
    "national_number": KindExplanation("A Syrian national number of eleven digits", "010-2030 4050", {}),
    "passport_number": KindExplanation("The number of a passport, without gaps", "n 012345678", {}),
    "phone": KindExplanation(
        "A telephone number with its country's code, or a national one of the mission's country", "+966 50 123 4567", {}
    ),
    "saudi_number": KindExplanation("Ten digits of a Saudi residence permit or border number", "2123456789", {}),
    "saudi_mobile": KindExplanation("A Saudi mobile number", "0501234567", {}),
}
# Field: what it means, and how it is written.
FIELDS: Mapping[str, tuple[str, str]] = {
    "name": ("Key of the answer, and of the texts `question.<name>.label` and `.hint`", '"mobile"'),
    "kind": ("How the answer is read: a row of the table above", '"phone"'),
    "required": ("Whether a blank answer is refused", "False"),
    "choices": ("Answers of a choice; each has a text `question.<name>.choice.<choice>`", '("study", "work")'),
    "max_length": ("The longest text, in characters", "500"),
    "minimum": ("The least number", "1"),
    "maximum": ("The greatest number", "9"),
    "step": ("The page of the form that asks it; its text is `step.<step>`", '"contact"'),
    "unrecorded": ('Whether "the register has none" is offered beside the field', "True"),
    "hijri": ("Whether a date may be typed in the Hijri calendar as well", "False"),
    "asked_if": ("The choice question, and its answer with which alone this one is asked", '("has_permit", "yes")'),
    "of_the_living": ("Whether it is asked only while the person of the application is alive", "True"),
}


def kind_rows() -> list[tuple[str, ...]]:
    """Kind, what it takes, an example as written, as typed and as kept, and an entry that asks such a question.

    Raises KeyError for a kind without an explanation.
    """
    return [
        (f"`{kind}`", one.taken, f"`{written(kind, one)}`", f"`{one.typed}`", f"`{kept(kind, one)}`", asked_by(kind))
        for kind, one in ((kind, KINDS[kind]) for kind in READERS)
    ]


def field_rows() -> list[tuple[str, ...]]:
    """Field, its default, its meaning and an example."""
    defaults = {name: field.default for name, field in Question.__dataclass_fields__.items() if name in FIELDS}
    return [
        (f"`{name}`", "" if name == "name" else f"`{defaults[name]!r}`", meaning, f"`{name}={example}`")
        for name, (meaning, example) in FIELDS.items()
    ]


def written(kind: str, explanation: KindExplanation) -> str:
    """The literal of a question of this kind."""
    fields = "".join(f", {name}={value!r}" for name, value in explanation.fields.items())
    return f'Question("{NAME}", "{kind}"{fields})'


def kept(kind: str, explanation: KindExplanation) -> object:
    """What is kept of the example, as the reader of its kind answers."""
    question = Question(NAME, kind, **explanation.fields)  # type: ignore[arg-type]
    return check_questions([question], {NAME: explanation.typed}, TODAY)[NAME]


def asked_by(kind: str) -> str:
    """The first question of this kind in the catalogue, with its entry; empty where none asks one."""
    of_kind = ((entry.slug, one.name) for entry in CATALOGUE.values() for one in entry.questions if one.kind == kind)
    slug, name = next(of_kind, ("", ""))
    return f"[{slug}](transactions/{slug}.md): `{name}`" if slug else ""
