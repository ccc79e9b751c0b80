"""The civil register's papers as PDFs: what each says in both languages, and what hostile values do to it."""

from pathlib import Path
from typing import Any

import pytest

from shared.documents import typesetting
from tests.factories.documents.pdf import HOSTILE_NAMES, boxes, render, words
from tests.factories.documents.snapshots import SAMPLES, both, document

PAPERS = ("birth-statement", "death-statement", "marriage-statement", "divorce-statement", "family-extract")
SAYS = {
    "birth-statement": "المولودة الأب الأم 01020304050 01020304011 01020304022 1990/231 Father Mother",
    "death-statement": "المتوفاة المخبر الابن السبب 14 February 2021 2021/88 Son Cardiac",
    "marriage-statement": "الزوج الزوجة المحكمة 117 2015/482 3 June 2015 Sharia Husband Wife",
    "divorce-statement": "المطلقة مخالعة 204 9 March 2021 Khulʿ Court, decision",
    "family-extract": "الصلة الوضع زوجة ابن ابنة فرد مطلقة متوفى عازب أرملة 311 Salihiyya Member Head Widowed moved",
}


def hostile(value: Any) -> Any:
    """The sample with every name and text made as bad as people and machines make them."""
    if isinstance(value, dict) and value.keys() == {"ar", "en"}:
        return both(f"{value['ar']} {{{{ 7*7 }}}} \u202eص", f"{value['en']} <b>{{{{ 7*7 }}}}</td> \u202etxt.exe %s")
    if isinstance(value, dict):
        made = {name: hostile(one) for name, one in value.items()}
        return made | ({"family": HOSTILE_NAMES["family"]} if "family" in value else {})
    return [hostile(one) for one in value] if isinstance(value, list) else value


@pytest.fixture(params=PAPERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_says_its_fields_in_both_languages(kind: str, tmp_path: Path) -> None:
    said = words(render(document(kind)), tmp_path)
    whole = " ".join(said)
    assert [word for word in SAYS[kind].split() if word not in whole] == []
    assert "Religion" not in whole and "الدين" not in said


def test_hostile_values_are_text_and_stay_on_the_page(kind: str, tmp_path: Path) -> None:
    content = render(document(kind, **{name: hostile(value) for name, value in SAMPLES[kind].items()}))
    said = "".join(words(content, tmp_path))
    assert "<b>{{7*7}}</td>txt.exe%s" in said and "49" not in said
    left, right = 18 / 25.4 * 72, (210 - 18) / 25.4 * 72
    assert [box for box in boxes(content, tmp_path) if box[0] < left - 1 or box[1] > right + 1] == []


@pytest.mark.parametrize("tie", ["spouse", "ascendant", "descendant", "sibling"])
@pytest.mark.parametrize("sex", ["M", "F"])
def test_a_paper_names_who_asked_unless_it_is_the_holder(tie: str, sex: str) -> None:
    def page(kinship: str) -> str:
        asked = {"name": both("سامر", "Samer"), "sex": sex, "kinship": kinship}
        return typesetting.html(document("birth-statement", applicant=asked), "civil_registry")

    assert "Requested by" in page(tie) and "Requested by" not in page("self")


def test_an_entry_without_a_head_says_so() -> None:
    page = typesetting.html(document("family-extract", head=None, blocks=[]), "civil_registry")
    assert "names no head" in page and "لا يسمي" in page
