"""Border posts are printed in both languages, however the ministry spells them."""

import pytest

from services.consular.ministries.crossing_points import CODES, english_name
from shared.i18n import language


@pytest.mark.parametrize("code", CODES)
def test_every_post_search_leads_to_its_arabic_name(code: str) -> None:
    assert english_name(language("ar").text(f"crossing_point.{code}")) == language("en").text(f"crossing_point.{code}")


def test_spelling_and_spaces_do_not_matter_and_an_unknown_post_has_no_name() -> None:
    assert english_name("مطار  دمشق") == "Damascus Airport" and english_name("تل ابيض") == "Tal Abyad"
    assert english_name("معبر ما") == ""


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("مطار دمشق الدولي", "Damascus Airport"),
        ("معبر نصيب الحدودي", "Nasib"),
        ("مركز هجرة باب الهوى", "Bab al-Hawa"),
        ("منفذ جديدة يابوس", "Jdeidet Yabous"),
        ("ميناء اللاذقية", "Port of Latakia"),
        ("ميناء طرطوس البحري", "Port of Tartus"),
        ("مطار", ""),
        ("الدولي", ""),
    ],
)
def test_words_that_are_no_part_of_a_name_do_not_matter(written: str, name: str) -> None:
    assert english_name(written) == name
