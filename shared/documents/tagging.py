"""What a screen reader is told of a drawn paper: layout is no table, running pieces are read once, language is told."""

from collections.abc import Iterator
from typing import Any

import pydyf

HEADS = {"/THead": "/Column"}
TABLE_PARTS = {"/Table", "/TR", "/TD", "/TBody", "/TFoot", "/THead"}


def note(stream: Any, textbox: Any) -> None:
    """Remembers the language of a piece of text, and that turned text is a watermark."""
    tag = (stream._tags or {}).get(textbox)
    if tag is None:
        return
    if not hasattr(stream, "languages"):
        stream.languages, stream.watermarks = {}, set()
    stream.languages[tag["mcid"]] = textbox.style["lang"]
    if stream.ctm.values[1]:
        stream.watermarks.add(tag["mcid"])


def finish(pdf: Any) -> None:
    """Puts the structure right that WeasyPrint wrote by element names."""
    if "StructTreeRoot" not in pdf.catalog:
        return
    objects = {one.reference: one for one in pdf.objects if isinstance(one, pydyf.Object)}
    root = objects[pdf.catalog["StructTreeRoot"]]
    document = objects[root["K"][0]]
    _describe_tables(document, objects)
    pages = [one for one in pdf.objects if isinstance(one, pydyf.Stream) and hasattr(one, "_tags")]
    contents = {objects[page["Contents"]]: page for page in objects.values() if _is_page(page)}
    numbers = objects[root["ParentTree"]]["Nums"]
    by_page = {numbers[at]: numbers[at + 1] for at in range(0, len(numbers), 2)}
    for page in pages:
        if page in contents and isinstance(owners := by_page.get(contents[page]["StructParents"]), list):
            _finish_page(page, contents[page]["StructParents"], owners, document, objects)


def _is_page(one: Any) -> bool:
    return isinstance(one, pydyf.Dictionary) and one.get("Type") == "/Page"


def _finish_page(page: Any, number: int, owners: list[Any], document: Any, objects: dict[bytes, Any]) -> None:
    """On the first page what runs on every page is read after the rest; on the others it is no content."""
    reached = {id(element) for element in _below(document, objects)}
    for content, owner in enumerate(owners):
        element = objects[owner]
        if content in getattr(page, "watermarks", ()):
            _omit(page, content, owners)
            _detach(element, objects)
            continue
        if language := getattr(page, "languages", {}).get(content):
            element["Lang"] = pydyf.String(language)
        if id(element) in reached:
            continue
        if number == 0:
            top = _top(element, document, objects)
            document["K"].append(top.reference)
            reached |= {id(one) for one in (top, *_below(top, objects))}
            _describe_tables(top, objects)
        else:
            _omit(page, content, owners)


def _top(element: Any, document: Any, objects: dict[bytes, Any]) -> Any:
    while element["P"] != document.reference:
        element = objects[element["P"]]
    return element


def _omit(page: Any, content: int, owners: list[Any]) -> None:
    """Makes marked content an artifact, which no reader speaks."""
    for place, part in enumerate(page.stream):
        if isinstance(part, pydyf.Dictionary) and part.get("MCID") == content:
            page.stream[place - 1], page.stream[place] = "/Artifact", pydyf.Dictionary({"Type": "/Pagination"})
    owners[content] = "null"


def _detach(element: Any, objects: dict[bytes, Any]) -> None:
    """Out of the tree, with each parent that is left empty."""
    parent = objects[element["P"]]
    if isinstance(parent.get("K"), list) and element.reference in parent["K"]:
        parent["K"].remove(element.reference)
        if not parent["K"] and parent.get("S") != "/Document":
            _detach(parent, objects)


def _descendants_of(element: Any, objects: dict[bytes, Any]) -> Iterator[Any]:
    for kid in element.get("K", ()):
        child = objects.get(kid) if isinstance(kid, bytes) else None
        if isinstance(child, pydyf.Dictionary) and child.get("Type") == "/StructElem":
            yield child


def _below(element: Any, objects: dict[bytes, Any]) -> Iterator[Any]:
    for child in _descendants_of(element, objects):
        yield child
        yield from _below(child, objects)


def _describe_tables(element: Any, objects: dict[bytes, Any]) -> None:
    """A table without a heading cell only sets things side by side; heading cells say what they head."""
    for table in [one for one in (element, *_below(element, objects)) if one.get("S") == "/Table"]:
        parts = [table, *_parts(table, objects)]
        if any(part["S"] == "/TH" for part in parts):
            for part in parts:
                if part["S"] == "/TH":
                    group = objects[objects[part["P"]]["P"]]["S"]
                    part["A"]["Scope"] = HEADS.get(group, "/Row")
        else:
            for part in parts:
                if part["S"] in TABLE_PARTS:
                    part["S"] = "/Div"
                    part.pop("A", None)


def _parts(element: Any, objects: dict[bytes, Any]) -> Iterator[Any]:
    """What is below, but not inside a table within."""
    for child in _descendants_of(element, objects):
        yield child
        if child["S"] != "/Table":
            yield from _parts(child, objects)
