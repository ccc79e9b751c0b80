"""Writes a PDF anew without anything but its pages: no scripts, actions, attachments, forms or references to files."""

import io
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from services.consular.uploads import rules
from services.consular.uploads.content_rules import EICAR
from services.consular.uploads.decoding.pdf_pages import rasterise, thumbnails
from services.consular.uploads.decoding.pdf_resources import ResourceCleaner, UnsafePdf
from services.consular.uploads.decoding.result import Fault, File

PAGE_KEYS = frozenset("/Type /MediaBox /CropBox /Rotate /UserUnit /Resources /Contents /Group /Parent".split())
# The largest side a page may have by the standard, in units of a 72nd of an inch.
LIMIT_UNITS = 14_400
# A stream that unpacks to more than this is a bomb: the text of a page has some kilobytes.
LIMIT_UNPACKED, LIMIT_UNPACKED_TOTAL, BLOCK = 32 * 1024 * 1024, 192 * 1024 * 1024, 1024 * 1024
# What no file may contain after it was written anew.
RESIDUE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/AcroForm", b"/XFA", b"/RichMedia",
           b"/SubmitForm", b"/ImportData", b"/GoToR", b"/GoToE", b"/URI", b"/Filespec")  # fmt: skip
BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, KeyError, IndexError, AttributeError,
          RuntimeError, OverflowError, NotImplementedError)  # fmt: skip


def decode(data: bytes) -> tuple[int, list[File]]:
    """The number of pages, the PDF written anew, and thumbnails. Raises Fault."""
    try:
        written = _rewrite(data)
        small = thumbnails(written)
    except (UnsafePdf, Fault, *BROKEN) as error:
        if isinstance(error, Fault) and error.code != "file_unreadable":
            raise
        written = rasterise(data)
        small = thumbnails(written)
    with pikepdf.open(io.BytesIO(written)) as checked:
        pages = len(checked.pages)
    return pages, [File("served", 1, rules.PDF, written), *small]


def _rewrite(data: bytes) -> bytes:
    try:
        source = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Fault("file_encrypted") from error
    with source:
        _check_count(source)
        _check_streams(source)
        if _is_dynamic_form(source):
            raise UnsafePdf("the pages are made by a script")
        _flatten(source)
        target, cleaner = pikepdf.new(), ResourceCleaner()
        for page in source.pages:
            _clean_page(page, cleaner)
            target.pages.append(page)
        written = io.BytesIO()
        target.save(
            written,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            compress_streams=True,
            deterministic_id=True,
        )
    return _checked(written.getvalue())


def _check_count(source: Pdf) -> None:
    """Raises Fault by the number that the file gives, before all pages are read, and by the pages themselves."""
    claimed = source.Root.get("/Pages", Dictionary()).get("/Count", 0)
    if (isinstance(claimed, int) and claimed > rules.LIMIT_PAGES) or len(source.pages) > rules.LIMIT_PAGES:
        raise Fault("file_too_many_pages")
    if len(source.pages) == 0:
        raise Fault("file_unreadable")


def _check_streams(source: Pdf) -> None:
    """Raises Fault for pictures of too many pixels, streams that unpack without end, and the scanners' test file."""
    total = 0
    for item in source.objects:
        if not isinstance(item, Stream):
            continue
        if item.get("/Subtype") == Name.Image:
            width, height = item.get("/Width", 0), item.get("/Height", 0)
            if isinstance(width, int) and isinstance(height, int) and width * height > rules.LIMIT_PIXELS:
                raise Fault("file_too_many_pixels")
            continue
        for block in _unpacked(item):
            total += len(block)
            if EICAR in block:
                raise Fault("file_infected")
            if total > LIMIT_UNPACKED_TOTAL:
                raise Fault("file_too_complex")


def _unpacked(item: Object) -> Iterator[bytes]:
    """The unpacked bytes of a stream, block by block. Raises Fault beyond the limit."""
    filters = item.get("/Filter")
    names = [filters] if isinstance(filters, Name) else list(filters) if isinstance(filters, Array) else []
    data = item.read_raw_bytes()
    if not names:
        yield data
        return
    if any(name not in (Name.FlateDecode, Name.Fl) for name in names):
        with suppress(*BROKEN):
            data = item.read_bytes()
            if len(data) > LIMIT_UNPACKED:
                raise Fault("file_too_complex")
            yield data
        return
    for _ in names[:-1]:
        data = b"".join(_inflate(data))
    yield from _inflate(data)


def _inflate(data: bytes) -> Iterator[bytes]:
    unpacker, size = zlib.decompressobj(), 0
    try:
        block = unpacker.decompress(data, BLOCK)
        while block:
            size += len(block)
            if size > LIMIT_UNPACKED:
                raise Fault("file_too_complex")
            yield block
            block = unpacker.decompress(unpacker.unconsumed_tail, BLOCK)
    except zlib.error:
        return


def _is_dynamic_form(source: Pdf) -> bool:
    form = source.Root.get("/AcroForm")
    return isinstance(form, Dictionary) and "/XFA" in form and bool(source.Root.get("/NeedsRendering", False))


def _flatten(source: Pdf) -> None:
    """Draws what was typed into a form onto its page, so that it stays when the form goes."""
    with suppress(*BROKEN):
        source.generate_appearance_streams()
    with suppress(*BROKEN):
        source.flatten_annotations("screen")


def _clean_page(page: pikepdf.Page, cleaner: ResourceCleaner) -> None:
    item = page.obj
    box = [float(number) for number in page.mediabox]
    if len(box) != 4 or not all(abs(number) <= LIMIT_UNITS for number in box):
        raise UnsafePdf("the page is larger than the standard allows")
    # Resources may be the parent's, which does not come along.
    item.MediaBox, item.CropBox = page.mediabox, page.cropbox
    item.Resources = page.resources
    for key in list(item.keys()):
        if key not in PAGE_KEYS:
            del item[key]
    if isinstance(item.get("/Group"), Dictionary):
        cleaner.clean_group(item.Group)
    cleaner.clean(item.Resources)
    contents = item.get("/Contents")
    for stream in contents if isinstance(contents, Array) else [contents]:
        if isinstance(stream, Stream):
            cleaner.clean_content(stream)


def _checked(written: bytes) -> bytes:
    """The file, if none of its objects names anything that acts. Raises UnsafePdf."""
    with pikepdf.open(io.BytesIO(written)) as target:
        target.docinfo.clear() if "/Info" in target.trailer else None
        for item in target.objects:
            described = Dictionary(dict(item.items())) if isinstance(item, Stream) else item
            text = described.unparse() if isinstance(described, Object) else b""
            if any(name + end in text for name in RESIDUE for end in (b" ", b"/", b"(", b"<", b"[")):
                raise UnsafePdf("something that acts is left")
    return written
