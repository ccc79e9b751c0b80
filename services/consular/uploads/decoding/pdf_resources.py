"""Keeps of a PDF's resources what draws, by lists of what is allowed, and drops everything else."""

from collections.abc import Callable

from pikepdf import Array, Dictionary, Name, Object, Stream

IMAGE = frozenset(
    "/Type /Subtype /Width /Height /ColorSpace /BitsPerComponent /Decode /DecodeParms /Filter /Length /ImageMask /Mask "
    "/SMask /Matte /Interpolate /Intent /SMaskInData".split()
)
DRAWING = frozenset(
    "/Type /Subtype /FormType /BBox /Matrix /Resources /Group /Filter /DecodeParms /Length /PatternType /PaintType "
    "/TilingType /XStep /YStep".split()
)
CONTENT = frozenset("/Filter /DecodeParms /Length".split())
FONT = frozenset(
    "/Type /Subtype /BaseFont /FirstChar /LastChar /Widths /FontDescriptor /Encoding /ToUnicode /DescendantFonts "
    "/CIDSystemInfo /W /DW /W2 /DW2 /CIDToGIDMap /FontMatrix /FontBBox /CharProcs /Resources /Name".split()
)
# Wherever else they stand, these lead out of the page: to scripts, actions, other files, or data about the file.
FORBIDDEN = frozenset(
    "/JS /JavaScript /AA /A /OpenAction /Launch /URI /EF /AF /RF /FFilter /FDecodeParms /OPI /Ref /Metadata /PieceInfo "
    "/Alternates /Annots /AcroForm /XFA /Names /EmbeddedFiles /RichMediaContent /RichMediaSettings /Movie /Sound "
    "/Rendition /OC /Parent /P /Next /Dest /StructParent /StructParents /LastModified /Measure /PtData".split()
)
LIMIT_DEPTH = 40


class UnsafePdf(ValueError):
    """The file cannot be made safe by leaving things out."""


class ResourceCleaner:
    """Cleans the resources of one document; what was seen once is not gone through again."""

    def __init__(self) -> None:
        self.seen: set[tuple[int, int]] = set()

    def clean(self, resources: Object, depth: int = 0) -> None:
        """The resources of a page, a form or a pattern."""
        if not isinstance(resources, Dictionary) or self._was_seen(resources, depth):
            return
        entries: dict[str, Callable[[Object, int], bool]] = {
            "/XObject": self._xobject,
            "/Pattern": self._pattern,
            "/Font": self._font,
            "/ExtGState": self._plain,
            "/ColorSpace": self._plain,
            "/Shading": self._plain,
        }
        for category in list(resources.keys()):
            if category not in entries or not isinstance(resources[category], Dictionary):
                del resources[category]
                continue
            # The names within a category are the author's: none of them is forbidden.
            named = resources[category]
            for name in list(named.keys()):
                if not entries[category](named[name], depth + 1):
                    del named[name]

    def clean_group(self, group: Object) -> None:
        """How a page or form is composed with what lies below it."""
        self._plain(group, 0)

    def clean_content(self, stream: Object) -> None:
        """A stream of drawing instructions keeps nothing but its packing."""
        _keep(stream, CONTENT)
        self._plain_entries(stream, 0)

    def _was_seen(self, item: Object, depth: int) -> bool:
        if depth > LIMIT_DEPTH:
            raise UnsafePdf("nested too deeply")
        if not item.is_indirect:
            return False
        known = item.objgen in self.seen
        self.seen.add(item.objgen)
        return known

    def _xobject(self, item: Object, depth: int) -> bool:
        if not isinstance(item, Stream):
            return False
        subtype = item.get("/Subtype")
        if subtype == Name.Image:
            return self._image(item, depth)
        return subtype == Name.Form and self._drawing(item, depth)

    def _image(self, item: Object, depth: int) -> bool:
        if not self._was_seen(item, depth):
            _keep(item, IMAGE)
            for mask in ("/SMask", "/Mask"):
                if isinstance(item.get(mask), Stream):
                    self._image(item[mask], depth + 1)
            self._plain_entries(item, depth, skip=("/SMask", "/Mask"))
        return True

    def _drawing(self, item: Object, depth: int) -> bool:
        if not self._was_seen(item, depth):
            _keep(item, DRAWING)
            self.clean(item.get("/Resources", Dictionary()), depth + 1)
            self._plain_entries(item, depth, skip=("/Resources",))
        return True

    def _pattern(self, item: Object, depth: int) -> bool:
        return self._drawing(item, depth) if isinstance(item, Stream) else self._plain(item, depth)

    def _font(self, item: Object, depth: int) -> bool:
        if not isinstance(item, Dictionary):
            return False
        if not self._was_seen(item, depth):
            _keep(item, FONT)
            self.clean(item.get("/Resources", Dictionary()), depth + 1)
            glyphs = item.get("/CharProcs", Dictionary())
            for name in list(glyphs.keys()) if isinstance(glyphs, Dictionary) else ():
                if not (isinstance(glyphs[name], Stream) and self._drawing(glyphs[name], depth + 1)):
                    del glyphs[name]
            self._plain_entries(item, depth, skip=("/Resources", "/CharProcs"))
        return True

    def _plain(self, item: Object, depth: int) -> bool:
        """Anything without names of the author's own: functions, colours, states, font files."""
        if isinstance(item, Stream | Dictionary):
            if not self._was_seen(item, depth):
                for key in list(item.keys()):
                    if key in FORBIDDEN or (key == "/F" and isinstance(item, Stream)):
                        del item[key]
                self._plain_entries(item, depth)
        elif isinstance(item, Array) and not self._was_seen(item, depth):
            for entry in item:
                if isinstance(entry, Object):
                    self._plain(entry, depth + 1)
        return True

    def _plain_entries(self, item: Object, depth: int, skip: tuple[str, ...] = ()) -> None:
        for key in list(item.keys()):
            if key not in skip and isinstance(item[key], Object):
                self._plain(item[key], depth + 1)


def _keep(item: Object, allowed: frozenset[str]) -> None:
    for key in list(item.keys()):
        if key not in allowed:
            del item[key]
