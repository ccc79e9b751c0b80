"""Whole ways walked by one person for another: an agent's extract, a father's passport for his child."""

import uuid
from collections.abc import Iterator

import pytest

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from services.consular.workflow import review
from tests.conftest import HOME, officer
from tests.factories.applications import receive
from tests.factories.documents.printed import text_of
from tests.factories.mandates import Acting, claim_for, close_files, mandated, release
from tests.journey.conftest import Platform

pytestmark = pytest.mark.clock

SLUG, FIRST = "individual-extract", "passport-first"
PEOPLE = (specimens.WOMAN, specimens.SERVED, specimens.FATHER, specimens.SON)


@pytest.fixture(autouse=True)
def clean(platform: Platform) -> Iterator[None]:
    close_files(platform.clients.__getitem__, specimens.SON)
    yield
    release(platform.clients.__getitem__, *PEOPLE)


def desk(platform: Platform, reference: str, verb: str, role: str = "officer", **body: object) -> None:
    sent = {"key": uuid.uuid4().hex, **body}
    platform.ask("consular", "POST", f"/desk/cases/{reference}/{verb}", officer(role), json=sent)
    platform.pump.drain()


def pay(platform: Platform, reference: str, acting: Acting) -> None:
    owed = acting.read(reference).get_json()["quote"]
    platform.open_till(officer("cashier"), owed["currency"])
    desk(platform, reference, "cash", "cashier", amount=owed["cash_total"], currency=owed["currency"])


def filed(acting: Acting, slug: str, behalf: dict[str, str], whose: Specimen | None = None) -> str:
    made = acting.begin(slug, behalf)
    assert made.status_code == 201, made.get_json()
    reference = str(made.get_json()["reference"])
    acting.fill(reference, slug, whose)
    sent = acting.submit(reference, acting.statements(slug, behalf))
    assert sent.status_code == 200, sent.get_json()
    return reference


def test_an_agents_extract_is_the_persons_and_both_read_it_until_the_mandate_ends(platform: Platform) -> None:
    clients = platform.clients.__getitem__
    woman, agent = Acting(clients, specimens.WOMAN), Acting(clients, specimens.SERVED)
    mandate = mandated(woman, agent)
    reference = filed(agent, SLUG, {"capacity": "agent", "mandate": mandate})
    pay(platform, reference, agent)
    desk(platform, reference, "accept")
    shown = agent.read(reference).get_json()
    assert shown["status"] == "ready"
    path = f"/documents/{shown['document']['code']}"
    assert clients("civil_registry").get(path, woman.actor).status_code == 200
    assert clients("civil_registry").get(path, agent.actor).status_code == 404
    assert agent.deeds_of(reference, "civil_registry", path).status_code == 200
    stranger = Acting(clients, specimens.STUDENT)
    assert stranger.deeds_of(reference, "civil_registry", path).status_code == 404
    other = filed(agent, SLUG, {"capacity": "agent", "mandate": mandate})
    leave = agent.post(f"/applications/{other}/pass", {}).get_json()["civil_registry"]
    headers = {"Mahjar-Pass": leave}
    assert clients("civil_registry").get(path, agent.actor, headers=headers).status_code == 404
    assert woman.end(mandate).status_code == 200
    assert agent.deeds_of(reference, "civil_registry", path).status_code == 404
    assert clients("civil_registry").get(path, woman.actor).status_code == 200


@pytest.mark.parametrize(("asking", "tie"), [(specimens.HEIRESS, "daughter"), (specimens.WIDOW, "wife")])
def test_relatives_have_the_extract_of_their_dead_and_it_says_so(
    platform: Platform, asking: Specimen, tie: str
) -> None:
    clients = platform.clients.__getitem__
    relative = Acting(clients, asking)
    reference = filed(relative, SLUG, claim_for(specimens.LATE_FATHER))
    pay(platform, reference, relative)
    desk(platform, reference, "accept")
    shown = relative.read(reference).get_json()
    assert (shown["status"], shown["timeline"][-1]["reason"]) == ("ready", None)
    path = f"/documents/{shown['document']['code']}"
    answer = relative.deeds_of(reference, "civil_registry", f"{path}.pdf")
    assert answer.status_code == 200
    text = text_of(answer.data)
    assert "Deceased on 2 September 2023" in text and "متوفى" in text and f"· {tie}" in text
    stranger = Acting(clients, specimens.STUDENT).ask(SLUG, claim_for(specimens.LATE_FATHER))
    assert [refused.get_json()["code"] for refused in stranger] == ["kin_not_found"]


def test_a_father_has_his_childs_passport_made_and_takes_it_home(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The child's visit with fingerprints is another story: this one begins after it.
    monkeypatch.setattr(review, "check_attendance", lambda _session, _application: None)
    clients = platform.clients.__getitem__
    father = Acting(clients, specimens.FATHER)
    reference = filed(father, FIRST, claim_for(specimens.SON, "guardian"), specimens.SON)
    pay(platform, reference, father)
    with clients("consular").app.extensions["database"].scope(HOME) as session:
        receive(session, 1)
    desk(platform, reference, "accept")
    assert father.read(reference).get_json()["status"] == "ready"
    wrong = {"key": uuid.uuid4().hex, "national_number": specimens.MOTHER.national_number}
    refused = clients("consular").post(f"/desk/cases/{reference}/collect", officer("clerk"), wrong)
    assert refused.get_json()["code"] == "wrong_person"
    desk(platform, reference, "collect", "clerk", national_number=specimens.FATHER.national_number)
    assert father.read(reference).get_json()["status"] == "collected"
