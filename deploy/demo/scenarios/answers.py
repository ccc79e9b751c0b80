"""Good answers and papers for each transaction: what a patient person would type and hand in."""

import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Protocol

from PIL import Image

from deploy.demo import days as demo_days
from shared.catalogue import CATALOGUE
from shared.catalogue.model import NOT_RECORDED, Question, RequiredUpload
from shared.values.dates import add_years

ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


# Where the kind of a question is not enough for a good answer.
FIXED = {
    "period_from": "2018-01-01",
    "period_until": "2020-12-31",
    "other_passport_numbers": "N007654321",
    "licence_number": "771203",
    "licence_office": "دمشق",
    "recruitment_branch": "دمشق",
    "destination_country": "السعودية",
    # Asked only of whoever is early.
    "early_reason": "",
}


class Somebody(Protocol):
    """What the forms need of a person."""

    @property
    def national_number(self) -> str: ...
    @property
    def latin_given(self) -> str: ...
    @property
    def latin_father(self) -> str: ...
    @property
    def latin_family(self) -> str: ...
    @property
    def latin_mother(self) -> str: ...


class Relative(Protocol):
    """Somebody whose entry is asked for, by number and given name."""

    @property
    def national_number(self) -> str: ...
    @property
    def given_name(self) -> str: ...


# A good answer of each kind; a person's own numbers come from the person.
BY_KIND = {
    "text": "الرياض",
    "name": "نور نموذج",
    "long_text": "شارع العليا، حي الورود",
    "latin": "Nour Namouzaj",
    "past_date": "2019-09-01",
    "passport_number": "N007654321",
    "time": "10:30",
    "phone": "+966 50 123 4567",
    "saudi_number": "٢١٢٣٤٥٦٧٨٩",
    "saudi_mobile": "0501234567",
    "number": "1",
}
# A question in Latin letters asks for a person's name, unless its own name says a place.
LATIN_PLACE = "Riyadh"
PLACES = ("place", "city", "country", "town")


def days(today: date) -> dict[str, date]:
    """Days that must lie before or after the one on which somebody answers; a booklet ends soon, after six years."""
    expires, two_years_ago = today + timedelta(days=30), add_years(today, -2)
    return {
        "passport_issued_on": add_years(expires, -6),
        "passport_expires_on": expires,
        "residence_permit_expires_on": today + timedelta(days=210),
        "lost_on": two_years_ago,
        "damaged_on": two_years_ago,
    }


def answers(slug: str, person: Somebody, relative: Relative | None = None, today: date | None = None) -> dict[str, str]:
    """Answers to every question of an entry, by its kind where its name says nothing more; for a relative if named.

    Days are counted from `today`, by default the day at the demo's mission.
    """
    today = today or demo_days.today()
    known = {
        "latin_given_name": person.latin_given,
        "latin_father_name": person.latin_father,
        "latin_family_name": person.latin_family,
        "latin_mother_name": person.latin_mother,
        **FIXED,
        **{name: day.isoformat() for name, day in days(today).items()},
        # A number of one's own, as somebody with an Arabic keyboard types it.
        "passport_number": f"N{person.national_number[-9:].translate(ARABIC_INDIC)}",
    }
    if relative:
        known |= {"whose": "relative"}
        for whom in ("relative", "deceased"):
            known |= {f"{whom}_national_number": relative.national_number, f"{whom}_given_name": relative.given_name}
    soon = (today + timedelta(days=40)).isoformat()
    by_kind = BY_KIND | {"date": soon, "national_number": person.national_number}
    return {question.name: _answer(question, known, by_kind) for question in CATALOGUE[slug].questions}


def _answer(question: Question, known: Mapping[str, str], by_kind: Mapping[str, str]) -> str:
    """A name that the register lacks is answered as the form offers it."""
    if question.name in known:
        return known[question.name] or (NOT_RECORDED if question.unrecorded else "")
    if question.kind == "latin" and question.name.endswith(PLACES):
        return LATIN_PLACE
    return (question.choices or (by_kind.get(question.kind, ""),))[0]


def scan(mark: int = 0) -> bytes:
    """A small JPEG, another one for each mark."""
    content = io.BytesIO()
    Image.new("RGB", (640, 420), (230, 225 - mark % 60, 210)).save(content, "JPEG", quality=70)
    return content.getvalue()


def required_uploads(slug: str) -> list[RequiredUpload]:
    """The papers an entry insists on."""
    return [paper for paper in CATALOGUE[slug].papers if paper.required]
