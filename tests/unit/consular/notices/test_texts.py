"""One text of each notice for the account, e-mail and SMS: whole in both languages, and discreet in its subject."""

import pytest

from services.consular.notices.rules import KINDS, REMINDERS
from shared.catalogue import CATALOGUE
from shared.fragments import LANGUAGES
from shared.i18n import language

GIVEN = {"reference": "RUH-22222-22222-2", "day": "1 May", "until": "2 May", "amount": "100 riyals", "time": "09:30"}
# What a passer-by must not read on a locked telephone.
SENSITIVE = {
    "ar": ("جواز", "سفارة", "خدمة العلم", "سجل", "طلب", "سورية", "قنصل"),
    "en": ("passport", "embassy", "military", "record", "application", "syria", "consul"),
}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_its_words_and_names_what_it_is_about(kind: str, code: str) -> None:
    said = language(code).plural(f"notice.{kind}", 3, **GIVEN)
    assert GIVEN["reference"] in said and "{" not in said


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_subject_says_nothing_to_a_passer_by(code: str) -> None:
    subject = language(code).text("notice.subject").casefold()
    assert subject and not [word for word in SENSITIVE[code] if word in subject]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_notice_names_the_transaction(kind: str, code: str) -> None:
    said = language(code).plural(f"notice.{kind}", 3, **GIVEN)
    assert not [slug for slug in CATALOGUE if language(code).text(f"transaction.{slug}.title") in said]


@pytest.mark.parametrize(
    ("left", "arabic"),
    [
        (1, "اليوم، ⁨1 May⁩، آخر يوم"),
        (2, "بقي يومان بما فيهما اليوم"),
        (3, "بقي ⁨3⁩ أيام"),
        (6, "بقي ⁨6⁩ أيام"),
        (11, "بقي ⁨11⁩ يومًا"),
        (100, "بقي ⁨100⁩ يوم بما"),
    ],
)
@pytest.mark.parametrize("kind", REMINDERS)
def test_days_left_take_their_arabic_form(kind: str, left: int, arabic: str) -> None:
    assert arabic in language("ar").plural(f"notice.{kind}", left, **GIVEN)
    english = "is the last day" if left == 1 else f"⁨{left}⁩ days are left"
    assert english in language("en").plural(f"notice.{kind}", left, **GIVEN)
