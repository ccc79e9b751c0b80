"""What is printed on a PDF, as a reader takes it out."""

import re
import subprocess


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, in the order of the lines; white space is single."""
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, check=True, capture_output=True).stdout
    return [re.sub(r"\s+", " ", page).strip() for page in read.decode().split("\f")[:-1]]


def text_of(pdf: bytes) -> str:
    """The text of all pages."""
    return " ".join(pages_of(pdf))
