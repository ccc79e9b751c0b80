"""Does every key exist in both languages, whole, and does every key that the code names exist at all?"""

import ast
import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, nodes

from deploy.dev.checks import sources
from deploy.dev.checks.texts import composed_keys
from shared.catalogue import CATALOGUE
from shared.fragments import FOLDER, LANGUAGES, PLURALS, Forms, read_fragments
from shared.i18n import PLACEHOLDER
from shared.values.digits import ascii_digits

# What turns a key into words, in templates and in code; the papers' macros show a key in both languages.
SPEAKERS = frozenset({"t", "tn", "text", "html", "plural", "plural_html", "pair", "heading", "fact", "cell", "say"})
# What adds a step to an assessment, which is printed as `working.<code>`.
STEPS = frozenset({"with_step", "Step"})
# Readers whose ValueError is the code of a refusal.
READERS = frozenset(
    {"shared/values/calendars.py", "shared/values/person.py", "shared/forms/__init__.py", "shared/forms/phones.py"}
)
# What a scaffold writes where a person must write a text.
TO_TRANSLATE = "TO-TRANSLATE"
# CLDR writes tanwin before the alef; after it, WebKit draws it above the line.
TANWIN_AFTER_ALEF = "\N{ARABIC LETTER ALEF}\N{ARABIC FATHATAN}"
ARABIC = re.compile(r"[\u0621-\u064a]")
MARKUP = re.compile(r"<[^>]+>")
# Texts that are written in Latin letters in Arabic too.
NOT_ARABIC: frozenset[str] = frozenset()
# An instruction names its field inside the sentence; it does not point at it with a colon at the end.
INSTRUCTION = re.compile(
    r"(?:^|[.،] )(?:اكتب|اختر|أرفق|تحقق|أعطِ|أدخل|حدد|Please|Write|Choose|Add|Give|Enter|Type|Select)\b"
    r"[^.\n]*:(?: \{\w+\}\.?)?$"
)
PHRASES = Path(__file__).with_name("phrases.csv")
REFUSALS = frozenset({"ValidationError", "Refusal", "NotFound", "NotAllowed", "Invalid", "Conflict", "Unavailable"})


@dataclass(frozen=True)
class Mention:
    """A key, or with `whole` unset only how it begins, and where it is named."""

    place: str
    key: str
    whole: bool


def complaints() -> list[str]:
    texts = {code: read_fragments(FOLDER / code) for code in LANGUAGES}
    mentions = [*in_templates(), *in_code()]
    print(f"    {len(texts['ar'])} texts in {len(texts)} languages, {len(mentions)} mentions in code and templates")
    beginnings = {mention.key for mention in mentions if not mention.whole}
    return [
        *incomplete(texts),
        *unknown(mentions, texts["ar"]),
        *untranslated(texts),
        *unasked(texts["ar"]),
        *(complaint for code in LANGUAGES for complaint in misspelt(code, texts[code])),
        *not_arabic(texts["ar"]),
        *composed_keys.complaints(texts["ar"], beginnings),
    ]


def incomplete(texts: dict[str, dict[str, Forms]]) -> Iterator[str]:
    for key in sorted(set().union(*texts.values())):
        missing = [code for code, known in texts.items() if key not in known]
        if missing:
            yield f"{key} is missing in {', '.join(missing)}"
            continue
        yield from unequal(key, {code: known[key] for code, known in texts.items()})


def unasked(texts: Iterable[str]) -> Iterator[str]:
    """Labels of questions that no entry asks."""
    asked = {f"question.{question.name}.label" for entry in CATALOGUE.values() for question in entry.questions}
    for key in sorted(texts):
        if key.startswith("question.") and key.endswith(".label") and key not in asked:
            yield f"no entry asks the question of {key}: mend its name, or remove it"


def untranslated(texts: dict[str, dict[str, Forms]]) -> Iterator[str]:
    """Texts that a scaffold wrote and nobody has replaced."""
    for code, known in texts.items():
        yield from (
            f"{key} in {code} is marked {TO_TRANSLATE}: write its text"
            for key, forms in sorted(known.items())
            if any(TO_TRANSLATE in form for form in forms)
        )


def misspelt(code: str, texts: Mapping[str, Forms]) -> Iterator[str]:
    """Tanwin after the alef, which some browsers lift off the line; figures of another set; old phrases; a colon that
    ends an instruction."""
    replaced = phrases(code)
    for key, forms in sorted(texts.items()):
        text = "\n".join(forms)
        if TANWIN_AFTER_ALEF in text:
            yield f"{key} in {code} writes tanwin after the alef: write it before"
        if ascii_digits(text) != text:
            yield f"{key} in {code} has figures of another set: write them as 0-9, as everywhere"
        if any(INSTRUCTION.search(form) for form in forms):
            yield f"{key} in {code} ends an instruction with a colon: name the field inside the sentence"
        yield from (f"{key} in {code} says {old}; write {new}" for old, new in replaced.items() if has_word(text, old))


def has_word(text: str, phrase: str) -> bool:
    """Whether the text holds the phrase from the beginning of a word to the end of one."""
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) is not None


@lru_cache
def phrases(code: str) -> dict[str, str]:
    """What a language no longer says, and what it says instead."""
    with PHRASES.open(encoding="utf-8", newline="") as file:
        return {row["phrase"]: row["write"] for row in csv.DictReader(file) if row["language"] == code}


