"""Two hundred documents of a generated register, drawn: no sheet has a signature alone, and each says whose it is."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.civil_registry.contents import contents, snapshots
from services.civil_registry.model import Annotation, Person, RegisterEvent
from shared.documents import drawing
from shared.documents.model import Document
from shared.i18n import language
from tests.factories.documents.pdf import render
from tests.factories.documents.printed import pages_of
from tests.factories.documents.snapshots import document

pytestmark = pytest.mark.skipif(not drawing.is_available(), reason="draws PDFs")
EACH = 34
EVENTS = {"birth-statement": "birth", "death-statement": "death", "marriage-statement": "marriage",
          "divorce-statement": "divorce"}  # fmt: skip
EN = language("en")
# Of the facts before the last section at least one heading, of a section or of a list's columns, must stand there too.
HEADINGS = ("extract.event_on", "family.relation", "statement.father", "statement.mother", "statement.child.M",
            "statement.child.F", "statement.death", "statement.marriage", "statement.divorce", "statement.wife",
            "statement.divorced", "extract.entry", "extract.holder", "family.wife", "family.mother_only",
            "family.members")  # fmt: skip


def holders(session: Session, slug: str) -> list[UUID]:
    """Those with the longest documents: of the event where there is one, otherwise with the most annotations."""
    if slug in EVENTS:
        events = select(RegisterEvent.person).where(RegisterEvent.kind == EVENTS[slug]).group_by(RegisterEvent.person)
        return list(session.scalars(events.order_by(func.count().desc(), RegisterEvent.person).limit(EACH)))
    noted = select(Annotation.person).group_by(Annotation.person)
    return list(session.scalars(noted.order_by(func.count().desc(), Annotation.person).limit(EACH)))


def issued(session: Session, slug: str, holder: Person) -> Document:
    options: dict[str, Any] = {"marriages": "all", "divorces": "all"}
    data, codes = contents.CONTENTS[slug](session, holder, options)
    assert not codes
    asked = {"applicant": snapshots.applicant_data(holder, "child")}
    return document(slug, **(snapshots.head_data(session, holder, "study") | asked | data))


@pytest.mark.parametrize("slug", contents.CONTENTS)
def test_no_sheet_has_a_signature_alone(session_for: Callable[..., Session], registers: int, slug: str) -> None:
    assert registers
    session, several = session_for("civil_registry"), 0
    for holder in holders(session, slug):
        drawn = issued(session, slug, session.get_one(Person, holder))
        pages = pages_of(render(drawn))
        several += len(pages) > 1
        for place, page in enumerate(pages[1:], start=2):
            says = (drawn.number, EN.text(f"document.{slug}.title"), drawn.data["holder"]["en"])
            assert [word for word in (*says, f"Page {place} of {len(pages)}") if word not in page] == []
        assert "Civil registrar" in pages[-1]
        if len(pages) > 1:
            assert any(EN.text(key) in pages[-1].split(f"Page {len(pages)} of")[1] for key in HEADINGS), pages[-1]
    assert several or slug in ("birth-statement", "death-statement", "divorce-statement")
