"""What a printed paper says, as HTML: both languages at once, every value held in its own direction."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.direction import CONTROLS
from shared.documents.amount_words import in_words
from shared.documents.model import KINDS, DocumentRow
from shared.i18n import Language, language
from shared.values.money import Money

LAYOUT = Path(__file__).parent / "templates"
SERVICES = Path(__file__).parents[2] / "services"
MISSION_DOCUMENT = "mission-document.html"
# On a page that nobody sees.
SAMPLE_DAY, SAMPLE_AT = date(2000, 1, 1), datetime(2000, 1, 1, tzinfo=UTC)
# What the numbers of a working count, by their name; all others count days.
COUNTED = {"years": "count.years", "age": "count.years", "months": "count.months"}


def html(document: DocumentRow, service: str) -> str:
    """The page a document is drawn from, by the template of its kind below the issuing service's documents folder.

    A document that a mission issues itself needs none of its own: the general one shows its whole snapshot.
    """
    template = _environment(service).select_template([f"{document.kind}.html", MISSION_DOCUMENT])
    return template.render(document=document, verify_url=verify_url(document), **document.data)


def sample_page(service: str) -> str:
    """What all documents of a service have in common, with nothing in it; every template was compiled then."""
    environment = _environment(service)
    for name in environment.list_templates(extensions=["html"]):
        environment.get_template(name)
    kind = next(name for name, kind in KINDS.items() if kind.service == service)
    document = {
        "kind": kind,
        "number": "1",
        "code": "A",
        "issued_at": SAMPLE_AT,
        "issued_on": SAMPLE_DAY,
        "expires_on": None,
    }
    printed = {"specimen": True, "public_url": service}
    return environment.get_template("layout.html").render(
        document=document, verify_url=service, holder={"ar": "ا", "en": "a"}, print=printed
    )


def verify_url(document: DocumentRow) -> str:
    """Where anybody may check the paper."""
    return f"{document.data['print']['public_url']}/verify/{document.code}"


@lru_cache
def _environment(service: str) -> Environment:
    folders = sorted({path.parent for path in (SERVICES / service / "documents").rglob("*.html")})
    environment = Environment(
        loader=FileSystemLoader([LAYOUT, *folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"ar": language("ar"), "en": language("en"), "say": say, "qr": qr, "joined": join_pairs}
    environment.globals |= {"law": law, "worked": step_text, "rated": rate_text}
    environment.filters |= {
        "ltr": ltr,
        "isolate": isolate,
        "day": day,
        "instant": instant,
        "money": money,
        "amount": amount,
        "in_words": amount_in_words,
    }
    return environment


def direction(text: str) -> str:
    """That of the first letter, but right to left where most letters are Arabic; figures alone read left to right.

    Arabic that a Latin letter begins, as A/12 شارع بغداد, is Arabic: no reader keeps the order of lines of it that run
    from left to right.
    """
    kinds = [kind for char in text if (kind := unicodedata.bidirectional(char)) in ("L", "R", "AL")]
    leftwards = kinds.count("L")
    return "ltr" if kinds[:1] in ([], ["L"]) and leftwards * 2 >= len(kinds) else "rtl"


def isolate(value: object) -> Markup:
    """A value in an element of its own direction; WeasyPrint knows no unicode-bidi but lays elements out one by one.

    What is Markup already holds itself. Of nothing there is no element, so that a list of values can leave it out.
    """
    if isinstance(value, Markup):
        return value
    text = CONTROLS.sub("", str(value))
    return Markup() if not text else Markup('<bdi dir="{}">{}</bdi>').format(direction(text), text)


def ltr(value: object) -> Markup:
    """A number, code or Latin word, left to right wherever it stands."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(CONTROLS.sub("", str(value)))