def not_arabic(arabic: dict[str, Forms]) -> Iterator[str]:
    """Arabic texts in letters of another script alone. A text of places and signs only is one in any language."""
    for key, forms in sorted(arabic.items()):
        for form in forms:
            letters = [sign for sign in PLACEHOLDER.sub("", MARKUP.sub("", form)) if sign.isalpha()]
            if letters and not any(ARABIC.match(sign) for sign in letters) and key not in NOT_ARABIC:
                yield f"{key} in ar has no Arabic letter: write it in Arabic, or list it in NOT_ARABIC"
                break


def unequal(key: str, forms: dict[str, Forms]) -> Iterator[str]:
    """Empty forms, too few of them, or places in braces that one language forgot."""
    several = any(len(one) > 1 for one in forms.values())
    for code, one in forms.items():
        if several and len(one) != len(PLURALS[code]):
            yield f"{key} has {len(one)} plural forms in {code}, not {len(PLURALS[code])}"
        if not all(form.strip() for form in one):
            yield f"{key} has an empty form in {code}"
    # A form for exactly one or two may say the number in words, so {n} is free.
    places = {
        code: {place for form in one for place in PLACEHOLDER.findall(form)} - {"n"} for code, one in forms.items()
    }
    if len({frozenset(one) for one in places.values()}) > 1:
        yield f"{key} names different places: {places}"


def unknown(mentions: Iterable[Mention], known: dict[str, Forms]) -> Iterator[str]:
    for mention in mentions:
        if mention.whole and mention.key not in known:
            yield f"{mention.place}: no text for {mention.key}"
        elif not mention.whole and not any(key.startswith(mention.key) for key in known):
            yield f"{mention.place}: no text begins with {mention.key}"


def in_templates() -> Iterator[Mention]:
    environment = Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    for path in sources.templates():
        for call in environment.parse(path.read_text()).find_all(nodes.Call):
            speaker = call.node.attr if isinstance(call.node, nodes.Getattr) else getattr(call.node, "name", "")
            if speaker in SPEAKERS:
                for argument in call.args:
                    yield from mention_in(f"{sources.name(path)}:{call.lineno}", argument)


def mention_in(place: str, argument: nodes.Node) -> Iterator[Mention]:
    """Keys and beginnings of keys; what a macro is given besides has no dot."""
    match argument:
        case nodes.Const(value=str(key)) if is_key(key):
            yield Mention(place, key, whole=True)
        case nodes.Concat(nodes=[nodes.Const(value=str(key)), *_]) | nodes.Add(left=nodes.Const(value=str(key))):
            if "." in key:
                yield Mention(place, key, whole=False)
        case nodes.CondExpr(expr1=first, expr2=second):
            yield from mention_in(place, first)
            yield from mention_in(place, second or first)


def in_code() -> Iterator[Mention]:
    for path in sources.product():
        for node in ast.walk(sources.tree(path)):
            place = f"{sources.name(path)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call):
                yield from mentioned_by(place, node)
                yield from validated_by(place, node)
            elif isinstance(node, ast.Assign):
                yield from default_errors(place, node)


def validated_by(place: str, call: ast.Call) -> Iterator[Mention]:
    """The code that a validator of marshmallow is given: `validate.Length(max=80, error="too_long")`."""
    if not ast.unparse(call.func).startswith("validate."):
        return
    for argument in call.keywords:
        match argument:
            case ast.keyword(arg="error", value=ast.Constant(value=str(code))):
                yield Mention(place, f"refusal.{code}", whole=True)


def default_errors(place: str, assignment: ast.Assign) -> Iterator[Mention]:
    """The codes of a field of marshmallow for what it refuses itself."""
    match assignment:
        case ast.Assign(targets=[ast.Name(id="default_error_messages")], value=ast.Dict(values=values)):
            codes = [str(one.value) for one in values if isinstance(one, ast.Constant)]
            yield from (Mention(place, f"refusal.{code}", whole=True) for code in codes)


def mentioned_by(place: str, call: ast.Call) -> Iterator[Mention]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    match call.args[0] if call.args else None:
        case ast.Constant() | ast.IfExp() as code if name == "ValueError" and place.partition(":")[0] in READERS:
            yield from (Mention(place, f"refusal.{one}", whole=True) for one in constants(code))
        case ast.Constant(value=str(key)) if name in REFUSALS:
            yield Mention(place, f"refusal.{key}", whole=True)
        case ast.Constant(value=str(key)) if name in STEPS:
            yield Mention(place, f"working.{key}", whole=True)
        case ast.Constant(value=str(key)) if name in SPEAKERS and is_key(key):
            yield Mention(place, key, whole=True)
        case ast.JoinedStr(values=[ast.Constant(value=str(key)), *_]) if name in SPEAKERS and "." in key:
            yield Mention(place, key, whole=False)


def constants(code: ast.Constant | ast.IfExp) -> Iterator[str]:
    """A code, or the two of which a condition chooses."""
    ends = [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]
    yield from (str(end.value) for end in ends if isinstance(end, ast.Constant))


def is_key(text: str) -> bool:
    return "." in text and text.replace(".", "").replace("_", "").isalnum() and text.islower()
