"""Issued documents that no database has seen, each with the sample that lies beside its template."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from shared.documents.model import KINDS, Document

SERVICES = Path(__file__).parents[3] / "services"
ISSUED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def sample(kind: str) -> dict[str, Any]:
    """The snapshot of a document of this kind, plainly fictional."""
    (path,) = (SERVICES / KINDS[kind].service / "documents").rglob(f"{kind}.sample.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


SAMPLES: dict[str, dict[str, Any]] = {kind: sample(kind) for kind in KINDS}
EXTRACT = SAMPLES["individual-extract"]


def both(arabic: str, latin: str) -> dict[str, str]:
    """A pair as snapshots hold it."""
    return {"ar": arabic, "en": latin}


def document(kind: str, specimen: bool = True, **changed: Any) -> Document:
    """An issued document that no database has seen."""
    printed = {"public_url": "https://mahjar.example", "specimen": specimen}
    mark, letters = KINDS[kind].mark, KINDS[kind].letters
    return Document(
        code=f"RUH-{mark}7K3M-Q9XFP-AD4CW-T2N-8",
        number=f"RUH-{letters}-2026-000123",
        kind=kind,
        mission="RUH",
        about="RUH-7K3MQ-9XFPA-D",
        data={**SAMPLES[kind], **changed, "print": printed},
        issued_at=ISSUED,
        expires_on=date(2027, 2, 21) if mark == "R" else None,
        status="valid",
    )