def say(tongue: Language, key: str, **params: object) -> Markup:
    """A translated text whose parameters are isolated the way papers need it."""
    isolated = {
        name: value if isinstance(value, Markup) else isolate(tongue.format_parameter(value))
        for name, value in params.items()
    }
    return tongue.html(key, **isolated)


def join_pairs(*pairs: Mapping[str, str], between: str = " ") -> dict[str, str]:
    """Several {"ar", "en"} pairs as one, of what is known; the Arabic stands in for a missing part."""
    arabic = between.join(pair["ar"] for pair in pairs if pair["ar"])
    latin = between.join(pair["en"] or pair["ar"] for pair in pairs if pair["en"] or pair["ar"])
    return {"ar": arabic, "en": latin if any(pair["en"] for pair in pairs) else ""}


def day(value: str | date, tongue: Language) -> Markup:
    """A date, from ISO 8601 or a date, as the language writes it; never broken over two lines.

    A year, or a year and a month, is a date of which no more is known.
    """
    text = tongue.partial_date(value) if isinstance(value, str) else tongue.date(value)
    return Markup('<bdi dir="{}" class="whole">{}</bdi>').format(direction(text), text)


def instant(value: str, tongue: Language, zone: str) -> Markup:
    """Day and hour at the mission, from ISO 8601 with its offset."""
    return isolate(tongue.datetime(datetime.fromisoformat(value), zone))


def money(value: Mapping[str, Any], tongue: Language) -> Markup:
    """Amount and currency, from minor units."""
    return isolate(tongue.money(Money(value["amount"], value["currency"])))


def amount(value: Mapping[str, Any], tongue: Language) -> Markup:
    """The amount alone, for columns whose head names the currency."""
    return ltr(tongue.amount(Money(value["amount"], value["currency"])))


def amount_in_words(value: Mapping[str, Any], tongue: Language) -> Markup:
    """The amount once more in words, as receipts repeat it."""
    return isolate(in_words(tongue, Money(value["amount"], value["currency"])))


def law(tongue: Language, source: str) -> Markup:
    """A legal source by the name the language gives it, or as it is cited."""
    return say(tongue, f"law.{source}") if tongue.has(f"law.{source}") else isolate(source)


def step_text(tongue: Language, step: Mapping[str, Any]) -> Markup:
    """One step of an assessment in words: its dates, years and lengths of time are told from one another by name.

    Where a length is nothing, the sentence may have a variant that leaves its clause out.
    """
    key, values = f"working.{step['code']}", step["params"]
    nothing = (f"{key}.without_{name}" for name, value in values.items() if isinstance(value, int) and value <= 0)
    formatted = [_format_value(tongue, name, value) for name, value in values.items()]
    return say(
        tongue,
        next((variant for variant in nothing if tongue.has(variant)), key),
        **{name: text for texts in formatted for name, text in texts.items()},
    )


def _format_value(tongue: Language, name: str, value: str | int | Mapping[str, Any]) -> dict[str, str | Markup]:
    if isinstance(value, Mapping):
        return {name: money(value, tongue)}
    if isinstance(value, str):
        return {name: day(value, tongue)}
    if name == "year":
        return {name: str(value)}
    return {**tongue.in_cases(name, COUNTED.get(name, "count.days"), value)}


def rate_text(tongue: Language, rate: Mapping[str, str]) -> Markup:
    """An exchange rate with its source and day."""
    source = tongue.text(f"rate_source.{rate['source']}")
    return say(tongue, "receipt.rate_is", **{**rate, "source": source, "on": day(rate["on"], tongue)})


def qr(text: str, description: str) -> Markup:
    """The text as a QR code, drawn as SVG in ink on nothing, and described for whoever cannot see it."""
    import segno

    code = segno.make(text, error="m", micro=False)
    title = CONTROLS.sub("", description)
    svg = code.svg_inline(border=0, omitsize=True, dark="#221e19", svgclass=None, title=title)
    return Markup(svg)  # noqa: S704 - made of numbers by segno, which escapes the title; the text is not in it
