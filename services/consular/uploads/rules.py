"""What an upload may be: its limits, its names, and which refusal has which status."""

import re
from collections.abc import Mapping

LIMIT_BYTES = 8 * 1024 * 1024
LIMIT_FILES = 5
LIMIT_PAGES = 50
# An A4 sheet at 600 dpi, and the 50 megapixels of a telephone.
LIMIT_PIXELS = 52_000_000
LONG_SIDE, THUMBNAIL_SIDE, PAGE_SIDE = 2480, 320, 1754
FILENAME_LENGTH = 100
# Papers that are the same in every application, and for how many days an accepted one is offered again.
REUSED_FOR_DAYS: Mapping[str, int] = {"identity": 180, "parents_identity": 180, "residence_permit": 90, "photo": 180}
# Days for which files stay sealed after the person removed them, and after the application was closed.
REMOVED_KEPT_DAYS, CLOSED_KEPT_DAYS = 1, 90

JPEG, PNG, HEIC, PDF = "image/jpeg", "image/png", "image/heic", "application/pdf"
# A HEIC photo is stored as JPEG, which every browser shows.
ENDINGS: Mapping[str, str] = {JPEG: "jpg", PNG: "png", PDF: "pdf"}

# An upload's state: its check by the scanner is awaited, it can be read, or it cannot be shown to anybody.
WAITING, READABLE, REFUSED = "waiting", "readable", "refused"

_TOO_LARGE, _WRONG_KIND, _UNPROCESSABLE = 413, 415, 422
FAULTS: Mapping[str, int] = {
    "file_too_large": _TOO_LARGE,
    "file_too_many_pixels": _TOO_LARGE,
    "file_too_many_pages": _TOO_LARGE,
    "file_too_complex": _TOO_LARGE,
    "file_type_unknown": _WRONG_KIND,
    "file_two_kinds": _WRONG_KIND,
    "file_empty": _UNPROCESSABLE,
    "file_unreadable": _UNPROCESSABLE,
    "file_encrypted": _UNPROCESSABLE,
    "file_infected": _UNPROCESSABLE,
}
# Invisible and direction-changing characters make gpj.exe look like exe.jpg.
_UNSAFE_IN_NAME = re.compile('[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"*:<>?|;\\\\/]+')


def size_fault(data: bytes) -> str | None:
    """The fault of an upload's size, or None."""
    if not data:
        return "file_empty"
    return "file_too_large" if len(data) > LIMIT_BYTES else None


def fault_limits() -> dict[str, object]:
    """The limits that the text of a fault may name."""
    limits = LIMIT_BYTES // 1024 // 1024, LIMIT_PIXELS // 1_000_000, LIMIT_PAGES
    return dict(zip(("megabytes", "megapixels", "pages"), limits, strict=True))


def safe_name(filename: str, type: str) -> str:
    """The person's file name without folders and controls, with the ending of its real type."""
    base_name = re.split(r"[\\/]", filename)[-1]
    stem = _UNSAFE_IN_NAME.sub("", base_name).strip(" .").rpartition(".")
    name = (stem[0] if stem[1] and len(stem[2]) <= 5 else "".join(stem)).strip(" .")
    return f"{_shortened(name) or 'paper'}.{ENDINGS[type]}"


def _shortened(name: str) -> str:
    """Both ends of a long name: people tell their files apart by either."""
    half = FILENAME_LENGTH // 2
    return name if len(name) <= FILENAME_LENGTH else f"{name[: half - 1]}…{name[-half:]}"
