"""Border posts are printed in both languages, however the ministry spells them."""

import pytest

from services.consular.ministries.crossing_points import CODES, english_name
from shared.i18n import language


@pytest.mark.parametrize("code", CODES)
def test_every_post_is_found_by_its_arabic_name(code: str) -> None:
    assert english_name(language("ar").text(f"crossing_point.{code}")) == language("en").text(f"crossing_point.{code}")


def test_spelling_and_spaces_do_not_matter_and_an_unknown_post_has_no_name() -> None:
    assert english_name("مطار  دمشق") == "Damascus Airport" and english_name("تل ابيض") == "Tal Abyad"
    assert english_name("معبر ما") == ""
