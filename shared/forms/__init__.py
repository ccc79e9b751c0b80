"""A catalogue entry's questions as a marshmallow schema: the gateway checks with it early, consular for good."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from shared.catalogue import CATALOGUE
from shared.catalogue.model import DECEASED, NOT_RECORDED, Question, Transaction
from shared.errors import Invalid, NotFound
from shared.forms.phones import read_phone, read_saudi_mobile
from shared.values.calendars import HIJRI, read_date
from shared.values.digits import ascii_digits, is_digits
from shared.values.latin import has_latin_letters_alone, is_latin_name, plain_latin
from shared.values.names import has_letters
from shared.values.person import national_number, passport_number, residence_number, strip_controls

DATES = frozenset({"date", "past_date"})
# Beside a date that was typed in the Hijri calendar an answer keeps what was typed, under its name with this ending.
TYPED_HIJRI = "@hijri"
DIGEST_LENGTH = 32


@dataclass(frozen=True)
class Asked:
    """Where and when answers are judged: the mission's day, and the country whose national numbers are understood."""

    today: date
    country: str = ""


class _AnswerField(fields.Field[object]):
    """One answer: blank is missing, text is freed of invisible characters before anything is checked."""

    default_error_messages = {"required": "required", "null": "required"}  # noqa: RUF012

    def __init__(self, question: Question, asked: Asked) -> None:
        options: dict[str, Any] = {} if question.required else {"load_default": None}
        super().__init__(required=question.required, allow_none=not question.required, **options)
        self.question = question
        self.asked = asked

    def _deserialize(self, value: object, *_args: object, **_options: object) -> object:
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise ValidationError("malformed")
        text = strip_controls(str(value))
        if not text:
            if self.question.required:
                raise ValidationError("required")
            return None
        if self.question.unrecorded and text.endswith(NOT_RECORDED):
            if text != NOT_RECORDED:
                raise ValidationError("name_and_not_recorded")
            return text
        return READERS[self.question.kind](text, self.question, self.asked)


def _text(value: str, question: Question, _asked: Asked) -> str:
    if len(value) > question.max_length:
        raise ValidationError("too_long")
    return value


def _name(value: str, question: Question, asked: Asked) -> str:
    """A name in any script."""
    if not has_letters(value):
        raise ValidationError("name_without_letters")
    return _text(value, question, asked)


def _latin(value: str, question: Question, asked: Asked) -> str:
    plain = plain_latin(value)
    if not is_latin_name(plain):
        raise ValidationError("latin_signs" if has_latin_letters_alone(plain) else "not_latin")
    return _text(plain, question, asked)


def _date(value: str, _question: Question, _asked: Asked) -> str:
    try:
        return read_date(value).gregorian.isoformat()
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _past_date(value: str, question: Question, asked: Asked) -> str:
    day = _date(value, question, asked)
    if date.fromisoformat(day) > asked.today:
        raise ValidationError("in_the_future")
    return day


def _choice(value: str, question: Question, _asked: Asked) -> str:
    if value not in question.choices:
        raise ValidationError("unknown_choice")
    return value


def _number(value: str, question: Question, _asked: Asked) -> int:
    digits = ascii_digits(value)
    if not is_digits(digits) or len(digits) > 9:
        raise ValidationError("not_a_number")
    if not question.minimum <= int(digits) <= question.maximum:
        raise ValidationError("out_of_range")
    return int(digits)


def _time(value: str, _question: Question, _asked: Asked) -> str:
    """A wall-clock time of 24 hours, as 09:30."""
    hour, _, minute = ascii_digits(value).strip().partition(":")
    if not (is_digits(hour) and is_digits(minute) and len(hour) <= 2 and len(minute) == 2):
        raise ValidationError("not_a_time")
    if int(hour) > 23 or int(minute) > 59:
        raise ValidationError("not_a_time")
    return f"{int(hour):02}:{minute}"


