"""Issued documents that no database has seen, each with the sample that lies beside its template."""

from typing import Any

from deploy.dev.sample import document as document
from deploy.dev.sample import snapshot
from shared.documents.model import KINDS

SAMPLES: dict[str, dict[str, Any]] = {kind: snapshot(kind) for kind in KINDS}
EXTRACT = SAMPLES["individual-extract"]


def both(arabic: str, latin: str) -> dict[str, str]:
    """A pair as snapshots hold it."""
    return {"ar": arabic, "en": latin}
