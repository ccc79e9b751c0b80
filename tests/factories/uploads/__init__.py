"""Small true files of each kind that people upload, and a file as the intake leaves it."""

import io
import uuid
from hashlib import sha256

import pikepdf
from PIL import Image
from sqlalchemy.orm import Session

from services.consular.uploads import blobs, rules
from services.consular.uploads.blobs import ORIGINAL, SERVED, StoredFile
from services.consular.uploads.intake import TakenFile


def image(form: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    """A picture of one colour."""
    content = io.BytesIO()
    Image.new(mode, size, 200 if len(mode) == 1 else None).save(content, form, **options)
    return content.getvalue()


def pdf(pages: int = 1) -> bytes:
    """A PDF of blank pages."""
    made, content = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    made.save(content, deterministic_id=True)
    return content.getvalue()


JPEG, PNG, PDF = image("JPEG"), image("PNG"), pdf()


def taken_file(session: Session, mission: str, state: str = rules.READABLE) -> TakenFile:
    """A file whose blobs have rows and are in no store: for verbs that never read bytes."""
    addresses = {role: sha256(uuid.uuid4().bytes).hexdigest() for role in (ORIGINAL, SERVED)}
    blobs.reserve(session, mission, dict.fromkeys(addresses.values(), len(PDF)))
    files = [StoredFile(role, 1, rules.PDF, address, 0, len(PDF), 0, 0) for role, address in addresses.items()]
    return TakenFile(rules.PDF, len(PDF), sha256(PDF).hexdigest(), 1, state, files)
