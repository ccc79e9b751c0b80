"""Table A of ICAO Doc 9303-3: what stands in a passport's zone for each Latin letter."""

import pytest

from shared.values.latin import is_latin_name, zone_letters


@pytest.mark.parametrize(
    ("letters", "zone"),
    [
        ("ÁÀÂÃĂĀĄ", "AAAAAAA"),
        ("ÄÅÆ", "AEAAAE"),
        ("ĆĈČĊÇ", "CCCCC"),
        ("ĐĎÐ", "DDD"),
        ("ÉÈÊËĚĖĒĘĔ", "EEEEEEEEE"),
        ("ĜĞĠĢ", "GGGG"),
        ("ĦĤ", "HH"),
        ("ıÍÌÎÏĨİĪĮĬ", "IIIIIIIIII"),
        ("ĲĴĶ", "IJJK"),
        ("ŁĹĽĻĿ", "LLLLL"),
        ("ŃÑŇŅŊ", "NNNNN"),
        ("ØÓÒÔÖÕŐŌŎŒ", "OEOOOOEOOOOOE"),
        ("ŔŘŖ", "RRR"),
        ("ŚŜŠŞẞß", "SSSSSSSS"),
        ("ŤŢŦÞ", "TTTTH"),
        ("ÚÙÛÜŨŬŰŮŪŲ", "UUUUEUUUUUU"),
        ("ŴÝŶŸŹŽŻ", "WYYYZZZ"),
        ("ʿAbd al-Raḥmān", "ABD AL RAHMAN"),
        ("O’Brien", "OBRIEN"),
    ],
)
def test_each_letter_of_the_table(letters: str, zone: str) -> None:
    assert zone_letters(letters) == zone
    assert zone_letters(letters.lower()) == zone
    assert is_latin_name(letters)
