"""What the stand-in ministries answer: chosen by the national number, so that scenarios know it in advance."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

# Traffic is not on the bus: its replies come on paper, and an officer records them.
CONNECTED = frozenset({"criminal_security", "immigration", "foreign_affairs"})
# Last digit of the national number.
CLASHING, CONVICTED, INCOMPLETE, REFUSED = "3", "7", "5", "9"
CONVICTION = {
    "court": "محكمة بداية الجزاء، للتجربة",
    "number": "214/2009",
    "on": "2010-03-02",
    "offence": "مخالفة بناء",
    "sentence": "غرامة مالية",
}
AIRPORT, BORDER = "مطار دمشق الدولي", "نصيب"
SUMMER = ((7, 10), (8, 5))


def finding(letter: Mapping[str, Any]) -> dict[str, Any]:
    """The reply to a letter as its partner fetched it. Raises KeyError for a question nobody here answers."""
    last = str(letter["person"]["national_number"])[-1]
    answer = _ANSWERS[letter["ask"]](letter, last)
    return {
        "number": f"{letter['number']}/ج",
        "dated": letter["sent_on"],
        "national_number": letter["person"]["national_number"],
        **answer,
    }


def _record(letter: Mapping[str, Any], last: str) -> dict[str, Any]:
    if last == CLASHING and letter["round"] == 1:
        return {"finding": "name_clash"}
    if last == CONVICTED:
        return {
            "finding": "convicted",
            "entries": [{**CONVICTION, "on": max(CONVICTION["on"], str(letter["person"]["born"]))}],
        }
    return {"finding": "clear"}


def _movements(letter: Mapping[str, Any], last: str) -> dict[str, Any]:
    answers = {one["question"]: str(one["value"]) for one in letter["answers"]}
    since = max(date.fromisoformat(answers["period_from"]), date.fromisoformat(letter["person"]["born"]))
    until = date.fromisoformat(answers["period_until"])
    lines = [{**line, "passport": answers["passport_number"]} for line in _summers(since, max(since, until))]
    if last == INCOMPLETE:
        # The second crossing, where there is one, was at a post whose books are lost.
        return {"finding": "partial", "entries": lines[:1] + lines[2:], "remark": "سجلات أحد المنافذ غير متوفرة"}
    return {"finding": "complete", "entries": lines}


def _summers(since: date, until: date) -> Iterator[dict[str, str]]:
    """Left on the first day, came back each summer."""
    yield {"on": since.isoformat(), "way": "out", "point": BORDER}
    for year in range(since.year, until.year + 1):
        came, left = (date(year, month, day) for month, day in SUMMER)
        if since < came and left <= until:
            yield {"on": came.isoformat(), "way": "in", "point": AIRPORT}
            yield {"on": left.isoformat(), "way": "out", "point": AIRPORT}


def _clearance(_letter: Mapping[str, Any], last: str) -> dict[str, Any]:
    return {"finding": "not_cleared" if last == REFUSED else "cleared"}


def _visit(letter: Mapping[str, Any], last: str) -> dict[str, Any]:
    answers = {one["question"]: one["value"] for one in letter["answers"]}
    if answers.get("left_how") == "irregular" and letter["round"] == 1:
        return {"finding": "settlement_needed"}
    if last == REFUSED:
        return {"finding": "visit_refused"}
    reference = f"V-{letter['sent_on'][:4]}-{letter['number'][-4:]}"
    return {"finding": "approved", "details": {"approval_reference": reference, "approved_on": letter["sent_on"]}}


_ANSWERS = {"record": _record, "movements": _movements, "clearance": _clearance, "visit": _visit}
