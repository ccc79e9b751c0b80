"""What an inquiry has to bring, what it may become, how long its answer may take and which colour that has."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from shared.catalogue.inquiries import OUTCOMES, TYPES
from shared.values.person import national_number, residence_number, strip_controls

UNCONFIRMED, WAITING, APPEALED = "unconfirmed", "waiting", "appealed"
REFUSED, ANSWERED = "refused", OUTCOMES
# Which states a verb may find; who wants more than this finds a conflict.
FROM: Mapping[str, tuple[str, ...]] = {
    "confirm": (UNCONFIRMED,),
    "take": (WAITING, APPEALED),
    "answer": (WAITING,),
    "decide_appeal": (APPEALED,),
    "reopen": ANSWERED,
    "appeal": (REFUSED,),
    "rate": ANSWERED,
}
OFFICER, HEAD = "officer", "head_of_mission"
PAGE = "page"

# The platform's own promise, in working days of the mission; no text of law states one.
ANSWER_DAYS, APPEAL_DAYS = 5, 10
# Days of the calendar after an answer in which it may be contested.
FOLLOW_UP_DAYS = 30
MOST_REOPENED, LOWEST_RATING, HIGHEST_RATING = 2, 1, 5
UNCONFIRMED_KEPT, FILES_KEPT = timedelta(days=1), timedelta(days=90)
TEXT_LENGTH, MOST_FILES = 4_000, 5
_LEAST_LETTERS, _LEAST_WORDS, _LEAST_DIFFERENT = 20, 3, 5
_NATIONAL_DIGITS = 11
GREEN, AMBER, RED = "green", "amber", "red"
_AMBER_DAYS = 1


@dataclass(frozen=True)
class Content:
    """What the person typed, already free of invisible characters."""

    type: str
    number: str
    text: str


def clean_number(text: str) -> str:
    """The digits of a national, border or residence number in a text; empty where there is none, or two."""
    found = set[str]()
    for read in (national_number, residence_number):
        with suppress(ValueError):
            found.add(read(text))
    return found.pop() if len(found) == 1 else ""


def intake_faults(content: Content, own_numbers: frozenset[str], is_own_case: bool) -> dict[str, str]:
    """The failed ones of the checks that need no file, by field. The text of each code is its remedy.

    `own_numbers` are the national numbers of the people whose files the account holds; none are known at first.
    """
    faults = {}
    if not content.number:
        faults["number"] = "inquiry_number"
    elif is_of_another(content.number, own_numbers):
        faults["number"] = "inquiry_number_of_another"
    if content.type not in TYPES:
        faults["type"] = "inquiry_type"
    elif TYPES[content.type].referred:
        faults["type"] = "inquiry_referred"
    if code := text_fault(content.text):
        faults["text"] = code
    if not is_own_case:
        faults["about"] = "inquiry_not_yours"
    return faults


def is_of_another(number: str, own_numbers: frozenset[str]) -> bool:
    """Whether a national number is none of those that the account has files of. Other numbers are in no register."""
    return bool(own_numbers) and len(number) == _NATIONAL_DIGITS and number not in own_numbers


def text_fault(text: str) -> str | None:
    """Why nobody could answer a text, or None."""
    clean = strip_controls(text)
    if not clean:
        return "required"
    if len(clean) > TEXT_LENGTH:
        return "inquiry_text_long"
    letters = [sign for sign in clean if sign.isalpha()]
    words = [word for word in clean.split() if any(sign.isalpha() for sign in word)]
    is_clear = len(letters) >= _LEAST_LETTERS and len(words) >= _LEAST_WORDS and len(set(letters)) >= _LEAST_DIFFERENT
    return None if is_clear else "inquiry_text_unclear"


def lacks_uploads(type: str, files: int) -> bool:
    """Whether a type that needs a file has none."""
    return TYPES[type].papers and files == 0


def colour(due_on: date, today: date, working_days_left: int) -> str:
    """Red after the promised day, amber on it and on the working day before, otherwise green."""
    if today > due_on:
        return RED
    return AMBER if working_days_left <= _AMBER_DAYS else GREEN


def contestable_until(answered_on: date) -> date:
    """The last day on which an answer may be contested or the inquiry reopened."""
    return answered_on + timedelta(days=FOLLOW_UP_DAYS)
