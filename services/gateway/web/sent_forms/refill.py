"""Puts what somebody typed back into the fields of a page, wherever the page has the form it was typed into."""

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from services.gateway.accounts.kept_forms import Kept

# Fields of a form that are new on every page, or that no page shows again.
NEVER = frozenset({"csrf_token", "page_address", "next", "altcha"})
# New on every page as well, but sent again with what was typed: one press and its repetition have the same.
FRESH = NEVER | {"key"}
# What was counted or written under another one of these belongs into another form.
DECISIVE = frozenset({"currency"})
TYPED = frozenset({"text", "email", "tel", "search", "number", "date", "url", "hidden"})
_LANGUAGE = re.compile(r"^/(?:ar|en)(?=/|$)")

Attributes = dict[str, str | None]
Edit = tuple[int, int, str]


def bare(address: str) -> str:
    """The path of an address without its language: a form is the same in both."""
    return _LANGUAGE.sub("", urlsplit(address).path)


def refill(page: str, kept: Iterable[Kept], notice: Callable[[Kept], str]) -> str:
    """The page with the kept forms filled in, and a notice before each. Forms that the page lacks are left out."""
    forms = _forms(page)
    edits: list[Edit] = []
    for one in kept:
        if (form := _matching(forms, one)) is not None:
            edits += [*form.filled(one), (form.start, form.start, notice(one))]
    for start, end, text in sorted(edits, reverse=True):
        page = page[:start] + text + page[end:]
    return page


def _matching(forms: "list[_Form]", kept: Kept) -> "_Form | None":
    """The form it was typed into: where several lead to one address, that with the same hidden values."""
    sent = dict(kept.pairs)
    same = [form for form in forms if form.action == kept.action and form.agrees(sent, DECISIVE)]
    return next((form for form in same if form.agrees(sent, form.hidden.keys() - FRESH)), same[0] if same else None)


class _Form:
    """One form of a page: where its tags stand, by what they are."""

    def __init__(self, action: str, start: int, folded: list[tuple[int, int, Attributes]]) -> None:
        self.action = action
        self.start = start
        self.folded = folded
        self.inputs: list[tuple[int, int, Attributes]] = []
        self.options: list[tuple[int, int, Attributes, str]] = []
        self.areas: list[tuple[int, int, str]] = []

    @property
    def hidden(self) -> dict[str, str]:
        """What the form sends of itself."""
        inputs = [has for _, _, has in self.inputs if has.get("type") == "hidden"]
        return {str(has.get("name")): str(has.get("value") or "") for has in inputs}

    def agrees(self, sent: Mapping[str, str], names: Iterable[str]) -> bool:
        """Whether hidden fields of these names that were sent have the values that were sent."""
        return all(self.hidden[name] == sent[name] for name in names if name in self.hidden and name in sent)

    def filled(self, kept: Kept) -> list[Edit]:
        """The changes that put the kept texts into the fields, and open what hides the form."""
        values: dict[str, list[str]] = {}
        for name, text in kept.pairs:
            values.setdefault(name, []).append(text)
        opened = [(start, end, _tag("details", {**has, "open": None})) for start, end, has in self.folded]
        inputs = [edit for one in self.inputs for edit in _input(*one, values)]
        options = [
            (start, end, _tag("option", _marked(has, "selected", str(has.get("value")) in values[name])))
            for start, end, has, name in self.options
            if name in values
        ]
        # A line break right after the tag belongs to the tag.
        areas = [(start, end, "\n" + escape(values[name][0])) for start, end, name in self.areas if name in values]
        return [*opened, *inputs, *options, *areas]


def _input(start: int, end: int, has: Attributes, values: dict[str, list[str]]) -> list[Edit]:
    name, kind = str(has.get("name") or ""), has.get("type") or "text"
    if name in NEVER or not name:
        return []
    if kind in ("radio", "checkbox"):
        marked = str(has.get("value") or "on") in values.get(name, ())
        return [(start, end, _tag("input", _marked(has, "checked", marked)))]
    if kind not in TYPED or name not in values:
        return []
    return [(start, end, _tag("input", {**has, "value": values[name][0]}))]


def _marked(has: Attributes, mark: str, is_marked: bool) -> Attributes:
    rest = {name: value for name, value in has.items() if name != mark}
    return {**rest, mark: None} if is_marked else rest


def _tag(name: str, has: Attributes) -> str:
    written = (f' {key}="{escape(value)}"' if value is not None else f" {key}" for key, value in has.items())
    return f"<{name}{''.join(written)}>"


def _forms(page: str) -> list[_Form]:
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    return reader.forms


class _Reader(HTMLParser):
    """Notes where the tags of a page's forms stand."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[_Form] = []
        self.lines = [0, *(found.end() for found in re.finditer("\n", page))]
        self.form: _Form | None = None
        self.details: list[tuple[int, int, Attributes]] = []
        self.select = ""
        self.area: tuple[int, str] | None = None

    def _at(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start, has = self._at(), dict(attrs)
        end = start + len(self.get_starttag_text() or "")
        if tag == "details":
            self.details.append((start, end, has))
        elif tag == "form" and str(has.get("method")).lower() == "post":
            folded = [one for one in self.details if "open" not in one[2]]
            self.form = _Form(bare(has.get("action") or ""), start, folded)
            self.forms.append(self.form)
        elif self.form is not None:
            self._control(tag, start, end, has)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _control(self, tag: str, start: int, end: int, has: Attributes) -> None:
        assert self.form is not None
        if tag == "input":
            self.form.inputs.append((start, end, has))
        elif tag == "select":
            self.select = str(has.get("name") or "")
        elif tag == "option":
            self.form.options.append((start, end, has, self.select))
        elif tag == "textarea":
            self.area = end, str(has.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.details:
            self.details.pop()
        elif tag == "form":
            self.form = None
        elif tag == "textarea" and self.form is not None and self.area is not None:
            end, name = self.area
            self.form.areas.append((end, self._at(), name))
            self.area = None
