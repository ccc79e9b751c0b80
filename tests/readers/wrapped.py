"""Papers of random values, most too long for one line of a cell: Arabic words, mixed with Latin ones and figures."""

import random

from shared.documents import drawing, typesetting
from shared.documents.text_layer.order import is_right
from tests.readers import corpus

LATIN = ("Amal", "Zain-Eddin", "Berlin", "Straße", "O’Brien", "GmbH", "al-Khatib", "Şükrü", "Nr.", "B12", "A/12")
FIGURES = ("12", "2026/14", "3.75", "٣٠", "1990-05-11", "4711", "20%", "RUH-7K3MQ", "+966", "7")
HARD = ("(أبو خالد)", "كاملًا،", "«النور»", "رقم:", "هُدًى", "عبد الله", "شخص", "لآلئ", "و/أو", "گلستان")
LONGEST = 12
# The labels between which values stand, the longest among them.
LABELS = ("print.full_name", "print.mother", "print.birth_place", "statement.court_contract", "outcome.authority")
PAPER = """{% import "parts.html" as parts with context %}
<html lang="ar" dir="rtl"><title>{{ ar.text("print.full_name") }}</title><body>
{% for key, alone, arabic, latin in facts %}<section><table class="facts">
{{ parts.fact(key, alone | isolate) }}{{ parts.fact(key, arabic | isolate, latin | isolate) }}
</table></section>{% endfor %}
<table class="rows">{{ parts.widths(("34%", "33%", "33%")) }}
{% for first, second, third in rows %}
<tr><td>{{ first | isolate }}</td>{{ parts.facing(second | isolate, third | isolate) }}<td>{{ third | isolate }}</td>
</tr>
{% endfor %}
</table></body></html>"""


def values(chosen: random.Random, count: int) -> list[str]:
    """Different values of one to twelve words, two in three of them Arabic alone.

    What runs from left to right has no Arabic in it, as Poppler may make it change places (ADR 14).
    """
    words = [word for one in corpus.names() for word in one.split() if not {*"()"} & {*word}]
    found: dict[str, None] = {}
    while len(found) < count:
        pools = (words,) if chosen.random() < 2 / 3 else (words, words, LATIN, FIGURES, HARD)
        value = " ".join(chosen.choice(chosen.choice(pools)) for _ in range(chosen.randint(1, LONGEST)))
        if typesetting.direction(value) == "rtl" or not is_right(value):
            found[value] = None
    return list(found)


def draw(given: list[str]) -> bytes:
    """A paper whose cells these values fill, three to a row: half of them as facts, half as rows of a list."""
    groups = list(zip(given[::3], given[1::3], given[2::3], strict=True))
    facts = [(LABELS[place % len(LABELS)], *group) for place, group in enumerate(groups[::2])]
    page = typesetting._environment("civil_registry").from_string(PAPER).render(facts=facts, rows=groups[1::2])
    return drawing.render(page, b"wrapped")
