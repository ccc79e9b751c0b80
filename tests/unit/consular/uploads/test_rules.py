"""The names of uploads, and their size."""

import pytest

from services.consular.uploads import rules


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
        ("x" * 300 + "y" * 200 + ".png", "x" * 49 + "…" + "y" * 50 + ".jpg"),
        (".htaccess", "htaccess.jpg"),
    ],
)
def test_a_file_name_keeps_what_is_harmless(typed: str, kept: str) -> None:
    assert rules.safe_name(typed, rules.JPEG) == kept


def test_the_limit_is_eight_megabytes_to_the_byte() -> None:
    assert rules.size_fault(b"x" * rules.LIMIT_BYTES) is None
    assert rules.size_fault(b"x" * (rules.LIMIT_BYTES + 1)) == "file_too_large"
    assert rules.size_fault(b"") == "file_empty"
