"""Every text field of every kind of document, found by trying: most places need a code, a day or a number."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from shared.documents import typesetting
from shared.documents.model import KINDS, Document
from tests.factories.documents.snapshots import SAMPLES, document

Place = tuple[str | int, ...]
PROBE = "قيمة تجريبية probe"


def text_fields(kind: str) -> list[Place]:
    """Places of a snapshot that take any text and print it."""
    return [place for place in leaves(SAMPLES[kind]) if _prints(kind, place)]


def filled(kind: str, texts: Mapping[Place, str]) -> Document:
    """A document with these texts in their places."""
    content = deepcopy(SAMPLES[kind])
    for place, text in texts.items():
        _put(content, place, text)
    return document(kind, **content)


def leaves(content: Any, at: Place = ()) -> Iterator[Place]:
    """Where texts stand."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from leaves(value, (*at, name))
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for place, value in enumerate(content):
            yield from leaves(value, (*at, place))
    elif isinstance(content, str):
        yield at


def _put(content: Any, place: Place, text: str) -> None:
    for step in place[:-1]:
        content = content[step]
    content[place[-1]] = text


def _prints(kind: str, place: Place) -> bool:
    try:
        page = typesetting.html(filled(kind, {place: PROBE}), KINDS[kind].service)
    except (KeyError, ValueError, TypeError, IndexError):
        return False
    return PROBE in page
