"""Papers drawn from issued records, against WeasyPrint alone on the same pages; and the same paper asked for again."""

import hashlib
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

from shared import documents
from shared.database.db import Database
from shared.documents import drawing as pdf
from shared.documents import typesetting
from shared.documents.model import KINDS
from shared.documents.render import render_document
from shared.values import references
from tests.benchmarks.filing import plain
from tests.benchmarks.platform import BenchPlatform
from tests.benchmarks.rounds import FLOOR, OURS, Broken, Side, Window
from tests.benchmarks.shots import Sample
from tests.benchmarks.tape import MISSION, enter

USUAL = "usual"
ISSUER, KIND = "civil_registry", "individual-extract"
COPY = """
    INSERT INTO civil_registry.document
    SELECT (jsonb_populate_record(issued, jsonb_build_object(
        'code', copy.code, 'number', copy.number, 'pdf', NULL, 'sha256', NULL))).*
    FROM unnest(%s::text[], %s::text[]) AS copy(code, number), civil_registry.document AS issued WHERE issued.code = %s
"""
# More than any machine draws in a second: each is drawn once.
MOST_PER_SECOND = 60
AGAIN = 6


@dataclass(frozen=True)
class Documents:
    """Copies of one extract that the register issued, each with a code and a number of its own."""

    stage: BenchPlatform
    template: str

    def codes(self, count: int) -> list[str]:
        """So many that nobody has drawn."""
        codes = [references.new(MISSION, references.CODE_LENGTH, KINDS[KIND].mark) for _ in range(count)]
        with self.stage.admin() as admin:
            admin.execute(COPY, [codes, [f"bench-{code}" for code in codes], self.template])
        return codes

    def pages(self, codes: list[str]) -> list[str]:
        """What they are drawn from."""
        with self.stage.database(ISSUER) as database, database.scope(MISSION) as session:
            return [typesetting.html(documents.find(session, code), ISSUER) for code in codes]


def drawing(papers: Documents, pool: ProcessPoolExecutor) -> tuple[Side, ...]:
    """Ours from the record; the floor from ready HTML with sheet and fonts kept; the usual way keeps nothing."""
    stage = papers.stage
    pages = papers.pages(papers.codes(AGAIN))

    def ours(seconds: float) -> Window:
        codes = papers.codes(int(seconds * MOST_PER_SECOND))
        url = stage.urls[ISSUER]
        return Window(
            lambda: pool.submit(draw, url, codes, seconds).result(),
            lambda sample: _check(stage, codes[: sample.done]),
        )

    def bare(keep: bool) -> Callable[[float], Window]:
        fonts = str(stage.folder.fonts)
        return lambda seconds: Window(lambda: pool.submit(draw_bare, fonts, pages, seconds, keep).result())

    return (
        Side(OURS, ours, lambda: (stage.postgres,), driver=True),
        Side(FLOOR, bare(keep=True), tuple, driver=True),
        Side(USUAL, bare(keep=False), tuple, driver=True),
    )


def repeating(papers: Documents, pool: ProcessPoolExecutor) -> tuple[Side, Side]:
    """Papers that were drawn before, against reading their bytes by one plain query."""
    stage, codes = papers.stage, papers.codes(AGAIN)
    url = stage.urls[ISSUER]
    pool.submit(draw, url, codes, 3600.0).result()

    def side(name: str, work: Callable[[str, list[str], float], Sample]) -> Side:
        def prepare(seconds: float) -> Window:
            return Window(lambda: pool.submit(work, url, codes, seconds).result(), lambda _: _check(stage, codes))

        return Side(name, prepare, lambda: (stage.postgres,), driver=True)

    return side(OURS, draw_again), side(FLOOR, read_again)


def _check(stage: BenchPlatform, codes: list[str]) -> None:
    """All are stored, the bytes are what their hash says, and another process draws them alike."""
    with stage.database(ISSUER) as database, database.scope(MISSION) as session:
        for code in codes:
            kept, stored = render_document(session, code), documents.find(session, code)
            if hashlib.sha256(kept).hexdigest() != stored.sha256:
                raise Broken(f"{code} is not what it was")
        drawn = pdf.render(typesetting.html(stored, KINDS[stored.kind].service), stored.code.encode())
        if drawn != kept:
            raise Broken(f"{code} comes out otherwise when drawn again")


def draw(url: str, codes: list[str], seconds: float) -> Sample:
    """Each paper once, as a service does at its first download."""
    database = _database(url)

    def draw(code: str) -> None:
        with database.scope(MISSION) as session:
            render_document(session, code)

    return _timed(draw, codes, seconds)


def draw_again(url: str, codes: list[str], seconds: float) -> Sample:
    """The same ones over and over."""
    database = _database(url)

    def read(code: str) -> None:
        with database.scope(MISSION) as session:
            render_document(session, code)

    return _timed(read, cycle(codes), seconds)


def read_again(url: str, codes: list[str], seconds: float) -> Sample:
    """The floor under that: a query for the bytes."""
    with plain(url) as connection:

        def draw(code: str) -> None:
            with connection.transaction():
                enter(connection)
                connection.execute("SELECT pdf FROM document WHERE code = %s", [code]).fetchone()

        return _timed(draw, cycle(codes), seconds)


def draw_bare(fonts: str, pages: list[str], seconds: float, keep: bool) -> Sample:
    """WeasyPrint on finished pages; `keep` parses the sheet and loads the fonts once for all of them."""
    from weasyprint import HTML

    def draw(page: str) -> None:
        config, sheet = _dressed(fonts) if keep else _dressed.__wrapped__(fonts)
        HTML(string=page).write_pdf(stylesheets=[sheet], font_config=config, pdf_tags=True)

    return _timed(draw, cycle(pages), seconds)


@cache
def _dressed(fonts: str) -> tuple[Any, Any]:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    config = FontConfiguration()
    text = pdf.STYLESHEET.read_text().replace(f"url({pdf.FONT}", f"url({Path(fonts).resolve().as_uri()}/")
    return config, CSS(string=text, font_config=config)


@cache
def _database(url: str) -> Database:
    return Database(url, pool_size=1)


def _timed(work: Callable[[str], None], items: Iterable[str], seconds: float) -> Sample:
    times: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()
    for item in items:
        start = time.perf_counter()
        if start - began > seconds:
            break
        work(item)
        times.append((time.perf_counter() - start) * 1000)
    return Sample(len(times), time.perf_counter() - began, times, own_cpu=time.process_time() - cpu)
