"""The texts of each language, read from the fragments of its folder and compiled in memory for gettext."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.plural import PluralRule, to_gettext
from babel.support import Translations

FOLDER = Path(__file__).parent / "translations"
# Syria keeps the Levant's month names; CLDR's plain Arabic does not.
LOCALES = {"ar": Locale("ar", "SY"), "en": Locale("en", "GB")}
LANGUAGES = tuple(LOCALES)
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
# CLDR's, but that English has a form for nothing, as Arabic has: "no rows" or another sentence instead of "0 rows".
RULES = {
    **{code: locale.plural_form for code, locale in LOCALES.items()},
    "en": PluralRule({"zero": "n = 0", "one": "i = 1 and v = 0"}),
}
# The plural forms of a text, in the order of its fragment.
PLURALS = {code: tuple(name for name in CATEGORIES if name in {*rule.tags, "other"}) for code, rule in RULES.items()}

Forms = tuple[str, ...]


def read_fragments(folder: Path) -> dict[str, Forms]:
    """Key to plural forms (or the one form) of every fragment in the folder. Raises ValueError on a key met twice."""
    texts: dict[str, Forms] = {}
    for path in sorted(folder.glob("*.po")):
        for key, forms in _read_po(path):
            if key in texts:
                raise ValueError(f"{path.name}: {key} is already translated in another fragment")
            texts[key] = forms
    return texts


def _read_po(path: Path) -> Iterator[tuple[str, Forms]]:
    with path.open("rb") as file:
        for message in read_po(file, locale=path.parent.name, abort_invalid=True):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                yield key, (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def compile_texts(code: str, texts: Mapping[str, Forms]) -> Translations:
    """The texts as gettext reads them, in memory: no compiled file can fall behind its source."""
    catalog = Catalog(locale=code)
    catalog.mime_headers = [("Plural-Forms", to_gettext(RULES[code]))]
    for key, forms in texts.items():
        catalog.add((key, key) if len(forms) > 1 else key, forms if len(forms) > 1 else forms[0])
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)
