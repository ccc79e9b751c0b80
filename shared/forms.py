"""A catalogue entry's questions as a marshmallow schema: the gateway checks with it early, consular for good."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from shared.catalogue import CATALOGUE
from shared.catalogue.model import Question, Transaction
from shared.errors import Invalid, NotFound
from shared.values.calendars import HIJRI, read_date
from shared.values.digits import ascii_digits, is_digits
from shared.values.person import national_number, passport_number, strip_controls

DATES = frozenset({"date", "past_date"})
# Beside a date that was typed in the Hijri calendar an answer keeps what was typed, under its name with this ending.
TYPED_HIJRI = "@hijri"
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ][A-Za-zÀ-ÖØ-öø-ÿ' \-]*")
# What telephones put for an apostrophe and a hyphen by themselves.
_TYPOGRAPHIC = str.maketrans({**dict.fromkeys("’‘ʼ`´", "'"), **dict.fromkeys("‐‑–−", "-")})
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


class _Answer(fields.Field[object]):
    """One answer: blank is missing, text is freed of invisible characters before anything is checked."""

    default_error_messages = {"required": "required", "null": "required"}  # noqa: RUF012

    def __init__(self, question: Question, today: date) -> None:
        blank: dict[str, Any] = {} if question.required else {"load_default": None}
        super().__init__(required=question.required, allow_none=not question.required, **blank)
        self.question = question
        self.today = today

    def _deserialize(self, value: object, *_place: object, **_options: object) -> object:
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise ValidationError("malformed")
        cleaned = strip_controls(str(value))
        if not cleaned:
            if self.question.required:
                raise ValidationError("required")
            return None
        return _READERS[self.question.kind](cleaned, self.question, self.today)


def _text(value: str, question: Question, _today: date) -> str:
    if len(value) > question.max_length:
        raise ValidationError("too_long")
    return value


def _latin(value: str, question: Question, today: date) -> str:
    plain = value.translate(_TYPOGRAPHIC)
    if not _LATIN.fullmatch(plain):
        raise ValidationError("not_latin")
    return _text(plain, question, today)


def _date(value: str, _question: Question, _today: date) -> str:
    try:
        return read_date(value).gregorian.isoformat()
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong


def _past_date(value: str, question: Question, today: date) -> str:
    day = _date(value, question, today)
    if date.fromisoformat(day) > today:
        raise ValidationError("in_the_future")
    return day


def _choice(value: str, question: Question, _today: date) -> str:
    if value not in question.choices:
        raise ValidationError("unknown_choice")
    return value


def _number(value: str, question: Question, _today: date) -> int:
    digits = ascii_digits(value)
    if not is_digits(digits) or len(digits) > 9:
        raise ValidationError("not_a_number")
    if not question.minimum <= int(digits) <= question.maximum:
        raise ValidationError("out_of_range")
    return int(digits)


def _by(read: Callable[[str], str]) -> Callable[[str, Question, date], str]:
    def check(value: str, _question: Question, _today: date) -> str:
        try:
            return read(value)
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong

    return check


def _phone(value: str) -> str:
    """International form: + and country code. A number without it can't be told from another country's."""
    number = re.sub(r"[\s\-().]", "", ascii_digits(value))
    number = "+" + number[2:] if number.startswith("00") else number
    if not _PHONE.fullmatch(number):
        raise ValueError("phone")
    return number


def _saudi_number(value: str) -> str:
    """The number of a Saudi residence permit, or the border number of a visitor: ten digits."""
    number = re.sub(r"[\s\-]", "", ascii_digits(value))
    if not is_digits(number) or len(number) != 10:
        raise ValueError("saudi_number")
    return number


def _saudi_mobile(value: str) -> str:
    """+966 5 and eight digits; the form people use at home, 05 and eight digits, means the same."""
    number = re.sub(r"[\s\-().]", "", ascii_digits(value))
    found = re.fullmatch(r"(?:\+966|00966|0)(5[0-9]{8})", number, re.ASCII)
    if not found:
        raise ValueError("saudi_mobile")
    return f"+966{found[1]}"


_READERS: dict[str, Callable[[str, Question, date], object]] = {
    "text": _text,
    "long_text": _text,
    "latin": _latin,
    "date": _date,
    "past_date": _past_date,
    "choice": _choice,
    "number": _number,
    "national_number": _by(national_number),
    "passport_number": _by(passport_number),
    "phone": _by(_phone),
    "saudi_number": _by(_saudi_number),
    "saudi_mobile": _by(_saudi_mobile),
}


def transaction(slug: str) -> Transaction:
    """The entry of this name. Raises NotFound."""
    if slug not in CATALOGUE:
        raise NotFound("unknown_transaction")
    return CATALOGUE[slug]


@lru_cache(maxsize=256)
def answers_schema(slug: str, today: date, step: str | None = None) -> Schema:
    """The schema of an entry's questions, or of one step of them. Dates are judged against `today`."""
    asked = [question for question in transaction(slug).questions if step in (None, question.step)]
    return _schema(asked, today)


