"""The faces of pages and papers come from packages; what of them is needed is cut out once, at set-up."""

import io
import os
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

Ranges = tuple[tuple[int, int], ...]

LATIN: Ranges = (
    (0x0020, 0x017F), (0x0218, 0x021B), (0x02BC, 0x02BF), (0x02C6, 0x02DD), (0x0300, 0x0304), (0x1E00, 0x1EFF),
    (0x200A, 0x200B), (0x2010, 0x2027), (0x202F, 0x203A), (0x20A0, 0x20BF), (0x2190, 0x2193), (0x2212, 0x2212),
)  # fmt: skip
# What pages of both languages are mostly made of; the rest of each script is a file of its own.
LATIN_CORE: Ranges = (
    (0x0020, 0x007E), (0x00A0, 0x00A0), (0x00A3, 0x00A3), (0x00A7, 0x00A7), (0x00AB, 0x00AB), (0x00B0, 0x00B0),
    (0x00B7, 0x00B7), (0x00BB, 0x00BB), (0x00D7, 0x00D7), (0x2010, 0x2015), (0x2018, 0x201F), (0x2022, 0x2022),
    (0x2026, 0x2026), (0x202F, 0x202F), (0x20AC, 0x20AC), (0x2190, 0x2193), (0x2212, 0x2212),
)  # fmt: skip
ARABIC_CORE: Ranges = (
    (0x060C, 0x060C), (0x061B, 0x061B), (0x061F, 0x061F), (0x0621, 0x063A), (0x0640, 0x0652), (0x0660, 0x066C),
    (0x0670, 0x0671), (0x200C, 0x200F), (0x2066, 0x2069),
)  # fmt: skip
ARABIC: Ranges = (
    (0x0020, 0x0020), (0x00A0, 0x00A0), (0x0600, 0x06FF), (0x200C, 0x200F), (0x2066, 0x2069), (0xFD3E, 0xFD3F),
)  # fmt: skip

WEB_FEATURES = (
    "kern", "tnum", "liga", "locl", "ccmp", "mark", "mkmk", "init", "medi", "fina", "isol", "rlig", "calt", "curs",
)  # fmt: skip


def without(ranges: Ranges, others: Ranges) -> Ranges:
    """The letters of some ranges that are in none of the others."""
    left_out = {code for first, last in others for code in range(first, last + 1)}
    return tuple((code, code) for first, last in ranges for code in range(first, last + 1) if code not in left_out)


# The only signs of a machine-readable zone; the empty ones carry marks for readers of the PDF.
ZONE: Ranges = ((0x0020, 0x0020), (0x0030, 0x0039), (0x003C, 0x003C), (0x0041, 0x005A), (0x200B, 0x200B))
MULTIPLE_SUBSTITUTION = 2
REVISION = "8"  # raise it when a range or a face below changes: sets cut before are then cut again
AMIRI_EM = 860  # of 1000: a sixth larger, level with Noto Serif at the same size
AMIRI, NOTO = "fontpkg_amiri", "fontpkg_noto_serif"
PLEX, PLEX_ARABIC = "fontpkg_ibm_plex_sans", "fontpkg_ibm_plex_sans_arabic"


