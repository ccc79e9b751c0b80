"""Writes the new files of a transaction, and its lines into the files that list every transaction."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template

from deploy.dev.checks.texts.translations import TO_TRANSLATE
from deploy.dev.scaffold.shapes import Shape
from shared.documents.model import KINDS
from shared.i18n import Language, language

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("ar", "en")
SINCE = date(2023, 10, 29)
SEARCH_WORDS = "services/gateway/pages/services/synonyms.csv"
FEE = "document_from_syria"
SLUG = re.compile(r"[a-z]+(?:-[a-z]+)+")
LINE = re.compile(r"[a-z]+(?:_[a-z]+)*")
# How a law, a decree or a circular begins: papers cite it too. What begins otherwise is another kind of source.
LAW = re.compile(r"(?:Legislative )?(?:Law|Decree|Circular)\b")


@dataclass(frozen=True)
class Wanted:
    """A transaction to be written: what the command was told. `amount` is in US cents.

    `source` is the law or notice that its price, its status and the validity of its document stand in, `since` their
    first day. The document is good for `months` and `days`; without either it has no end.
    """

    slug: str
    shape: Shape
    group: str
    source: str
    amount: int
    months: int
    days: int = 0
    since: date = SINCE
    fee: str = FEE
    certainty: str = "M"

    @property
    def module(self) -> str:
        return self.slug.replace("-", "_")

    @property
    def sources(self) -> list[str]:
        """The parts of the source, each a law or another source of its own."""
        return list(dict.fromkeys(part.strip() for part in self.source.split(";") if part.strip()))

    @property
    def words(self) -> dict[str, str]:
        """What the templates have in place of their names."""
        return {
            "slug": self.slug,
            "title": self.slug.replace("-", " ").capitalize(),
            "NAME": self.module.upper(),
            "module": self.module,
            "group": self.group,
            "law": "".join(f'    "{_quoted(part)}",\n' for part in self.sources),
            "fee": self.fee,
            "beneficiary": self.shape.beneficiary,
            "service": self.shape.service,
            "amount": f"{self.amount:_}",
            "mark": TO_TRANSLATE,
        }


def letters_of(slug: str) -> str:
    """Two letters for the numbers of a document that no other kind has."""
    taken = {kind.letters for kind in KINDS.values()}
    first, *others = (part for part in slug.upper().split("-"))
    pairs = [first[0] + letter for letter in "".join(other[0] for other in others) + first[1:] + "".join(others)]
    return next(pair for pair in pairs if pair not in taken)


def new_files(wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Path and text of each file that is the transaction's own."""
    shape, words = wanted.shape, wanted.words
    yield f"shared/catalogue/{wanted.module}.py", _filled(f"entry.{shape.name}.py.txt", words)
    for code in LANGUAGES:
        more = TEMPLATES / f"words.{shape.name}.txt"
        texts = (TEMPLATES / "words.txt").read_text() + (more.read_text() if more.exists() else "")
        texts += "".join(_text_to_write(key) for key in unsaid(wanted, language(code)))
        head = (TEMPLATES / f"head.{code}.txt").read_text()
        yield f"shared/translations/{code}/{wanted.module}.po", head + Template(texts).substitute(words)
    documents = f"{shape.documents}/{wanted.slug}"
    yield f"{documents}.html", shape.template
    yield f"{documents}.sample.json", Template(Path(shape.sample).read_text()).safe_substitute(words)
    yield f"tests/journey/test_{wanted.module}.py", _filled("journey.py.txt", words)


def unsaid(wanted: Wanted, tongue: Language) -> list[str]:
    """Keys of what the transaction names and no text says: its fee, the parts of its source."""
    cited = [
        f"{'law' if LAW.match(part) else 'source'}.{part}"
        for part in wanted.sources
        if not (tongue.has(f"law.{part}") or tongue.has(f"source.{part}"))
    ]
    return [*([] if tongue.has(f"fee.{wanted.fee}") else [f"fee.{wanted.fee}"]), *cited]


