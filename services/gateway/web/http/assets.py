"""Style sheets, scripts, pictures and fonts. Their addresses name their content: browsers keep them for good."""

import gzip
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import cast

from flask import Flask, Response, current_app, request
from markupsafe import Markup

from shared.errors import NotFound

FOLDER = Path(__file__).parents[2] / "static"
# Sheets that go together by one address, or inside the page; the desk's pages have both.
BUNDLES = {
    "pages.css": ("tokens.css", "fonts.css", "site.css", "turns.css", "older.css"),
    "staff.css": ("desk.css",),
}
LASTING = "public, max-age=31536000, immutable"
# The address without its digest, or with that of another release: asked for again each time, answered by 304.
CHECKED = "no-cache"
PACKED = frozenset({"text/css", "text/javascript", "image/svg+xml", "application/manifest+json"})
DIGEST_LENGTH = 12
_NAMED = re.compile(r"(?P<stem>.+)\.(?P<digest>[0-9a-f]{12})\.(?P<kind>[a-z0-9]+)")
_PAIR = re.compile(r"(?<![\w-])(?P<name>(?:padding|margin|border)-(?:inline|block)): *(?P<values>[^;{}]+)")
_FONT = re.compile(r'url\("(fonts/[a-z0-9.-]+)"\)')


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    kind: str

    @cached_property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()[:DIGEST_LENGTH]

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)


class Assets:
    """Every file of the pages, read once. The fonts are cut at set-up and lie in a folder of their own."""

    def __init__(self, fonts: Path) -> None:
        self.fonts = fonts
        self.known: dict[str, Asset] = {}

    def find(self, name: str) -> Asset:
        """A file by its name without a digest. Raises NotFound."""
        if name not in self.known:
            self.known[name] = Asset(self._read(name), guess_type(name)[0] or "application/octet-stream")
        return self.known[name]

    def address(self, name: str) -> str:
        """The address of a file; without a digest while the file is missing."""
        try:
            stem, _, kind = name.rpartition(".")
            return f"/static/{stem}.{self.find(name).digest}.{kind}"
        except NotFound:
            return f"/static/{name}"

    def _read(self, name: str) -> bytes:
        if name in BUNDLES:
            sheets = "\n".join((FOLDER / sheet).read_text() for sheet in BUNDLES[name])
            return minified(longhand(_FONT.sub(lambda font: f'url("{self.address(font[1])}")', sheets))).encode()
        folder = self.fonts if name.startswith("fonts/") else FOLDER
        path = (folder / name.removeprefix("fonts/")).resolve()
        if path.parent != folder.resolve() or not path.is_file():
            raise NotFound()
        return path.read_bytes()


def longhand(sheet: str) -> str:
    """Pairs of sides written one by one: browsers before 2021 know `padding-inline-start` and not `padding-inline`."""
    return _PAIR.sub(_sides, sheet)


def _sides(pair: re.Match[str]) -> str:
    start, *rest = [pair["values"].strip()] if pair["name"].startswith("border") else values_of(pair["values"])
    return f"{pair['name']}-start: {start}; {pair['name']}-end: {rest[0] if rest else start}"


def values_of(text: str) -> list[str]:
    """The values between spaces; what stands in parentheses is one."""
    values, depth = [""], 0
    for sign in text.strip():
        depth += (sign == "(") - (sign == ")")
        if sign == " " and not depth:
            values.append("")
        else:
            values[-1] += sign
    return [value for value in values if value]


def minified(sheet: str) -> str:
    """A sheet without comments and without the space that means nothing."""
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return re.sub(r" ?([{};,]) ?", r"\1", re.sub(r"\s+", " ", bare)).replace(";}", "}").strip()


def assets() -> Assets:
    """The files of this application."""
    return cast(Assets, current_app.extensions["assets"])


def address(name: str) -> str:
    """For templates: where a file is."""
    return assets().address(name)


def style(name: str) -> Markup:
    """For templates: a bundle of sheets, to stand inside the page."""
    return Markup(assets().find(name).content.decode())  # noqa: S704 - our own file


def send(filename: str) -> Response:
    """A file, packed for browsers that can unpack it. Raises NotFound."""
    named = _NAMED.fullmatch(filename)
    asset = assets().find(f"{named['stem']}.{named['kind']}" if named else filename)
    is_text = asset.kind in PACKED
    is_packed = is_text and bool(request.accept_encodings["gzip"])
    answer = Response(asset.packed if is_packed else asset.content, mimetype=asset.kind)
    answer.headers["Cache-Control"] = LASTING if named and named["digest"] == asset.digest else CHECKED
    if is_text:
        answer.vary.add("Accept-Encoding")
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.set_etag(f"{asset.digest}-gzip" if is_packed else asset.digest)
    answer.make_conditional(request.environ)
    return answer


def init_assets(app: Flask, fonts: Path) -> None:
    """Serves the files in place of Flask's own folder."""
    app.extensions["assets"] = Assets(fonts)
    app.add_url_rule("/static/<path:filename>", "static", send)
    app.jinja_env.globals.update(asset=address, style=style)