def _parsed_by(read: Callable[[str], str]) -> Callable[[str, Question, Asked], str]:
    def check(value: str, _question: Question, _asked: Asked) -> str:
        try:
            return read(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    return check


def _phone(value: str, _question: Question, asked: Asked) -> str:
    try:
        return read_phone(value, asked.country)
    except ValueError as error:
        raise ValidationError(str(error)) from error


# By the kind of a question.
READERS: dict[str, Callable[[str, Question, Asked], object]] = {
    "text": _text,
    "long_text": _text,
    "name": _name,
    "latin": _latin,
    "date": _date,
    "past_date": _past_date,
    "choice": _choice,
    "time": _time,
    "number": _number,
    "national_number": _parsed_by(national_number),
    "passport_number": _parsed_by(passport_number),
    "phone": _phone,
    "saudi_number": _parsed_by(residence_number),
    "saudi_mobile": _parsed_by(read_saudi_mobile),
}


def transaction(slug: str) -> Transaction:
    """The entry of this name. Raises NotFound."""
    if slug not in CATALOGUE:
        raise NotFound("unknown_transaction")
    return CATALOGUE[slug]


@lru_cache(maxsize=256)
def answers_schema(slug: str, asked: Asked, step: str | None = None) -> Schema:
    """The schema of an entry's questions, or of one step of them."""
    questions = [question for question in transaction(slug).questions if step in (None, question.step)]
    return _schema(questions, asked)


def _schema(questions: Iterable[Question], asked: Asked) -> Schema:
    schema_class = Schema.from_dict({question.name: _AnswerField(question, asked) for question in questions})
    return schema_class(unknown=EXCLUDE)


def check_questions(questions: Iterable[Question], answers: Mapping[str, object], today: date) -> dict[str, Any]:
    """As check_answers, for questions that belong to no catalogue entry: who somebody is, what they look for."""
    return _load(_schema(questions, Asked(today)), answers, partial=False)


def check_answers(
    slug: str, answers: Mapping[str, object], today: date, step: str | None = None, country: str = ""
) -> dict[str, Any]:
    """Clean answers: ISO dates with what was typed beside those typed as Hijri, ASCII digits.

    `country` is the one the mission is in. Raises Invalid with a code for each faulty field.
    """
    answers = asked_answers(slug, answers)
    unconcerned = [one.name for one in transaction(slug).questions if not one.concerns(answers)]
    clean = _load(answers_schema(slug, Asked(today, country), step), answers, partial=unconcerned)
    clean |= _typed_hijri(slug, answers, clean)
    errors = _broken_rules(slug, clean, today)
    if errors and (step is None or set(errors) <= set(clean)):
        raise Invalid("invalid", errors=errors)
    return with_death(clean, is_dead=DECEASED in answers)


def with_death(answers: Mapping[str, object], *, is_dead: bool) -> dict[str, Any]:
    """The answers, and beside them whether the register attests that the person of the application is dead."""
    typed_answers = {name: answer for name, answer in answers.items() if name != DECEASED}
    return typed_answers | ({DECEASED: "yes"} if is_dead else {})


def check_draft(slug: str, answers: Mapping[str, object], today: date, country: str = "") -> dict[str, Any]:
    """Clean answers of a draft: those given are checked one by one, the others may still come."""
    answers = asked_answers(slug, answers)
    clean = _load(answers_schema(slug, Asked(today, country)), answers, partial=True)
    return clean | _typed_hijri(slug, answers, clean)


def asked_answers(slug: str, answers: Mapping[str, object]) -> dict[str, object]:
    """Answers without those to questions that are not asked beside the others."""
    not_asked = {question.name for question in transaction(slug).questions if not question.is_asked(answers)}
    return {name: answer for name, answer in answers.items() if name.removesuffix(TYPED_HIJRI) not in not_asked}


def _typed_hijri(slug: str, answers: Mapping[str, object], clean: Mapping[str, object]) -> dict[str, str]:
    """What was typed for each date given in the Hijri calendar, now or at an earlier step."""
    hijri_dates: dict[str, str] = {}
    for name in (
        question.name for question in transaction(slug).questions if question.kind in DATES and clean.get(question.name)
    ):
        text, earlier_hijri = str(answers.get(name)), answers.get(name + TYPED_HIJRI)
        hijri_text = (
            strip_controls(text)
            if text.rstrip().endswith(HIJRI)
            else f"{earlier_hijri}{HIJRI}"
            if earlier_hijri
            else ""
        )
        try:
            day = read_date(hijri_text) if hijri_text else None
        except ValueError:
            continue
        if day and day.hijri and day.gregorian.isoformat() == clean[name]:
            hijri_dates[name + TYPED_HIJRI] = day.hijri
    return hijri_dates


def answers_digest(names: Iterable[str], answers: Mapping[str, Any]) -> str:
    """What stands under these names, as a short text: it differs as soon as one of the answers does."""
    given = {name: value for name in sorted(names) if (value := typed_value(name, answers)) not in (None, "")}
    return sha256(json.dumps(given).encode()).hexdigest()[:DIGEST_LENGTH]


def typed_value(name: str, answers: Mapping[str, Any]) -> Any:
    """An answer as its writer gave it: a date in the calendar it was typed in."""
    hijri = answers.get(name + TYPED_HIJRI)
    return f"{hijri}{HIJRI}" if hijri else answers.get(name)


def _load(schema: Schema, answers: Mapping[str, object], *, partial: bool | Sequence[str]) -> dict[str, Any]:
    try:
        clean: dict[str, Any] = schema.load(dict(answers), partial=partial)
    except ValidationError as error:
        raise Invalid("invalid", errors=first_codes(error)) from error
    return clean


def _broken_rules(slug: str, clean: Mapping[str, object], today: date) -> dict[str, str]:
    kinds = {question.name: question.kind for question in transaction(slug).questions}
    typed_answers = {
        name: date.fromisoformat(str(value)) if value and kinds[name] in DATES else value
        for name, value in clean.items()
        if name in kinds
    }
    rules = [
        rule
        for rule in transaction(slug).answer_rules
        if rule.field in typed_answers and not rule.holds(typed_answers, today)
    ]
    return {rule.field: rule.code for rule in reversed(rules)}


def first_codes(error: ValidationError) -> dict[str, str]:
    """The first code of each faulty field; marshmallow's own English sentences become `required` or `malformed`."""
    messages: dict[str, object] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return {str(name): _code(message) for name, message in messages.items()}


def _code(message: object) -> str:
    while isinstance(message, dict | list):
        message = next(iter(message.values() if isinstance(message, dict) else message), "malformed")
    text = str(message)
    return "required" if text.startswith("Missing data") else text if text.isidentifier() else "malformed"
