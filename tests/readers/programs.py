"""The text of a PDF as Poppler, MuPDF, PDFium and pdf.js read it: what people copy, search and hear."""

import json
import subprocess
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from shutil import which
from typing import Any, cast

FOLDER = Path(__file__).parent


def poppler(path: Path) -> str:
    """pdftotext, as the distribution has it."""
    return subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout


def mupdf(path: Path) -> str:
    import pymupdf

    # The package says of itself that it is typed, and mostly is not.
    document: Any = cast(Any, pymupdf).open(path)
    with document:
        return "\n".join(page.get_text() for page in document)


def pdfium(path: Path) -> str:
    """The reader of Chromium."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def pdfjs(path: Path) -> str:
    """The reader of Firefox, in one Node process that is started once and ends with this one."""
    process = _node()
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(f"{path}\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise RuntimeError("pdf.js ended: " + (process.stderr.read() if process.stderr else ""))
    return "\n".join(json.loads(answer))


@lru_cache
def _node() -> "subprocess.Popen[str]":
    """Needs Node and npm, which `make setup` installs; the hash of the package is in the lock."""
    if not which("node") or not which("npm"):
        raise RuntimeError("pdf.js needs Node and npm: run `make setup`")
    if not (FOLDER / "node_modules" / "pdfjs-dist").is_dir():
        command = ["npm", "ci", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=FOLDER, check=True, capture_output=True)
    pipe = subprocess.PIPE
    return subprocess.Popen(["node", "pdfjs.mjs"], cwd=FOLDER, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


READERS: dict[str, Callable[[Path], str]] = {"Poppler": poppler, "MuPDF": mupdf, "PDFium": pdfium, "pdf.js": pdfjs}
