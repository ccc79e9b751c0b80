"""Uploads: only what is truly a JPEG, PNG or PDF, and no second file inside it."""

import pytest

from services.consular.uploads import rules
from tests.factories.uploads import JPEG, PNG, ZIP_END

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@pytest.mark.parametrize(("kind", "data"), [("image/png", PNG), ("image/jpeg", JPEG), ("application/pdf", PDF)])
def test_a_true_file_has_no_fault(kind: str, data: bytes) -> None:
    assert rules.fault(kind, data) is None


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "image/gif", "application/zip", "", "image/jpg"])
def test_an_unknown_type_is_refused(kind: str) -> None:
    assert rules.fault(kind, PNG) == "file_type_unknown"


def test_an_empty_file_is_refused() -> None:
    assert rules.fault("application/pdf", b"") == "file_empty"


def test_the_limit_is_eight_megabytes_to_the_byte() -> None:
    full = JPEG[:-2] + b"\x00" * (rules.LIMIT_BYTES - len(JPEG)) + JPEG[-2:]
    assert len(full) == rules.LIMIT_BYTES
    assert rules.fault("image/jpeg", full) is None
    assert rules.fault("image/jpeg", full[:-2] + b"\x00" + full[-2:]) == "file_too_large"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param("image/png", JPEG, id="jpeg called png"),
        pytest.param("image/jpeg", PNG, id="png called jpeg"),
        pytest.param("application/pdf", JPEG, id="jpeg called pdf"),
        pytest.param("image/png", PNG[:-4], id="png cut short"),
        pytest.param("image/jpeg", JPEG[:-2], id="jpeg without end"),
        pytest.param("application/pdf", PDF[:-7], id="pdf without end"),
        pytest.param("application/pdf", b"\n" + PDF, id="pdf that starts late"),
        pytest.param("application/pdf", b"<html>" + PDF, id="page before a pdf"),
        pytest.param("application/pdf", PDF[:-6] + ZIP_END + b"%%EOF\n", id="archive within a pdf"),
        pytest.param("image/png", PNG + ZIP_END, id="archive after a png"),
        pytest.param("image/png", PNG + b"<script>alert(1)</script>", id="script after a png"),
        pytest.param("image/jpeg", JPEG + ZIP_END, id="archive after a jpeg"),
        pytest.param("image/jpeg", JPEG + PDF, id="pdf after a jpeg"),
        pytest.param("image/jpeg", JPEG[:24] + b"%PDF-1.4" + JPEG[24:], id="pdf head within a jpeg"),
        pytest.param("image/jpeg", JPEG[:24] + b"<SCRIPT>" + JPEG[24:], id="script within a jpeg"),
        pytest.param("image/jpeg", b"GIF89a" + JPEG, id="gif before a jpeg"),
        pytest.param("application/pdf", b"MZ\x90\x00" + PDF, id="program before a pdf"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(kind: str, data: bytes) -> None:
    assert rules.fault(kind, data) == "file_type_wrong"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("صورة الجواز.jpg", "صورة الجواز.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\me\\scan.JPEG", "scan.jpg"),
        ("photo\u202egpj.exe", "photogpj.jpg"),
        ('a"; filename=evil.html', "a filename=evil.jpg"),
        ("line\r\nX-Header: 1.png", "lineX-Header 1.jpg"),
        ("   ...   ", "paper.jpg"),
        ("", "paper.jpg"),
        ("x" * 500 + ".png", "x" * 100 + ".jpg"),
        (".htaccess", "htaccess.jpg"),
    ],
)
def test_a_file_name_keeps_what_is_harmless(typed: str, kept: str) -> None:
    assert rules.safe_name(typed, rules.KINDS["image/jpeg"]) == kept
