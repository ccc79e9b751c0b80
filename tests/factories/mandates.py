"""People who act for others, over HTTP on the real registers: statements asked, mandates made, applications begun."""

import uuid
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from werkzeug.test import TestResponse

from deploy.demo.population.specimens import Specimen
from shared import forms
from shared.catalogue import CATALOGUE, kin
from shared.database.db import now
from shared.identity.actor import Actor
from shared.identity.representation import HEADER, PURPOSE
from shared.values.dates import local_date
from tests.conftest import HOME, ServiceClient, expatriate, officer
from tests.factories.applications import good_answers
from tests.factories.uploads import PDF

Client = Callable[[str], ServiceClient]
SLUG = "individual-extract"


def today(client: Client) -> date:
    """The day at the home mission, by the database's clock."""
    with client("consular").app.extensions["database"].scope(HOME) as session:
        return local_date(now(session), "Asia/Riyadh")


@dataclass
class Acting:
    """Somebody signed in who may act for others."""

    client: Client
    one: Specimen
    mission: str = HOME

    @property
    def actor(self) -> Actor:
        return replace(expatriate(self.one.person, self.mission), id=f"account-{self.one.key}")

    def post(self, path: str, body: dict[str, Any], service: str = "consular") -> TestResponse:
        return self.client(service).post(path, self.actor, body)

    def me(self) -> str:
        """What the register says of this person where mandates are made."""
        answer = self.post("/statements", {"purpose": PURPOSE}, "civil_registry")
        assert answer.status_code == 200, answer.get_json()
        return str(answer.get_json()["statement"])

    def keyed(self, **body: Any) -> dict[str, Any]:
        return {"key": uuid.uuid4().hex, "statement": self.me(), **body}

    def grant(self, to: Specimen, **changes: Any) -> TestResponse:
        """Offers a mandate for extracts until next month."""
        terms = {
            "agent_number": to.national_number,
            "agent_given": to.given_name,
            "scope": [SLUG],
            "until": (today(self.client) + timedelta(days=30)).isoformat(),
        }
        return self.post("/mandates", self.keyed(**{**terms, **changes}))

    def mandates(self) -> list[dict[str, Any]]:
        answer = self.post("/mandates/mine", {"statement": self.me()})
        assert answer.status_code == 200, answer.get_json()
        return list(answer.get_json())

    def accept(self, reference: str) -> TestResponse:
        return self.post(f"/mandates/{reference}/accept", self.keyed())

    def end(self, reference: str) -> TestResponse:
        return self.post(f"/mandates/{reference}/end", {"key": uuid.uuid4().hex})

    def hand_in(self, named: Specimen, kind: str, **changes: Any) -> TestResponse:
        """A paper for the officers."""
        day = today(self.client)
        paper = {
            "kind": kind,
            "principal_number": named.national_number,
            "principal_given": named.given_name,
            "issued_on": (day - timedelta(days=10)).isoformat(),
            "until": (day + timedelta(days=60)).isoformat(),
            "scope": [SLUG],
            "scan": b64encode(PDF).decode(),
        }
        return self.post("/mandates/papers", self.keyed(**{**paper, **changes}))

    def ask(self, slug: str, behalf: dict[str, Any], holder: dict[str, str] | None = None) -> list[TestResponse]:
        """The registers' answers about whom one acts for; a mandate is proven by consular first."""
        entry, mandate = CATALOGUE[slug], behalf.get("mandate")
        proofs: dict[str, str] = {}
        if mandate:
            proofs = self.post(f"/mandates/{mandate}/proof", {"purpose": slug}).get_json()["proofs"]
        named = {key: value for key, value in behalf.items() if key != "mandate"}
        told = []
        for name in entry.authorities:
            body: dict[str, Any] = {"purpose": slug}
            if name == "civil_registry":
                body |= {"behalf": {**named, "proof": proofs.get(name)}, "holder": holder}
            else:
                body["proof"] = proofs.get(name)
            told.append(self.post("/statements", body, name))
            proofs = {**(told[0].get_json().get("proofs") or {}), **proofs}
        return told

    def statements(self, slug: str, behalf: dict[str, Any]) -> list[str]:
        holder: dict[str, str] | None = {} if CATALOGUE[slug].holder != "own" else None
        answers = self.ask(slug, behalf, holder)
        assert all(answer.status_code == 200 for answer in answers), [answer.get_json() for answer in answers]
        return [answer.get_json()["statement"] for answer in answers]

    def begin(self, slug: str, behalf: dict[str, Any], mission: str = "", **changes: Any) -> TestResponse:
        claim = {
            "capacity": behalf["capacity"],
            "mandate": behalf.get("mandate"),
            "statements": changes.pop("statements", None) or self.statements(slug, behalf),
        }
        body = {"transaction": slug, "key": uuid.uuid4().hex, "behalf": {**claim, **changes}}
        return self.post("/applications", body | ({"mission": mission} if mission else {}))

    def fill(self, reference: str, slug: str, whose: Specimen | None = None) -> None:
        """Every answer and paper; an entry that may be a relative's is the person's own, names as the register's."""
        given = {**good_answers(slug), **({"whose": kin.SELF} if CATALOGUE[slug].holder == "own_or_kin" else {})}
        known = {question.name for question in CATALOGUE[slug].questions}
        for part in ("given", "father", "family", "mother") if whose else ():
            given[f"latin_{part}_name"] = getattr(whose, f"latin_{part}")
        given |= {"guardian": "father"} if "guardian" in known else {}
        answers = {name: value for name, value in given.items() if name in known}
        at = f"/applications/{reference}"
        told = self.client("consular").ask("PUT", f"{at}/answers", self.actor, json={"answers": answers})
        assert told.status_code == 200, told.get_json()
        for paper in forms.transaction(slug).papers:
            path = f"{at}/papers?name={paper.name}&filename=s.pdf"
            headers = {"Content-Type": "application/pdf"}
            assert self.client("consular").ask("POST", path, self.actor, data=PDF, headers=headers).status_code == 201

    def submit(self, reference: str, statements: list[str]) -> TestResponse:
        return self.post(f"/applications/{reference}/submit", {"statements": statements, "key": uuid.uuid4().hex})

    def read(self, reference: str) -> TestResponse:
        return self.client("consular").get(f"/applications/{reference}", self.actor)

    def deeds_of(self, reference: str, service: str, path: str) -> TestResponse:
        """Fetches what was issued on an application, with consular's leave."""
        leave = self.post(f"/applications/{reference}/pass", {})
        passed = leave.get_json().get(service, "") if leave.status_code == 200 else ""
        return self.client(service).get(path, self.actor, headers={HEADER: passed})


