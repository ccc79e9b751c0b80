"""Files of other kinds, and files that are two kinds at once."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator

from services.consular.uploads.content_rules import EICAR
from tests.factories.uploads import JPEG, PDF, PNG, image
from tests.factories.uploads.hostile import HostileUpload
from tests.factories.uploads.hostile.pictures import PHONE_PHOTO, jpeg_with_segment, png_with_chunk

SCRIPT = b"<html><script>alert(document.cookie)</script></html>"


def archive(name: str = "a.txt", content: bytes = b"hidden") -> bytes:
    """A ZIP of one file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(name, content)
    return made.getvalue()


def tape(name: str = "a.txt") -> bytes:
    """A tar of one file."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as packed:
        packed.addfile(tarfile.TarInfo(name))
    return made.getvalue()


OTHER_KINDS = {
    "gif": image("GIF"),
    "bmp": image("BMP"),
    "tiff": image("TIFF"),
    "big endian tiff": b"MM\x00*\x00\x00\x00\x08\x00\x00",
    "webp": image("WEBP"),
    "icon": image("ICO"),
    "pcx": image("PCX"),
    "ppm": image("PPM"),
    "avif": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + b"\x00" * 40,
    "film": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 40,
    "svg with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "page": b"<!DOCTYPE html>" + SCRIPT,
    "page with a mark": b"\xef\xbb\xbf" + SCRIPT,
    "php": b"<?php system($_GET['c']); ?>",
    "xml with an entity": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
    "script": b"alert(1)//",
    "shell script": b"#!/bin/sh\nid\n",
    "windows program": b"MZ\x90\x00" + b"\x00" * 60 + b"This program cannot be run in DOS mode.",
    "linux program": b"\x7fELF\x02\x01\x01" + b"\x00" * 60,
    "java class": b"\xca\xfe\xba\xbe\x00\x00\x00\x34",
    "zip": archive(),
    "word document": archive("word/document.xml", b"<w:document/>"),
    "zip of a photo": archive("photo.jpg", JPEG),
    "rar": b"Rar!\x1a\x07\x01\x00" + b"\x00" * 40,
    "7z": b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\x00" * 40,
    "gzip": gzip.compress(JPEG),
    "tar": tape(),
    "old word document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "rtf": b"{\\rtf1\\ansi{\\object\\objocx}}",
    "postscript": b"%!PS-Adobe-3.0\n(%pipe%id) (r) file\n",
    "fits": b"SIMPLE  =                    T" + b" " * 2850,
    "photoshop": b"8BPS\x00\x01" + b"\x00" * 40,
    "playlist": b"#EXTM3U\nconcat:http://127.0.0.1/\n",
    "text": "صورة الجواز".encode(),
    "noise": bytes(range(256)) * 20,
    "zeros": b"\x00" * 5000,
    "named as jpeg inside": b"image/jpeg\r\n\r\n" + SCRIPT,
    "jpeg behind a page": SCRIPT + JPEG,
    "pdf far behind": b"x" * 40 + PDF,
}


def other_kinds() -> Iterator[HostileUpload]:
    """Each is refused as a kind that is not taken, whatever the browser calls it."""
    for name, content in OTHER_KINDS.items():
        yield HostileUpload(name, content, "file_type_unknown")
    yield HostileUpload("empty", b"", "file_empty")
    yield HostileUpload("one byte too many", JPEG + b"\x00" * (8 * 1024 * 1024 + 1 - len(JPEG)), "file_too_large")


BASES = {"jpeg": JPEG, "png": PNG, "pdf": PDF, "heic": PHONE_PHOTO}
HIDDEN = {
    "zip": archive(),
    "page": SCRIPT,
    "php": b"<?php system('id'); ?>",
    "svg": b"<svg onload=alert(1)>",
    "windows program": b"MZ\x90\x00" + b"\x00" * 60,
    "linux program": b"\x7fELF\x02\x01\x01" + b"\x00" * 60,
    "rar": b"Rar!\x1a\x07\x01\x00" + b"\x00" * 40,
    "gif": b"GIF89a\x01\x00\x01\x00\x80\x00\x00;",
}


def two_kinds() -> Iterator[HostileUpload]:
    """Each is one kind by its beginning and another one by what hides in it."""
    for base, content in BASES.items():
        for name, hidden in HIDDEN.items():
            yield HostileUpload(f"{name} behind a {base}", content + hidden, "file_two_kinds")
    pairs = {
        "pdf behind a jpeg": JPEG + PDF,
        "png behind a jpeg": JPEG + PNG,
        "pdf behind a png": PNG + PDF,
        "jpeg behind a png": PNG + JPEG,
        "png behind a pdf": PDF + PNG,
        "film behind a jpeg": JPEG + OTHER_KINDS["film"],
        "gif before a jpeg": b"GIF89a" + JPEG,
        "program before a pdf": b"MZ\x90\x00" + PDF,
        "page before a pdf": b"<svg>" + PDF,
        "archive within the tail of a pdf": PDF[:-6] + archive() + b"%%EOF\n",
        "page in the head of a pdf": PDF[:9] + b"%" + SCRIPT + b"\n" + PDF[9:],
        "pdf in a segment of a jpeg": jpeg_with_segment(0xFE, PDF),
        "page in a comment of a jpeg": jpeg_with_segment(0xFE, SCRIPT),
        "php in a comment of a jpeg": jpeg_with_segment(0xFE, b"<?php system('id'); ?>"),
        "script as length of a jpeg": jpeg_with_segment(0xE0, b"*/=alert(1);/*"),
        "archive in a segment of a jpeg": jpeg_with_segment(0xEF, archive()),
        "page in a text of a png": png_with_chunk(b"tEXt", b"Comment\x00" + SCRIPT),
        "pdf in a private chunk of a png": png_with_chunk(b"prVt", PDF),
        "archive in a private chunk of a png": png_with_chunk(b"prVt", archive()),
        "disk image": PDF + b"\x00" * (32_769 - len(PDF)) + b"CD001" + b"\x00" * 64 + b"%%EOF\n",
    }
    for name, content in pairs.items():
        yield HostileUpload(name, content, "file_two_kinds")


def test_files_of_scanners() -> Iterator[HostileUpload]:
    """The scanners' test file is found with no scanner at all."""
    yield HostileUpload("eicar", EICAR, "file_infected")
    yield HostileUpload("eicar in a comment of a jpeg", jpeg_with_segment(0xFE, EICAR), "file_infected")
    yield HostileUpload("eicar in a text of a png", png_with_chunk(b"tEXt", b"Comment\x00" + EICAR), "file_infected")
    yield HostileUpload("eicar behind a pdf", PDF + EICAR, "file_infected")
    yield HostileUpload("eicar behind a photo of a telephone", PHONE_PHOTO + EICAR, "file_infected")
