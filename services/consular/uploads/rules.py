"""Which bytes are a valid upload: a JPEG, PNG or PDF of the declared type, and small enough."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LIMIT_BYTES = 8 * 1024 * 1024
LIMIT_FILES = 5
FILENAME_LENGTH = 100
# A second file hidden behind or inside the first would let one upload be served as another type.
_FOREIGN_SIGNATURES = re.compile(rb"%PDF-|PK\x05\x06|PK\x03\x04|<html|<script|<!doctype|<\?php|<svg", re.IGNORECASE)
_HEAD_BYTES = 1024
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Invisible and direction-changing characters make gpj.exe look like exe.jpg.
_UNSAFE_IN_NAME = re.compile('[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"*:<>?|;\\\\/]+')


@dataclass(frozen=True)
class Kind:
    """One accepted type: its media type, the ending of its file name, and the check of its bytes."""

    type: str
    ending: str
    holds: Callable[[bytes], bool]


def _is_jpeg(data: bytes) -> bool:
    end = data.rfind(b"\xff\xd9")
    return data.startswith(b"\xff\xd8\xff") and end > 2 and not _has_foreign_content(data, end + 2)


def _is_png(data: bytes) -> bool:
    """Reads the chunks: the file must end where the IEND chunk ends."""
    if not data.startswith(_PNG_SIGNATURE):
        return False
    position = len(_PNG_SIGNATURE)
    while position + 12 <= len(data):
        length, name = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        position += 12 + length
        if name == b"IEND":
            return length == 0 and position == len(data) and not _has_foreign_content(data, len(data))
    return False


def _is_pdf(data: bytes) -> bool:
    tail = data[-_HEAD_BYTES:]
    archive = b"PK\x05\x06" in data[-65_558:]
    return bool(re.match(rb"%PDF-[12]\.[0-9]", data)) and b"%%EOF" in tail and not archive


def _has_foreign_content(data: bytes, end: int) -> bool:
    """Whether another file type starts in the head of an image, or follows its end."""
    return bool(_FOREIGN_SIGNATURES.search(data[:_HEAD_BYTES]) or _FOREIGN_SIGNATURES.search(data[end:]))


KINDS: Mapping[str, Kind] = {
    kind.type: kind
    for kind in (
        Kind("image/jpeg", "jpg", _is_jpeg),
        Kind("image/png", "png", _is_png),
        Kind("application/pdf", "pdf", _is_pdf),
    )
}


def fault(content_type: str, data: bytes) -> str | None:
    """The error code of an upload, or None."""
    kind = KINDS.get(content_type)
    if kind is None:
        return "file_type_unknown"
    if not data:
        return "file_empty"
    if len(data) > LIMIT_BYTES:
        return "file_too_large"
    return None if kind.holds(data) else "file_type_wrong"


def safe_name(filename: str, kind: Kind) -> str:
    """The person's file name without folders and controls, with the ending of its real type."""
    base_name = re.split(r"[\\/]", filename)[-1]
    stem = _UNSAFE_IN_NAME.sub("", base_name).strip(" .").rpartition(".")
    name = (stem[0] if stem[1] and len(stem[2]) <= 5 else "".join(stem)).strip(" .")
    return f"{name[:FILENAME_LENGTH] or 'paper'}.{kind.ending}"
