"""A sample is drawn as its document would be, with the day until which it is good."""

from pathlib import Path

import pytest

from deploy.dev import sample
from shared.documents import typesetting, validity
from shared.documents.model import KINDS


def test_the_pdf_lies_in_the_folder(tmp_path: Path) -> None:
    path = sample.write(tmp_path / "build", "criminal-record")
    assert path == tmp_path / "build" / "criminal-record.pdf"
    assert path.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_with_a_lifetime_says_until_when_it_is_good(kind: str) -> None:
    page = typesetting.html(sample.document(kind), KINDS[kind].service)
    has_lifetime = kind in {row.kind for row in validity.lifetimes()}
    assert ("Valid until" in page) is has_lifetime
