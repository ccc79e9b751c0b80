"""What is printed on a PDF, as a reader takes it out."""

import re
import subprocess

from shared.direction import CONTROLS


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, in the order of the lines; white space is single, marks of direction are left out."""
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, check=True, capture_output=True).stdout
    return [re.sub(r"\s+", " ", CONTROLS.sub("", page)).strip() for page in read.decode().split("\f")[:-1]]


def text_of(pdf: bytes) -> str:
    """The text of all pages."""
    return " ".join(pages_of(pdf))
