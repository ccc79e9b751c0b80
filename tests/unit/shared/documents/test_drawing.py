"""Papers as PDFs: nothing is fetched, the same record gives the same bytes, and Arabic comes out as it was written."""

import io
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import LifoQueue
from typing import Any

import pikepdf
import pytest

from shared.documents import drawing, fonts, typesetting
from shared.documents.model import KINDS
from shared.errors import Unavailable
from tests.factories.documents.pdf import HOSTILE_NAMES, boxes, render, words
from tests.factories.documents.snapshots import EXTRACT, both, document
from tests.factories.refusals import refuses

WORDS = (
    "المعاملة رقم بيان قيد فردي الجمهورية وزارة الداخلية الشؤون المدنية أمانة السجل الاسم النسبة الأم الأب الولادة "
    "تاريخ محل الجنس أنثى ذكر الوضع العائلي متزوج عازب الحوادث الطارئة ملاحظات الغاية لا إله لإثبات الإقامة توقيع "
    "وختم أمين التحقق رؤى مؤمن عائشة فاطمة يحيى طويل ريال اللاذقية بدلات"
).split()


@pytest.fixture(scope="module")
def drawn() -> Callable[[str], bytes]:
    """Each sample paper, drawn once."""
    made: dict[str, bytes] = {}

    def draw(kind: str) -> bytes:
        if kind not in made:
            made[kind] = render(document(kind))
        return made[kind]

    return draw


