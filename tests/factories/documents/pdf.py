"""Draws a document, and reads its PDF as a person's reader does."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from deploy.dev.sample import render as render
from shared.direction import CONTROLS
from tests.factories.documents.snapshots import both

MARKS = re.compile("[\u064b-\u0652\u0670]")


def words(content: bytes, tmp_path: Path) -> list[str]:
    """As a reader of the PDF copies them: without direction controls, and without the vowel signs set beside."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout
    return MARKS.sub("", CONTROLS.sub("", text)).split()


def boxes(content: bytes, tmp_path: Path) -> Iterator[tuple[float, float]]:
    """Left and right edge of every word, in points."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    found = subprocess.run(["pdftotext", "-bbox", file, "-"], check=True, capture_output=True, text=True).stdout
    return ((float(a), float(b)) for a, b in re.findall(r'xMin="([\d.-]+)".*?xMax="([\d.-]+)"', found))


HOSTILE_NAMES = {
    "given": both("<b>رشا</b>", "<b>Rasha</b> &amp; \u202etxt.exe"),
    "family": both("عبدالرحمنمحمدأحمد" * 12, "W" * 200),
    "father": both("محمد (أبو خالد) \u2067الثاني\u2069 12", "Mohammad (Abu\u200f Khaled) II"),
    "mother": both("ليلى {{ 7*7 }} {% raw %}", "O’Brien {name} %s"),
}
