"""Makes forms out of questions: reads what was typed, and shows it again with what is wrong beside it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from services.gateway.web.days import today
from services.gateway.web.presentation import date as date_in_words
from services.gateway.web.presentation import has_text, hijri_date, t, tn
from shared.catalogue.model import NOT_RECORDED, Question, Transaction
from shared.errors import Invalid, Refusal
from shared.forms import DATES, check_questions, typed_value
from shared.values.calendars import HIJRI

# The box beside a name that states the register has none, under the name's field with this ending.
UNRECORDED = "-unrecorded"
PARTS = ("year", "month", "day")
QUESTION_MARKS = ("؟", "?")
# A calendar nobody offered makes the date unreadable, rather than another day.
ENDINGS = {"gregorian": "", "hijri": HIJRI}
# How a browser may help with an answer, by its name or else by its kind.
INPUTS: dict[str, dict[str, str]] = {
    "email": {"type": "email", "autocomplete": "email"},
    "identifier": {"autocomplete": "username", "dir": "ltr"},
    "phone": {"type": "tel", "autocomplete": "tel", "width": "20"},
    "saudi_mobile": {"type": "tel", "autocomplete": "tel", "width": "20"},
    "saudi_number": {"inputmode": "numeric", "dir": "ltr", "width": "10"},
    "national_number": {"inputmode": "numeric", "dir": "ltr", "width": "10"},
    "passport_number": {"dir": "ltr", "width": "10"},
    "number": {"inputmode": "numeric", "dir": "ltr", "width": "4"},
    "time": {"dir": "ltr", "width": "4"},
    "latin": {"dir": "ltr"},
    "reference": {"dir": "ltr", "width": "20"},
    "code": {"dir": "ltr"},
    "given_name": {"autocomplete": "given-name"},
    "family_name": {"autocomplete": "family-name"},
}


@dataclass(frozen=True)
class Field:
    """A question as a page shows it."""

    name: str
    kind: str
    label: Markup
    hint: Markup | None
    value: Any
    error: Markup | None
    required: bool
    max_length: int
    options: list[tuple[str, Markup]] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    calendars: bool = False
    unrecorded: bool = False
    """Whether "Not recorded" is offered, and whether it is chosen."""
    stated_unrecorded: bool = False
    asked_if: tuple[str, str] | None = None
    """The other field and its value with which alone this one is shown."""


def steps_of(entry: Transaction) -> list[str]:
    """The names of an entry's steps, in the order of its questions."""
    return list(dict.fromkeys(question.step for question in entry.questions))


def questions_asked(entry: Transaction, answers: Mapping[str, Any]) -> list[Question]:
    """The questions that an entry asks beside these answers."""
    return [question for question in entry.questions if question.is_asked(answers)]


def typed(questions: Iterable[Question], form: Mapping[str, str]) -> dict[str, str]:
    """What was sent for each question; a date's three parts in one, year first, with the calendar if it is Hijri."""
    return {one.name: _typed(one, form) for one in questions}


def _typed(question: Question, form: Mapping[str, str]) -> str:
    if question.kind in DATES:
        return _typed_date(question, form)
    text = form.get(question.name, "")
    if question.unrecorded and form.get(question.name + UNRECORDED) == "yes":
        # Beside a name the statement is a mistake, which is then shown with both.
        return f"{text.strip()}{NOT_RECORDED}"
    return text


def _typed_date(question: Question, form: Mapping[str, str]) -> str:
    parts = [form.get(f"{question.name}-{part}", "").strip() for part in PARTS]
    if not any(parts):
        return ""
    calendar = form.get(f"{question.name}-calendar", "") if question.hijri else ""
    return "-".join(parts) + ENDINGS.get(calendar or "gregorian", " ?")


def read(questions: Sequence[Question], form: Mapping[str, str]) -> dict[str, Any]:
    """Clean answers. Raises Invalid with a code for each faulty field."""
    return check_questions(questions, typed(questions, form), today())


def fields(
    questions: Iterable[Question],
    values: Mapping[str, Any],
    errors: Mapping[str, Markup] | None = None,
    *,
    prefix: str = "question",
) -> list[Field]:
    """The questions with what was typed and what is wrong. Texts are `<prefix>.<name>.label` and so on."""
    return [_field(one, typed_value(one.name, values), (errors or {}).get(one.name), prefix) for one in questions]