def lines(wanted: Wanted) -> Iterator[tuple[str, str, str]]:
    """Path, beginning of a line or nothing for the end of the file, and what is written behind it."""
    slug, shape, source = wanted.slug, wanted.shape, cell(wanted.source)
    yield "shared/catalogue/__init__.py", "    *appointments.TRANSACTIONS", f"    *{wanted.module}.TRANSACTIONS,\n"
    kind = f'    "{slug}": Kind("{shape.service}", "{shape.mark}", "{letters_of(slug)}"),\n'
    yield "shared/documents/model.py", "KINDS = {", kind
    line, since, certainty = wanted.fee, wanted.since.isoformat(), wanted.certainty
    fee = f"{slug}/{line}/all/{since},{slug},{line},{shape.beneficiary},,{wanted.amount},USD"
    yield "services/consular/data/money/tariffs.csv", "", f"{fee},{since},,{source},{certainty},founding\n"
    status = f"{slug}/all/{since}/active,{slug},active,,{since},{source},{certainty},founding\n"
    yield "services/consular/data/transactions/standings.csv", "", status
    if wanted.months or wanted.days:
        row = f"{slug},{wanted.months},{wanted.days},{since},{source},{certainty}\n"
        yield "shared/documents/data/validity.csv", "", row
    else:
        yield "shared/documents/validity.py", '        "ministry-reminder",', f'        "{slug}",\n'
    if shape.service == "civil_registry":
        yield (
            "services/civil_registry/contents/contents.py",
            "CONTENTS: Mapping[str, ContentsBuilder] = {",
            f'    "{slug}": individual,\n',
        )
    yield SEARCH_WORDS, "", f"{slug},{TO_TRANSLATE},{TO_TRANSLATE}\n"
    yield "tests/journey/coverage_matrix.py", "WALKED: Mapping[str, Mapping[str, str]] = {", _walked(wanted)


def cell(text: str) -> str:
    """A text as one cell of a table: in quotation marks where it has a comma."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([text])
    return line.getvalue()


def write(root: Path, wanted: Wanted) -> list[str]:
    """Writes everything below `root`; the paths of the files that a person goes on with.

    Raises FileExistsError before anything is written, where a file of that name is there already.
    """
    files = dict(new_files(wanted))
    for path in files:
        if (root / path).exists():
            raise FileExistsError(path)
    for path, text in files.items():
        (root / path).write_text(text, encoding="utf-8")
    for path, beginning, text in lines(wanted):
        insert(root / path, beginning, text)
    import_module(root / "shared/catalogue/__init__.py", wanted.module)
    by_hand = [path for path in files if path.endswith(".po") or path.startswith("shared/catalogue")]
    return [*by_hand, SEARCH_WORDS]


def insert(path: Path, beginning: str, text: str) -> None:
    """Writes behind the first line that begins so, or at the end. Raises ValueError when there is none."""
    written = path.read_text(encoding="utf-8").splitlines(keepends=True)
    places = [number for number, line in enumerate(written, 1) if line.startswith(beginning)] if beginning else []
    if beginning and not places:
        raise ValueError(f"{path} has no line that begins {beginning!r}")
    number = places[0] if places else len(written)
    path.write_text("".join([*written[:number], text, *written[number:]]), encoding="utf-8")


def import_module(path: Path, module: str) -> None:
    """Adds a module to those that the catalogue imports."""
    listed = re.compile(r"^from shared\.catalogue import (\([^)]*\)|[^(\n]+)$", re.MULTILINE)
    text = path.read_text(encoding="utf-8")
    found = listed.search(text)
    if found is None:
        raise ValueError(f"{path} imports nothing of the catalogue")
    names = sorted({module, *re.findall(r"\w+", found[1])})
    imported = "from shared.catalogue import (\n" + "".join(f"    {name},\n" for name in names) + ")"
    path.write_text(text.replace(found[0], imported, 1), encoding="utf-8")


def _walked(wanted: Wanted) -> str:
    ways = {
        "HAPPY": "test_the_document_is_drawn",
        "MENDED": "test_a_returned_one_is_mended",
        "REFUSED": "test_a_refused_one_is_paid_back",
    }
    walked = "".join(f'        {way}: "test_{wanted.module}.{test}",\n' for way, test in ways.items())
    return f'    "{wanted.slug}": {{\n{walked}    }},\n'


def _quoted(text: str) -> str:
    """As it stands between quotation marks in Python and in a fragment."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _text_to_write(key: str) -> str:
    """The entry of a text in a fragment, for a person to write."""
    name = _quoted(key).replace("$", "$$")
    return f'\nmsgid "{name}"\nmsgstr "$mark"\n'


def _filled(name: str, words: dict[str, str]) -> str:
    return Template((TEMPLATES / name).read_text()).substitute(words)
