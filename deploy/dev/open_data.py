"""Writes the reference page of what programs may read, from the routes and the shapes that the gateway reads itself."""

from collections.abc import Iterator
from types import NoneType
from typing import Any, get_args, get_type_hints, is_typeddict

from services.gateway.clients.consular.appointments.appointments import Openings, Services
from services.gateway.clients.consular.appointments.draws import Draw, DrawCalendar

# Address, what it may be asked with, what it answers, and the shape of an answer in JSON.
SOURCES: tuple[tuple[str, str, str, Any], ...] = (
    ("/openings", "mission", "the services for which a mission gives appointments", Services),
    ("/openings", "mission, service, tier (regular, urgent)", "the days and times of a service, seats left", Openings),
    ("/draws", "mission", "draws to come and drawn, the next releases of freed seats", DrawCalendar),
    ("/draws/<code>", "", "one draw: what was promised before it opened, and its published files", Draw),
    ("/draws/<code>/<name>", "", "a published file of a draw, byte for byte", None),
    ("/<lang>/seats/<service>/<mission>/feed.ics", "tier", "days with seats and the next opening, a calendar", None),
    ("/<lang>/draws/feed.ics", "mission", "draws and releases, a calendar", None),
)
INTRODUCTION = """# Open data

Nobody has to write a robot that reads our pages: availability, releases and draws are read here, without an account.
No answer holds anything of a person. Instants are in UTC (ISO 8601), days are the mission's, in the zone it names.

- Each answer has an `ETag`. Sent back as `If-None-Match`, it is answered by 304 without a body until the facts change.
- `Access-Control-Allow-Origin: *`: other sites may read it too.
- A network may ask thirty times a minute; then the answer is 429 with `Retry-After`.
- An unknown mission or service is answered by 404 or 422 with a `code`.
- To subscribe, give a calendar program the address of a calendar (`.ics`, RFC 5545). It asks again every 15 minutes.
- [replay-a-draw](../how-to/replay-a-draw.md) says how a draw is replayed from its files.
"""


def page() -> str:
    """The page as text."""
    rows = [f"| `{address}` | {asked} | {answer} |" for address, asked, answer, _ in SOURCES]
    table = "\n".join(["| address | asked with | answer |", "| --- | --- | --- |", *rows])
    shapes = "\n".join(_shape(one) for one in _closure([shape for *_, shape in SOURCES if shape]))
    return f"{INTRODUCTION}\n{table}\n\n## Shapes\n\n{shapes}"


def _closure(shapes: list[Any]) -> list[Any]:
    """The shapes and those inside them, each once."""
    found: list[Any] = []
    waiting = list(shapes)
    while waiting:
        shape = waiting.pop(0)
        if shape not in found:
            found.append(shape)
            waiting += [inner for hint in get_type_hints(shape).values() for inner in _inside(hint)]
    return found


def _inside(hint: Any) -> Iterator[Any]:
    if is_typeddict(hint):
        yield hint
    for part in get_args(hint):
        yield from _inside(part)


def _shape(shape: Any) -> str:
    rows = [f"| `{name}` | {_words(hint)} |" for name, hint in get_type_hints(shape).items()]
    head = f"### {shape.__name__}\n\n{(shape.__doc__ or '').strip()}\n"
    return "\n".join([head, "| field | kind |", "| --- | --- |", *rows, ""])


def _words(hint: Any) -> str:
    """A type in words: str, a list of FreeTime, ClosureTitle or null."""
    parts = get_args(hint)
    if getattr(hint, "__origin__", None) is list:
        return f"list of {_words(parts[0])}"
    if getattr(hint, "__origin__", None) is dict:
        return f"{_words(parts[1])} by {_words(parts[0])}"
    if parts:
        return " or ".join(_words(part) for part in parts)
    return "null" if hint is NoneType else str(hint.__name__)