def _schema(questions: Iterable[Question], today: date) -> Schema:
    made = Schema.from_dict({question.name: _Answer(question, today) for question in questions})
    return made(unknown=EXCLUDE)


def check_questions(questions: Iterable[Question], answers: Mapping[str, object], today: date) -> dict[str, Any]:
    """As check_answers, for questions that belong to no catalogue entry: who somebody is, what they look for."""
    return _load(_schema(questions, today), answers, partial=False)


def check_answers(slug: str, answers: Mapping[str, object], today: date, step: str | None = None) -> dict[str, Any]:
    """Clean answers: ISO dates with what was typed beside those typed as Hijri, ASCII digits.

    Raises Invalid with a code for each faulty field.
    """
    clean = _load(answers_schema(slug, today, step), answers, partial=False)
    clean |= _typed_hijri(slug, answers, clean)
    broken = _broken_rules(slug, clean, today)
    if broken and (step is None or set(broken) <= set(clean)):
        raise Invalid("invalid", errors=broken)
    return clean


def check_draft(slug: str, answers: Mapping[str, object], today: date) -> dict[str, Any]:
    """Clean answers of a draft: those given are checked one by one, the others may still come."""
    clean = _load(answers_schema(slug, today), answers, partial=True)
    return clean | _typed_hijri(slug, answers, clean)


def _typed_hijri(slug: str, answers: Mapping[str, object], clean: Mapping[str, object]) -> dict[str, str]:
    """What was typed for each date given in the Hijri calendar, now or at an earlier step."""
    kept: dict[str, str] = {}
    for name in (one.name for one in transaction(slug).questions if one.kind in DATES and clean.get(one.name)):
        typed, before = str(answers.get(name)), answers.get(name + TYPED_HIJRI)
        written = strip_controls(typed) if typed.rstrip().endswith(HIJRI) else f"{before}{HIJRI}" if before else ""
        try:
            day = read_date(written) if written else None
        except ValueError:
            continue
        if day and day.hijri and day.gregorian.isoformat() == clean[name]:
            kept[name + TYPED_HIJRI] = day.hijri
    return kept


def as_typed(name: str, answers: Mapping[str, Any]) -> Any:
    """An answer as its writer gave it: a date in the calendar it was typed in."""
    hijri = answers.get(name + TYPED_HIJRI)
    return f"{hijri}{HIJRI}" if hijri else answers.get(name)


def _load(schema: Schema, answers: Mapping[str, object], *, partial: bool) -> dict[str, Any]:
    try:
        clean: dict[str, Any] = schema.load(dict(answers), partial=partial)
    except ValidationError as wrong:
        raise Invalid("invalid", errors=first_codes(wrong)) from wrong
    return clean


def _broken_rules(slug: str, clean: Mapping[str, object], today: date) -> dict[str, str]:
    kinds = {question.name: question.kind for question in transaction(slug).questions}
    typed = {
        name: date.fromisoformat(str(value)) if value and kinds[name] in DATES else value
        for name, value in clean.items()
        if name in kinds
    }
    rules = [rule for rule in transaction(slug).answer_rules if rule.field in typed and not rule.holds(typed, today)]
    return {rule.field: rule.code for rule in reversed(rules)}


def first_codes(wrong: ValidationError) -> dict[str, str]:
    """The first code of each faulty field; marshmallow's own English sentences become `required` or `malformed`."""
    found: dict[str, object] = wrong.normalized_messages()  # type: ignore[no-untyped-call]
    return {str(name): _code(said) for name, said in found.items()}


def _code(said: object) -> str:
    while isinstance(said, dict | list):
        said = next(iter(said.values() if isinstance(said, dict) else said), "malformed")
    text = str(said)
    return "required" if text.startswith("Missing data") else text if text.isidentifier() else "malformed"
