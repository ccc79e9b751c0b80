"""The scan that an officer has opened beside the typed data: one page of an upload, as large as they want it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from services.gateway.clients.consular.applications.applications import Upload

ZOOMS = (100, 150, 200, 300)


@dataclass(frozen=True)
class OpenScan:
    """A page of an upload at a size in percent of the column."""

    upload: str
    name: str
    page: int
    pages: int
    zoom: int

    @property
    def larger(self) -> int | None:
        """The next size."""
        return next((zoom for zoom in ZOOMS if zoom > self.zoom), None)

    @property
    def smaller(self) -> int | None:
        """The size before."""
        return next((zoom for zoom in reversed(ZOOMS) if zoom < self.zoom), None)


def opened(uploads: Sequence[Upload]) -> OpenScan | None:
    """The scan that the address names; None where it names none that can be read."""
    upload = next((each for each in uploads if each["id"] == request.args.get("scan")), None)
    if upload is None or upload["state"] != "readable":
        return None
    pages = max(1, upload["pages"])
    page, zoom = _number("page"), _number("zoom")
    return OpenScan(upload["id"], upload["name"], min(max(page, 1), pages), pages, zoom if zoom in ZOOMS else ZOOMS[0])


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
