"""Applications for the windows: one goes the real way over HTTP and is recorded, the others are copies of its rows."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection, connect, sql
from sqlalchemy import make_url

from deploy.demo.population.specimens import WOMAN
from services.gateway.clients.http import Client
from shared.catalogue import CATALOGUE
from shared.identity.actor import Actor
from tests.benchmarks.platform import BenchPlatform
from tests.benchmarks.rounds import Broken
from tests.benchmarks.tape import MISSION, Names, Recorder, Tape, enter

SLUG = "individual-extract"
LIMIT_SECONDS = 60.0
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'consular' ORDER BY tablename"
APPLICANT = Actor("expatriate", "bench", "expatriate", MISSION, WOMAN.person)
CASHIER = Actor("officer", "bench-till", "cashier", MISSION)
OFFICER = Actor("officer", "bench-desk", "officer", MISSION)
PAPER = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@dataclass
class Filing:
    """The one real application, and what each of its steps wrote."""

    stage: BenchPlatform
    reference: str = ""
    draft: Tape = field(init=False)
    submission: Tape = field(init=False)
    settlement: Tape = field(init=False)

    def __post_init__(self) -> None:
        self.consular = self._client("consular")
        self.civil_registry = self._client("civil_registry")
        # The first one opens accounts and counters, which every later one finds open.
        for _ in range(2):
            self._record()

    def _client(self, service: str) -> Client:
        return Client(f"http://127.0.0.1:{self.stage.port(service)}", self.stage.keys("gateway"), service)

    def _record(self) -> None:
        with self.stage.admin() as admin:
            recorder = Recorder(admin)
            with recorder.recording() as begun:
                self.reference = self.consular.post("/applications", APPLICANT, self.start())["reference"]
            with recorder.recording() as answered:
                self._answer()
            with recorder.recording() as completed:
                self._submit_uploads()
            with recorder.recording() as self.submission:
                self.consular.post(self.path("submit"), APPLICANT, self.submit())
            self.quote = self.consular.get(f"/applications/{self.reference}", APPLICANT)["quote"]
            till = {"currency": self.quote["currency"], "pieces": {}, "key": "till"}
            self.consular.post("/desk/tills", CASHIER, till)
            with recorder.recording() as self.settlement:
                self.consular.post(self.path("cash"), CASHIER, self.cash(self.quote))
        self.draft = begun + answered + completed

    def _answer(self) -> None:
        choices = {question.name: question.choices[0] for question in CATALOGUE[SLUG].questions if question.choices}
        self.consular.send("PUT", self.path("answers"), APPLICANT, {"answers": choices})

    def _submit_uploads(self) -> None:
        for paper in CATALOGUE[SLUG].papers:
            query = {"name": paper.name, "filename": "scan.pdf"}
            self.consular.raw("POST", self.path("papers"), APPLICANT, query, PAPER, {"Content-Type": "application/pdf"})

    def extract(self) -> str:
        """The template's extract, once the register has issued it: the code of a paper nobody has drawn yet."""
        self.consular.post(self.path("accept"), OFFICER, {"key": str(uuid.uuid4())})
        give_up = time.monotonic() + LIMIT_SECONDS
        while not (document := self.consular.get(f"/applications/{self.reference}", APPLICANT)["document"]):
            if time.monotonic() > give_up:
                raise Broken("the register issues no extract")
            time.sleep(0.05)
        return str(document["code"])

    def path(self, verb: str, reference: str = "") -> str:
        """Where a step of an application is asked for."""
        begin = "/desk/cases" if verb in ("cash", "accept") else "/applications"
        return f"{begin}/{reference or self.reference}/{verb}"

    def start(self) -> dict[str, Any]:
        """The body of a new draft."""
        return {"transaction": SLUG, "key": str(uuid.uuid4())}

    def submit(self, statement: str = "") -> dict[str, Any]:
        """The body of a submission, with a statement the register has just signed."""
        return {"statements": [statement or self.statement()], "key": str(uuid.uuid4())}

    def cash(self, quote: dict[str, Any]) -> dict[str, Any]:
        """The body of a payment at the counter."""
        return {"amount": quote["cash_total"], "currency": quote["currency"], "key": str(uuid.uuid4())}

    def statement(self) -> str:
        """Asked of the civil registry itself; good for five minutes."""
        return str(self.civil_registry.post("/statements", APPLICANT, {"purpose": SLUG})["statement"])

    def drafts(self, count: int) -> list[Names]:
        """Copies ready to be submitted; what each of the template's names became."""
        return self._copies(self.draft, count)

    def unpaid(self, count: int) -> list[Names]:
        """Copies ready to be paid."""
        return self._copies(self.draft + self.submission, count)

    def _copies(self, tape: Tape, count: int) -> list[Names]:
        names: list[Names] = [tape.fresh() for _ in range(count)]
        statements = [statement for commit in tape.transactions() for statement in commit]
        with plain(self.stage.urls["consular"]) as connection, connection.pipeline(), connection.transaction():
            enter(connection)
            for one in names:
                for statement in statements:
                    statement.run(connection, one)
        return names


def plain(url: str) -> Connection:
    """psycopg alone, as the service's own role."""
    return connect(make_url(url).set(drivername="postgresql").render_as_string(False), autocommit=True)


def counted(stage: BenchPlatform) -> dict[str, int]:
    """Rows of every table of the consular schema."""
    with stage.admin() as admin:
        tables = [table for (table,) in admin.execute(TABLES).fetchall()]
        each = [sql.SQL("SELECT count(*) FROM consular.{}").format(sql.Identifier(table)) for table in tables]
        counts = admin.execute(sql.SQL(" UNION ALL ").join(map(_numbered, enumerate(each)))).fetchall()
        return {tables[place]: count for place, count in counts}


def _numbered(query: tuple[int, sql.Composed]) -> sql.Composed:
    return sql.SQL("SELECT {}::int, ({})").format(*query)


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """What was added between two counts."""
    return {table: after[table] - before[table] for table in after if after[table] != before[table]}
