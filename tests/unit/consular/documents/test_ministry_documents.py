"""What the papers around a ministry's answer say, in both languages, and what they never say."""

import io
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shared.documents import drawing, typesetting
from shared.documents.model import KINDS
from tests.factories.documents.snapshots import document


def page(kind: str, **changed: Any) -> str:
    return typesetting.html(document(kind, **changed), KINDS[kind].service)


@pytest.mark.parametrize(
    ("kind", "finding", "arabic", "english"),
    [
        ("criminal-record", "clear", "غير محكوم", "has no convictions"),
        ("criminal-record", "convicted", "الأحكام المبينة أدناه", "convictions listed below"),
        ("movement-statement", "complete", "كما هي في سجلات", "as the records of Immigration"),
        ("movement-statement", "partial", "لا تستطيع البعثة إضافة حركة ناقصة", "The mission cannot add a missing"),
        ("driving-licence-check", "valid", "صحيحة وسارية", "genuine and in force"),
        ("driving-licence-check", "expired", "انتهت مدتها", "has expired"),
        ("driving-licence-check", "withdrawn", "مسحوبة", "has been withdrawn"),
        ("driving-licence-check", "no_record", "ولا يُرد رسمه", "its fee is not given back"),
        ("visit-approval", "approved", "وافقت وزارة الخارجية", "approves that the holder"),
    ],
)
def test_each_finding_is_said_in_both_languages(kind: str, finding: str, arabic: str, english: str) -> None:
    changed: dict[str, Any] = {"finding": finding}
    if finding == "no_record":
        changed["details"] = {}
    said = page(kind, **changed)
    assert arabic in said and english in said
    assert ("movement.remedy" not in said) and ("<script" not in said)


def test_a_clear_record_lists_nothing_and_a_whole_statement_promises_no_remedy() -> None:
    assert "بداية الجزاء" in page("criminal-record")
    assert "بداية الجزاء" not in page("criminal-record", finding="clear", entries=[])
    assert "لا تستطيع البعثة إضافة" not in page("movement-statement", finding="complete", gaps=[])


def test_what_officers_type_cannot_disturb_the_paper() -> None:
    evil = "<b>&\u202eمقلوب"
    said = page("criminal-record", remark=evil, reply={"number": evil, "dated": "2026-11-20"})
    assert "<b>&" not in said and "\u202e" not in said and "&lt;b&gt;&amp;" in said


def test_a_letter_tells_the_ministry_what_it_needs_and_no_more() -> None:
    said = page("ministry-letter")
    for told in ("رشا عبد الرحمن الحسين", "01020304050", "N012345678", "Passport number", "1 كانون الثاني 2018"):
        assert told in said, told
    assert "mobile" not in said and "@" not in said.split("<body", 1)[1]


@pytest.mark.parametrize("kind", ["criminal-record", "ministry-letter"])
def test_words_can_be_read_out_of_the_drawn_paper(kind: str, tmp_path: Path) -> None:
    one = document(kind)
    drawn = drawing.render(typesetting.html(one, "consular"), one.code.encode())
    file = tmp_path / "paper.pdf"
    file.write_bytes(io.BytesIO(drawn).getvalue())
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    for word in ("الحسين", "Alhussein", "01020304050", one.code):
        assert word in text, word