def mandated(principal: Acting, agent: Acting, **changes: Any) -> str:
    """A mandate given and accepted; its reference."""
    release(principal.client, principal.one, agent.one)
    given = principal.grant(agent.one, **changes)
    assert given.status_code == 201, given.get_json()
    reference = str(given.get_json()["reference"])
    assert agent.accept(reference).status_code == 200
    return reference


def release(client: Client, *people: Specimen) -> None:
    """Ends what other tests left standing between these people."""
    from sqlalchemy import or_, update

    from services.consular.people.model import Mandate

    ids = [one.person for one in people]
    live = Mandate.state.in_(("offered", "accepted", "to_check"))
    which = update(Mandate).where(live, or_(Mandate.principal.in_(ids), Mandate.agent.in_(ids)))
    for mission in (HOME, "BER", "DAM"):
        with client("consular").app.extensions["database"].scope(mission) as session:
            session.execute(which.values(state="revoked").execution_options(synchronize_session=False))


def close_files(client: Client, *people: Specimen) -> None:
    """Withdraws what other tests left open for these people."""
    from sqlalchemy import update

    from services.consular.applications.model import Application

    which = update(Application).where(Application.person.in_([one.person for one in people]))
    for mission in (HOME, "BER", "DAM"):
        with client("consular").app.extensions["database"].scope(mission) as session:
            session.execute(which.values(status="withdrawn").execution_options(synchronize_session=False))


def expire(client: Client, reference: str, until: date) -> None:
    """As if the mandate had been given for less."""
    from sqlalchemy import update

    from services.consular.people.model import Mandate

    with client("consular").app.extensions["database"].scope(reference[:3]) as session:
        session.execute(update(Mandate).where(Mandate.reference == reference).values(until=until))


def introduce(client: Client, named: Specimen, by: Actor | None = None) -> TestResponse:
    """What the register tells an officer of the person on a paper."""
    body = {"national_number": named.national_number, "given_name": named.given_name}
    return client("civil_registry").post("/persons/introduce", by or officer(), body)


def check(client: Client, reference: str, named: Specimen) -> TestResponse:
    """The officer accepts the paper."""
    told = introduce(client, named)
    assert told.status_code == 200, told.get_json()
    body = {"key": uuid.uuid4().hex, "statement": told.get_json()["statement"]}
    return client("consular").post(f"/desk/mandates/{reference}/accept", officer(), body)


def claim_for(one: Specimen, capacity: str = "relative", **changes: str) -> dict[str, Any]:
    """The claim to act for somebody, in a request."""
    named = {"national_number": one.national_number, "given_name": one.given_name}
    return {"capacity": capacity, **named, **changes}