def _field(question: Question, value: Any, error: Markup | None, prefix: str) -> Field:
    name, key = question.name, f"{prefix}.{question.name}"
    return Field(
        name=name,
        kind=question.kind,
        label=t(f"{key}.label"),
        hint=t(f"{key}.hint") if has_text(f"{key}.hint") else None,
        value=_parts(value) if question.kind in DATES else _text_of(value),
        error=error,
        required=question.required,
        max_length=question.max_length,
        options=[(choice, t(f"{key}.choice.{choice}")) for choice in question.choices],
        inputs=INPUTS.get(name) or INPUTS.get(question.kind) or {},
        calendars=question.kind in DATES and question.hijri,
        asked_if=question.asked_if,
        unrecorded=question.unrecorded,
        stated_unrecorded=question.unrecorded and str(value or "").endswith(NOT_RECORDED),
    )


def _text_of(value: Any) -> Any:
    return value.removesuffix(NOT_RECORDED) if isinstance(value, str) else value


def _parts(value: Any) -> dict[str, str]:
    text = str(value or "")
    parts = re.fullmatch(r"([^-]*)-([^-]*)-([^-]*)", text.removesuffix(HIJRI))
    if not parts:
        return {}
    shown = {part: text.lstrip("0") or text for part, text in zip(PARTS, parts.groups(), strict=True)}
    return shown | {"calendar": "hijri" if text.endswith(HIJRI) else "gregorian"}


def answer_in_words(question: Question, answers: Mapping[str, Any], prefix: str = "question") -> Markup | str:
    """The answer to a question in words; a Hijri date as it was typed, with the Gregorian date that is stored."""
    answer, typed = answers.get(question.name), typed_value(question.name, answers)
    if answer in (None, ""):
        return ""
    if question.kind in DATES:
        gregorian = date_in_words(str(answer))
        return gregorian if typed == answer else t("form.date.both", hijri=hijri_date(typed), gregorian=gregorian)
    if answer == NOT_RECORDED:
        return t("form.not_recorded")
    if question.kind == "choice":
        return t(f"{prefix}.{question.name}.choice.{answer}")
    direction = "auto" if question.kind in ("text", "long_text", "name") else "ltr"
    return Markup('<bdi dir="{}">{}</bdi>').format(direction, answer)


def faults(refusal: Refusal, questions: Iterable[Question] = (), prefix: str = "question") -> dict[str, Markup]:
    """The texts of what is wrong, by field; under the empty name when it concerns no field."""
    asked = {one.name: one for one in questions}
    if not isinstance(refusal, Invalid) or not refusal.errors:
        return {"": words(refusal.code, **refusal.params)}
    return {name: _fault(code, name, asked.get(name), refusal.params, prefix) for name, code in refusal.errors.items()}


def _fault(code: str, name: str, question: Question | None, params: Mapping[str, object], prefix: str) -> Markup:
    label = t(f"{prefix}.{name}.label") if has_text(f"{prefix}.{name}.label") else ""
    if code == "required":
        code = _code_of_blank(question, label)
    limits = (
        {"longest": question.max_length, "minimum": question.minimum, "maximum": question.maximum} if question else {}
    )
    return words(code, **{"label": label, **limits, **params})


def _code_of_blank(question: Question | None, label: str) -> str:
    """What is asked of whoever left a field blank: a noun is written or chosen, a question is answered."""
    if label.endswith(QUESTION_MARKS):
        return "answer_needed"
    return "choose" if question and question.kind == "choice" else "required"


def words(code: str, **params: object) -> Markup:
    """The text of a refusal, in the plural form of `n` if it counts, with its `day` in words; else a general one."""
    key, values = f"refusal.{code}", {"label": "", **params}
    if "day" in values:
        values["day"] = date_in_words(str(values["day"]))
    if not has_text(key):
        return t("refusal.unexpected")
    n = values.pop("n", None)
    return tn(key, n, **values) if isinstance(n, int) else t(key, **values)