@dataclass(frozen=True)
class FontSubset:
    """One file to make: out of which package's font, which letters (none: all), at which weight of a variable font.

    `em` sets the units of the em square, so that a face drawn small for its size meets its neighbour's height;
    `pace` gives every letter the same width, as machines that read passports expect; `joints` drops the joints between
    letters that are glyphs of their own, and the kerning; `features` are the tables of layout that stay.
    """

    name: str
    package: str
    source: str
    ranges: Ranges = ()
    weight: int | None = None
    em: int | None = None
    pace: int | None = None
    joints: bool = False
    features: tuple[str, ...] = ("*",)

    def bytes(self) -> bytes:
        """The font, as woff2 when its name says so."""
        from fontTools.ttLib import TTFont
        from fontTools.varLib.instancer import instantiateVariableFont

        source = files(self.package).joinpath("files", self.source).read_bytes()
        font: Any = TTFont(io.BytesIO(source), recalcTimestamp=False)
        if self.ranges:
            self._keep_ranges(font)
        if self.weight:
            instantiateVariableFont(font, {"wght": self.weight, "wdth": 100}, inplace=True)
        if self.joints:
            self._drop_joints(font)
            self._drop_kerning(font)
        if self.pace:
            self._keep_pace(font, self.pace)
        if self.em:
            font["head"].unitsPerEm = self.em
        font.flavor = "woff2" if self.name.endswith(".woff2") else None
        target = io.BytesIO()
        font.save(target)
        return target.getvalue()

    def _keep_ranges(self, font: Any) -> None:
        from fontTools.subset import Options, Subsetter

        if "meta" in font:
            del font["meta"]  # the subsetter does not know it, and says so aloud
        subsetter = Subsetter(Options(layout_features=list(self.features), hinting=False))
        subsetter.populate(unicodes=[code for first, last in self.ranges for code in range(first, last + 1)])
        subsetter.subset(font)

    def _drop_joints(self, font: Any) -> None:
        """No letter is drawn as two glyphs side by side: readers would find a hole or the letter twice.

        These are Amiri's lengthened joints, which only set some letters a little wider.
        """
        widths = font["hmtx"].metrics
        for lookup in font["GSUB"].table.LookupList.Lookup:
            for subtable in (getattr(one, "ExtSubTable", one) for one in lookup.SubTable):
                if subtable.LookupType == MULTIPLE_SUBSTITUTION:
                    drawn = {name: sum(widths[part][0] > 0 for part in to) for name, to in subtable.mapping.items()}
                    subtable.mapping = {name: to for name, to in subtable.mapping.items() if drawn[name] < 2}

    def _drop_kerning(self, font: Any) -> None:
        """It moves Arabic letters far enough apart for readers to break words there, in whatever value they stand."""
        for record in font["GPOS"].table.FeatureList.FeatureRecord:
            if record.FeatureTag == "kern":
                record.Feature.LookupListIndex, record.Feature.LookupCount = [], 0

    def _keep_pace(self, font: Any, pace: int) -> None:
        """Each letter in the middle of its place; nothing is left that would draw two of them together."""
        for table in ("GPOS", "GSUB"):
            if table in font:
                del font[table]
        for name in font.getGlyphOrder():
            if not font["hmtx"][name][0]:
                continue
            glyph = font["glyf"][name]
            if glyph.numberOfContours > 0:
                glyph.coordinates.translate(((pace - font["hmtx"][name][0]) // 2, 0))
                glyph.recalcBounds(font["glyf"])
            font["hmtx"][name] = (pace, glyph.xMin if glyph.numberOfContours > 0 else 0)


VARIABLE_PLEX, VARIABLE_NOTO = "IBMPlexSans[wdth,wght].ttf", "NotoSerif[wdth,wght].ttf"
LATIN_REST, ARABIC_REST = without(LATIN, LATIN_CORE), without(ARABIC, (*ARABIC_CORE, *LATIN_CORE))
REGULAR, SEMIBOLD = "IBMPlexSansArabic-Regular.ttf", "IBMPlexSansArabic-SemiBold.ttf"
WEB_SUBSETS = (
    *(
        FontSubset(f"plex-sans{part}-{weight}.woff2", PLEX, VARIABLE_PLEX, ranges, weight, features=WEB_FEATURES)
        for part, ranges in (("", LATIN_CORE), ("-more", LATIN_REST))
        for weight in (400, 600)
    ),
    *(
        FontSubset(f"plex-sans-arabic{part}-{weight}.woff2", PLEX_ARABIC, source, ranges, features=WEB_FEATURES)
        for part, ranges in (("", ARABIC_CORE), ("-more", ARABIC_REST))
        for weight, source in ((400, REGULAR), (600, SEMIBOLD))
    ),
)
# Latin of the papers is cut from a variable font; Amiri keeps its letters, as names may hold any.
DOCUMENT_SUBSETS = (
    FontSubset("noto-serif-400.ttf", NOTO, VARIABLE_NOTO, LATIN, weight=400),
    FontSubset("noto-serif-700.ttf", NOTO, VARIABLE_NOTO, LATIN, weight=650),
    FontSubset("zone-500.ttf", PLEX, VARIABLE_PLEX, ZONE, weight=500, pace=690),
    FontSubset("amiri-400.ttf", AMIRI, "Amiri-Regular.ttf", em=AMIRI_EM, joints=True),
    FontSubset("amiri-700.ttf", AMIRI, "Amiri-Bold.ttf", em=AMIRI_EM, joints=True),
)


def web_fonts(folder: Path) -> list[Path]:
    """The files the pages load, made when they are missing or older than their packages."""
    return _build(folder, WEB_SUBSETS)


def document_fonts(folder: Path) -> dict[str, bytes]:
    """Name to TrueType bytes of what the PDFs use: noto-serif and amiri, each in 400 and 700, and zone."""
    return {path.name: path.read_bytes() for path in _build(folder, DOCUMENT_SUBSETS)}


def _build(folder: Path, subsets: tuple[FontSubset, ...]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for subset in subsets:
        path, stamp = folder / subset.name, folder / f"{subset.name}.from"
        origin = f"{subset.package} {version(subset.package.replace('_', '-'))} {REVISION}"
        if not (path.exists() and stamp.exists() and stamp.read_text() == origin):
            _write(path, subset.bytes())
            _write(stamp, origin.encode())
        paths.append(path)
    return paths


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, as several processes may start on an empty folder."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)


def prepare(folder: Path) -> list[Path]:
    """Everything set-up makes ready: fonts of pages and of papers."""
    return web_fonts(folder) + _build(folder, DOCUMENT_SUBSETS)


if __name__ == "__main__":
    for made in prepare(Path(sys.argv[1])):
        sys.stdout.write(f"{made} {made.stat().st_size}\n")
