"""`python -m deploy.dev.sample criminal-record`: draws the sample of a kind of document to `build/<kind>.pdf`."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.documents import drawing, typesetting, validity
from shared.documents.model import KINDS, Document
from shared.values.dates import local_date

ROOT = Path(__file__).parents[2]
ISSUED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.dev.sample", description=__doc__)
    parser.add_argument("kind", choices=sorted(KINDS), metavar="kind", help=f"one of: {', '.join(sorted(KINDS))}")
    print(write(Path.cwd() / "build", parser.parse_args().kind))


def write(folder: Path, kind: str) -> Path:
    """Draws the sample of a kind into the folder; the path of the PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}.pdf"
    path.write_bytes(render(document(kind)))
    return path


def render(one: Document) -> bytes:
    """The PDF of a document."""
    return drawing.render(typesetting.html(one, KINDS[one.kind].service), one.code.encode())


def snapshot(kind: str) -> dict[str, Any]:
    """The snapshot of a document of this kind, plainly fictional. Raises ValueError unless there is exactly one."""
    (path,) = (ROOT / "services" / KINDS[kind].service / "documents").rglob(f"{kind}.sample.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def document(kind: str, specimen: bool = True, **changed: Any) -> Document:
    """An issued document that no database has seen; it expires where its kind has a lifetime."""
    printed = {"public_url": "https://mahjar.example", "specimen": specimen}
    mark, letters = KINDS[kind].mark, KINDS[kind].letters
    data = {**snapshot(kind), **changed, "print": printed}
    return Document(
        code=f"RUH-{mark}7K3M-Q9XFP-AD4CW-T2N-8",
        number=f"RUH-{letters}-2026-000123",
        kind=kind,
        mission="RUH",
        about="RUH-7K3MQ-9XFPA-D",
        data=data,
        issued_at=ISSUED,
        expires_on=validity.expires_on(kind, local_date(ISSUED, data["zone"])),
        status="valid",
    )


if __name__ == "__main__":
    main()