def test_arabic_words_come_out_as_they_were_written(tmp_path: Path) -> None:
    html = f'<html lang="ar" dir="rtl"><title>نص</title><p>{" ".join(WORDS)}'
    assert len(WORDS) == len(set(WORDS)) == 47
    assert [word for word in WORDS if word not in words(drawing.render(html), tmp_path)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_says_what_it_must_on_every_page(kind: str, drawn: Callable[[str], bytes], tmp_path: Path) -> None:
    content = drawn(kind)
    said = " ".join(words(content, tmp_path))
    with pikepdf.open(io.BytesIO(content)) as opened:
        pages = len(opened.pages)
        assert str(opened.Root.Lang) == "ar" and opened.Root.MarkInfo.Marked
        assert str(opened.Root.ViewerPreferences.DisplayDocTitle) == "True"
        assert document(kind).number in str(opened.docinfo.Title)
    long = KINDS[kind].service == "conscription" or kind in ("family-extract", "movement-statement")
    assert pages == (2 if long else 1)
    for mark in ("نموذج للتجربة", "Specimen for trial, not an official document", document(kind).code):
        assert said.count(mark) >= pages, mark
    assert "https://mahjar.example/verify" in said


def test_the_square_leads_to_the_paper() -> None:
    receipt = document("receipt")
    page = typesetting.html(receipt, "consular")
    assert typesetting.verify_url(receipt) == f"https://mahjar.example/verify/{receipt.code}"
    drawing_of = {url: typesetting.qr(url, "").rpartition("<path")[2] for url in (typesetting.verify_url(receipt), "x")}
    assert drawing_of[typesetting.verify_url(receipt)] in page and drawing_of["x"] not in page


def test_the_extract_shows_its_fields_in_both_languages(drawn: Callable[[str], bytes], tmp_path: Path) -> None:
    said = " ".join(words(drawn("individual-extract"), tmp_path))
    fields = "الاسم النسبة اسم الأب اسم الأم ونسبتها محل الولادة تاريخ الولادة الجنس الوضع العائلي الرقم الوطني الغاية"
    for word in fields.split():
        assert word in said
    for label in (
        "Given name",
        "Family name",
        "Mother’s full name",
        "Place of birth",
        "Sex",
        "Marital status",
        "Purpose",
    ):
        assert label in said
    for value in ("عبد الرحمن", "Abdulrahman", "01020304050", "15 January 1990", "كانون الثاني", "1274", "متزوجة"):
        assert value in said
    assert "الدين" not in said and "Religion" not in said


@pytest.mark.parametrize("kind", ["movement-statement", "residence-deferral", "cash-allowance-discharge"])
def test_every_paper_that_counts_days_says_how_days_of_crossings_count(kind: str) -> None:
    page = typesetting.html(document(kind), KINDS[kind].service)
    assert "يوم الخروج ويوم الدخول كلاهما يُحسب داخل القطر" in page
    assert "The day of exit and the day of entry both count as days in Syria" in page


def test_without_specimen_nothing_says_so(tmp_path: Path) -> None:
    said = " ".join(words(render(document("passport-slip", specimen=False)), tmp_path))
    assert "specimen" not in said.lower() and "نموذج" not in said


def test_hostile_names_are_printed_as_text_and_break_nothing(tmp_path: Path) -> None:
    content = render(document("individual-extract", person=EXTRACT["person"] | HOSTILE_NAMES))
    said = " ".join(words(content, tmp_path))
    for text in ("</b>", "<b>Rasha</b> &amp; txt.exe", "7*7", "O’Brien {name}", "Khaled", "أبو خالد"):
        assert text in said, text
    assert said.replace(" ", "").count("W" * 200) == 1
    left, right = 18 / 25.4 * 72, (210 - 18) / 25.4 * 72
    assert [box for box in boxes(content, tmp_path) if box[0] < left - 1 or box[1] > right + 1] == []
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert len(opened.pages) == 2


SNIPPETS = (
    '<img src="{u}">', '<img srcset="{u} 2x">', '<image href="{u}"/>', '<svg><image href="{u}"/></svg>',
    '<svg><image xlink:href="{u}"/></svg>', '<svg><use href="{u}#a"/></svg>', '<svg><feImage href="{u}"/></svg>',
    '<svg><style>@import "{u}";</style></svg>', '<svg><text style="font-family:x;src:url({u})">a</text></svg>',
    '<?xml-stylesheet href="{u}"?>', '<link rel="stylesheet" href="{u}">', '<link rel="attachment" href="{u}">',
    '<a rel="attachment" href="{u}">a</a>', '<link rel="icon" href="{u}">', '<link rel="preload" href="{u}">',
    '<style>@import url({u});</style>', '<style>@import "{u}" print;</style>',
    "<style>body{{background:url({u})}}</style>", "<style>p{{list-style:url({u})}}</style><ul><li>a</ul>",
    "<style>@font-face{{font-family:x;src:url({u})}}p{{font-family:x}}</style><p>a",
    "<style>@font-face{{font-family:x;src:local('DejaVu Sans'),url({u})}}p{{font-family:x}}</style><p>a",
    "<style>p::before{{content:url({u})}}</style><p>a", "<style>@page{{background:url({u})}}</style>",
    "<style>p{{border-image:url({u}) 1}}</style><p>a", "<style>p{{mask:url({u})}}</style><p>a",
    "<style>p{{content:target-text(url({u}))}}</style><p>a", "<style>@namespace url({u});</style>",
    "<style>@color-profile --c{{src:url({u})}}</style>", '<p style="background-image:url({u})">a',
    '<p style="background:image-set(url({u}) 1x)">a', '<object data="{u}"></object>', '<embed src="{u}">',
    '<iframe src="{u}"></iframe>', '<video poster="{u}"></video>', '<input type="image" src="{u}">',
    '<base href="{u}"><img src="a.png">', '<meta http-equiv="refresh" content="0;url={u}">',
    '<script src="{u}"></script>', '<body background="{u}">', '<table background="{u}"><tr><td>a</table>',
)  # fmt: skip


@pytest.fixture
def trap() -> Iterator[tuple[str, list[bytes]]]:
    """An address on this machine, and what came to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    heard.append(caller.recv(200))

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x", heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_nothing_is_fetched_and_nothing_attached(trap: tuple[str, list[bytes]], tmp_path: Path) -> None:
    address, heard = trap
    secret = tmp_path / "secret.txt"
    secret.write_text("not for print")
    assert len(SNIPPETS) == 40
    addresses = (address, secret.as_uri(), "font:amiri-400.ttf", "data:text/plain,x")
    html = [snippet.format(u=target) for snippet in SNIPPETS for target in addresses[:2]]
    html += ["".join(snippet.format(u=target) for snippet in SNIPPETS) for target in addresses[2:]]
    drawn = [content for content in map(_drawn_or_refused, html) if content]
    for content in drawn:
        with pikepdf.open(io.BytesIO(content)) as opened:
            assert len(opened.attachments) == 0 and "/Names" not in opened.Root
            assert b"not for print" not in b"".join(_streams(opened))
    assert heard == [] and len(drawn) > len(html) * 0.9


def _drawn_or_refused(html: str) -> bytes | None:
    """Most refused addresses are left out of the page; for some WeasyPrint gives up the whole page instead."""
    from weasyprint.urls import URLFetchingError

    try:
        return drawing.render(html)
    except URLFetchingError:
        return None


def _streams(opened: pikepdf.Pdf) -> Iterator[bytes]:
    return (one.read_bytes() for one in opened.objects if isinstance(one, pikepdf.Stream))


def test_the_trap_would_have_heard(trap: tuple[str, list[bytes]]) -> None:
    from weasyprint import HTML

    HTML(string=SNIPPETS[0].format(u=trap[0])).write_pdf()
    assert len(trap[1]) == 1 and trap[1][0].startswith(b"GET /x")


def test_the_same_record_gives_the_same_bytes_in_any_process(drawn: Callable[[str], bytes]) -> None:
    script = (
        "import sys\n"
        "from tests.factories.documents.snapshots import document\n"
        "from tests.factories.documents.pdf import render\n"
        "sys.stdout.buffer.write(render(document('receipt')))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "4711"}
    ).stdout
    assert other == drawn("receipt") == render(document("receipt"))


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> "LifoQueue[Any]":
    """As in a process that has drawn nothing yet."""
    fresh: LifoQueue[Any] = LifoQueue()
    for _ in range(drawing.MAX_ENGINES):
        fresh.put(None)
    monkeypatch.setattr(drawing, "_idle", fresh)
    return fresh


def test_without_pango_pdfs_are_unavailable_and_say_why(
    monkeypatch: pytest.MonkeyPatch, no_engine: "LifoQueue[Any]"
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with refuses("pdf_unavailable", Unavailable) as refused:
        drawing.render("<p>a")
    assert refused.value.code == "pdf_unavailable" and no_engine.qsize() == drawing.MAX_ENGINES


def test_two_are_drawn_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch, no_engine: "LifoQueue[Any]") -> None:
    both_busy, done = threading.Barrier(drawing.MAX_ENGINES + 1, timeout=120), threading.Event()

    class Slow:
        def draw(self, *_: object) -> bytes:
            both_busy.wait(5)
            done.wait(5)
            return b"%PDF"

    monkeypatch.setattr(drawing, "_engine", Slow)
    monkeypatch.setattr(drawing, "ENGINE_TIMEOUT_SECONDS", 0.01)
    threads = [threading.Thread(target=drawing.render, args=("",)) for _ in range(drawing.MAX_ENGINES)]
    for thread in threads:
        thread.start()
    both_busy.wait(5)
    with refuses("pdf_busy", Unavailable):
        drawing.render("")
    done.set()
    for thread in threads:
        thread.join(5)
    assert no_engine.qsize() == drawing.MAX_ENGINES


def test_values_take_their_own_direction() -> None:
    assert typesetting.isolate("رشا (Rasha)") == '<bdi dir="rtl">رشا (Rasha)</bdi>'
    assert typesetting.isolate("12 شارع") == '<bdi dir="rtl">12 شارع</bdi>'
    assert typesetting.isolate("\u202e<i> 12") == '<bdi dir="ltr">&lt;i&gt; 12</bdi>'
    assert typesetting.ltr("+963 11") == '<bdi dir="ltr">+963 11</bdi>'
    assert typesetting.join_pairs(both("مريم", ""), both("الشامي", "")) == both("مريم الشامي", "")
    assert typesetting.join_pairs(both("فاطمة", "Fatima"), both("الشامي", "")) == both("فاطمة الشامي", "Fatima الشامي")


def unicode_range(ranges: fonts.Ranges) -> str:
    """The letters as a style sheet lists them, those that follow one another together."""
    runs: list[list[int]] = []
    for code in sorted({code for first, last in ranges for code in range(first, last + 1)}):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ", ".join(f"U+{first:04X}" if first == last else f"U+{first:04X}-{last:04X}" for first, last in runs)


def test_the_style_sheet_names_the_letters_that_each_cut_has() -> None:
    sheet = Path("services/gateway/static/fonts.css").read_text()
    listed = dict(re.findall(r"fonts/(plex-sans[a-z-]*)-\d00\.woff2.*?unicode-range: ([^;]+);", sheet, re.S))
    assert listed == {
        "plex-sans": unicode_range(fonts.LATIN_CORE),
        "plex-sans-more": unicode_range(fonts.LATIN_REST),
        "plex-sans-arabic": unicode_range(fonts.ARABIC_CORE),
        "plex-sans-arabic-more": unicode_range(fonts.ARABIC_REST),
    }


def test_fonts_of_pages_are_small_and_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Path(os.environ.get("MAHJAR_FONTS", ".data/fonts"))
    made = fonts.web_fonts(folder)
    assert {path.name for path in made} == {
        *("plex-sans-400.woff2", "plex-sans-600.woff2"),
        *("plex-sans-arabic-400.woff2", "plex-sans-arabic-600.woff2"),
        *("plex-sans-more-400.woff2", "plex-sans-more-600.woff2"),
        *("plex-sans-arabic-more-400.woff2", "plex-sans-arabic-more-600.woff2"),
    }
    assert sum(path.stat().st_size for path in made) < 150_000
    before = [path.stat().st_mtime_ns for path in made]
    assert [path.stat().st_mtime_ns for path in fonts.web_fonts(folder)] == before
