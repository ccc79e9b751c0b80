"""Of which kind a file's bytes are, and whether a second kind hides before, within or behind the first."""

import io
import re
import zipfile
from collections.abc import Iterator

from services.consular.uploads.rules import HEIC, JPEG, PDF, PNG

# A few stray bytes before a file change nothing: mail programs and telephones leave them.
STRAY_BYTES = 8
# The harmless test file of the scanners' makers, written in two parts so that no scanner finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_PNG_SIGNATURE, _JPEG_SIGNATURE = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_HEAD_BYTES = 1024
_MARKUP = rb"<html|<script|<!doctype|<\?php|<svg|<iframe|<body|<meta\b|javascript:"
_SCRIPT = rb"\balert\(|\beval\(|\bdocument\.(?:cookie|write|location|domain)|\*/\s*="
_ARCHIVE = rb"PK\x03\x04|PK\x05\x06|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\xfd7zXZ"
_OTHER = rb"GIF8[79]a|\x7fELF|This program cannot be run|#!/|\xca\xfe\xba\xbe|dex\n03|RIFF....(?:WEBP|AVI |WAVE)"
_FOREIGN = re.compile(rb"%PDF-|" + b"|".join((_MARKUP, _SCRIPT, _ARCHIVE, _OTHER)), re.IGNORECASE | re.DOTALL)
_MARKED = re.compile(_MARKUP, re.IGNORECASE)
_STARTS = re.compile(rb"MZ|BM|\x1f\x8b\x08|\x00\x00\x01\x00|ID3|OggS|II\*\x00|MM\x00\*", re.DOTALL)
# Bytes of compressed image data never look like a marker: 0xff is followed by 0 or by a restart number.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_MOVING = re.compile(rb"MotionPhoto|MicroVideo")
# Looked for from the first digit of a number alone, so that a row of digits is read once.
_OBJECT = re.compile(rb"(?<!\d)\d+\s+\d+\s+obj")


class UnreadableFile(ValueError):
    """The file ends before its format does."""


def kind_of(data: bytes) -> tuple[str, int] | None:
    """The kind by the file's first bytes, and how many stray bytes stand before them; None for any other kind."""
    for offset in range(min(STRAY_BYTES, len(data)) + 1):
        head = data[offset : offset + 16]
        if head.startswith(_JPEG_SIGNATURE):
            return JPEG, offset
        if head.startswith(_PNG_SIGNATURE):
            return PNG, offset
        if re.match(rb"%PDF-[12]\.[0-9]", head):
            return PDF, offset
        if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
            return HEIC, offset
    return None


def is_two_kinds(kind: str, data: bytes, offset: int) -> bool:
    """Whether the file is another kind as well. Raises UnreadableFile when it is cut short."""
    if _is_foreign(data[:offset]) or _is_archive(data):
        return True
    return any(_is_foreign(part) for part in _PARTS[kind](data[offset:]))


def _is_foreign(part: bytes) -> bool:
    return bool(_FOREIGN.search(part) or _STARTS.match(part.lstrip(b"\x00\r\n\t ")))


def _is_archive(data: bytes) -> bool:
    """Whether an unpacker would open the file: archives are read from their end, so that anything may stand before."""
    if data[257:262] == b"ustar" or data[32_769:32_774] == b"CD001":
        return True
    if b"PK\x05\x06" not in data[-65_558:]:
        return False
    try:
        zipfile.ZipFile(io.BytesIO(data)).close()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    return True


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    """What is no compressed image: the segments, and what follows the end. Telephones append further JPEGs."""
    start, moves = 0, False
    while True:
        end = start + 2
        for segment, position in _jpeg_segments(data, start):
            end = position
            moves = moves or bool(_MOVING.search(segment))
            yield segment
        tail = data[end:]
        position = len(tail) - len(tail.lstrip(b"\x00"))
        if not tail.startswith(_JPEG_SIGNATURE, position):
            break
        start = end + position
    if moves or _MOVING.search(tail):
        # The short film of a moving photo; it is dropped with the rest.
        tail = tail[: max(tail.find(b"ftyp") - 4, 0)]
    yield b"%PDF-" if tail[4:8] == b"ftyp" or _PNG_SIGNATURE in tail else tail


def _jpeg_segments(data: bytes, start: int) -> Iterator[tuple[bytes, int]]:
    position = start + 2
    while position < len(data):
        marker = _MARKER.search(data, position)
        if marker is None:
            break
        position = marker.end()
        code = data[position - 1]
        if code == 0xD9:
            yield b"", position
            return
        if code in (0x01, 0xD8):
            continue
        length = int.from_bytes(data[position : position + 2], "big")
        if length < 2:
            break
        segment = data[position + 2 : position + length]
        position += length
        if 0xE0 <= code <= 0xEF or code == 0xFE:
            yield segment, position
    raise UnreadableFile


def _png_parts(data: bytes) -> Iterator[bytes]:
    position = len(_PNG_SIGNATURE)
    while position + 12 <= len(data):
        length, name = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        if name not in (b"IDAT", b"fdAT", b"PLTE", b"iCCP"):
            # Data of the camera begin like a TIFF.
            start = position + 8 + (4 if name == b"eXIf" else 0)
            yield data[start : position + 8 + length]
        position += 12 + length
        if name == b"IEND":
            tail = data[position:]
            yield b"%PDF-" if _JPEG_SIGNATURE in tail or _PNG_SIGNATURE in tail else tail
            return
    raise UnreadableFile


def _heic_parts(data: bytes) -> Iterator[bytes]:
    position = 0
    while position + 8 <= len(data):
        length, name = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        if not re.fullmatch(rb"[a-z]{4}", name):
            break
        if name != b"mdat":
            yield data[position + 8 : position + max(length, 8)]
        if length == 0:
            return
        if length < 8:
            break
        position += length
    if position > len(data):
        raise UnreadableFile
    yield data[position:]


def _pdf_parts(data: bytes) -> Iterator[bytes]:
    first_object = _OBJECT.search(data)
    yield data[8 : first_object.start() if first_object else _HEAD_BYTES]
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise UnreadableFile
    tail = data[end + 5 :]
    yield b"%PDF-" if _JPEG_SIGNATURE in tail or _PNG_SIGNATURE in tail else tail
    yield from (_MARKED.findall(data[:_HEAD_BYTES]))


_PARTS = {JPEG: _jpeg_parts, PNG: _png_parts, HEIC: _heic_parts, PDF: _pdf_parts}
