"""What the two of a mandate are told of it, and whoever paid of the money that comes back."""

import csv
import io
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from deploy.demo.population import specimens
from services.consular.notices.model import Notice
from services.consular.people.model import Mandate
from tests.conftest import HOME, officer
from tests.factories.gateway import Gateway
from tests.factories.mandates import SLUG, Acting, Client, check, mandated, release

pytestmark = pytest.mark.clock

WOMAN, AGENT = specimens.WOMAN, specimens.SERVED


@pytest.fixture
def woman(service_client: Client, registers: int) -> Iterator[Acting]:
    """Who gives the mandates; nothing is left standing before and afterwards."""
    assert registers
    release(service_client, WOMAN, AGENT)
    yield Acting(service_client, WOMAN)
    release(service_client, WOMAN, AGENT)


@pytest.fixture
def agent(service_client: Client, registers: int) -> Acting:
    """Who receives them."""
    assert registers
    return Acting(service_client, AGENT)


def notices_of(client: Client, about: str) -> list[tuple[str, str]]:
    with client("consular").app.extensions["database"].scope(HOME) as session:
        rows = session.execute(select(Notice.kind, Notice.person).where(Notice.about == about).order_by(Notice.id))
        return [(row.kind, row.person) for row in rows]


def sent(agent: Acting, mandate: str) -> str:
    behalf = {"capacity": "agent", "mandate": mandate}
    reference = str(agent.begin(SLUG, behalf).get_json()["reference"])
    agent.fill(reference, SLUG)
    answer = agent.submit(reference, agent.statements(SLUG, behalf))
    assert answer.status_code == 200, answer.get_json()
    return reference


def test_who_gave_it_hears_the_answer_and_the_other_one_of_its_end(
    woman: Acting, agent: Acting, service_client: Client
) -> None:
    reference = mandated(woman, agent)
    assert notices_of(service_client, reference)[-1] == ("mandate_accepted", WOMAN.person)
    assert agent.end(reference).status_code == 200
    assert notices_of(service_client, reference)[-1] == ("mandate_ended", WOMAN.person)
    again = mandated(woman, agent)
    assert woman.end(again).status_code == 200
    assert notices_of(service_client, again)[-1] == ("mandate_ended", AGENT.person)
    offered = str(woman.grant(AGENT).get_json()["reference"])
    assert agent.post(f"/mandates/{offered}/decline", agent.keyed()).status_code == 200
    assert notices_of(service_client, offered)[-1] == ("mandate_declined", WOMAN.person)


def test_an_offer_reaches_whom_the_mission_knows_by_number_and_name(
    woman: Acting, agent: Acting, service_client: Client
) -> None:
    sent(agent, mandated(woman, agent))
    student = Acting(service_client, specimens.STUDENT)
    release(service_client, student.one)
    right = str(student.grant(WOMAN).get_json()["reference"])
    assert notices_of(service_client, right) == [("mandate_offered", WOMAN.person)]
    assert student.end(right).status_code == 200
    wrong = str(student.grant(WOMAN, agent_given="سعاد").get_json()["reference"])
    assert notices_of(service_client, wrong) == []
    assert student.end(wrong).status_code == 200


def test_a_papers_two_hear_what_the_officer_decided(woman: Acting, agent: Acting, service_client: Client) -> None:
    reference = str(agent.hand_in(WOMAN, "power_of_attorney").get_json()["reference"])
    assert check(service_client, reference, WOMAN).status_code == 200
    assert notices_of(service_client, reference) == [("mandate_good", AGENT.person), ("mandate_for_you", WOMAN.person)]
    release(service_client, WOMAN, AGENT)
    reference = str(agent.hand_in(WOMAN, "power_of_attorney").get_json()["reference"])
    body = {"key": uuid.uuid4().hex, "reason": "paper_unreadable"}
    assert service_client("consular").post(f"/desk/mandates/{reference}/refuse", officer(), body).status_code == 200
    assert notices_of(service_client, reference) == [("mandate_refused", AGENT.person)]


def test_whoever_paid_hears_of_the_refund_though_the_mandate_has_ended(
    woman: Acting, agent: Acting, service_client: Client
) -> None:
    mandate = mandated(woman, agent)
    reference = sent(agent, mandate)
    owed = agent.read(reference).get_json()["quote"]
    body = {"key": uuid.uuid4().hex, "amount": owed["cash_total"], "currency": owed["currency"]}
    desk = service_client("consular")
    till = {"currency": owed["currency"], "pieces": {}, "key": "till"}
    assert desk.post("/desk/tills", officer("cashier"), till).status_code == 201
    assert desk.post(f"/desk/cases/{reference}/cash", officer("cashier"), body).status_code == 200
    assert woman.end(mandate).status_code == 200
    assert woman.post(f"/applications/{reference}/withdraw", {"key": uuid.uuid4().hex}).status_code == 200
    back = [person for kind, person in notices_of(service_client, reference) if kind == "refund_due"]
    assert sorted(back) == sorted([WOMAN.person, AGENT.person])


def test_the_state_of_a_mandate_and_its_news_come_together(
    woman: Acting, agent: Acting, service_client: Client
) -> None:
    """A second answer changes nothing and tells nobody."""
    reference = mandated(woman, agent)
    before = notices_of(service_client, reference)
    assert agent.accept(reference).status_code == 409
    assert notices_of(service_client, reference) == before
    with service_client("consular").app.extensions["database"].scope(HOME) as session:
        assert session.get_one(Mandate, reference).state == "accepted"


@pytest.mark.parametrize("code", ["ar", "en"])
def test_the_deeds_are_a_file(woman: Acting, agent: Acting, gateway: Gateway, code: str) -> None:
    reference = agent.hand_in(woman.one, "power_of_attorney").get_json()["reference"]
    officer_page = gateway.visitor("officer")
    assert f"/{code}/desk/mandates.csv" in officer_page.get(f"/{code}/desk/mandates").text
    answer = officer_page.get(f"/{code}/desk/mandates.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mandates.csv"'
    rows = {row[0]: row for row in csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))}
    assert {"ar": AGENT.given_name, "en": AGENT.latin_given}[code] in rows[reference][2]
    assert rows[reference][3] == WOMAN.given_name and all(rows[reference])
    assert gateway.visitor("cashier").get(f"/{code}/desk/mandates.csv").status_code == 403


@pytest.mark.parametrize("code", ["ar", "en"])
def test_the_desk_opens_a_mandate_that_has_no_paper(woman: Acting, agent: Acting, gateway: Gateway, code: str) -> None:
    page = gateway.visitor("officer").get(f"/{code}/desk/mandates/{mandated(woman, agent)}")
    assert page.status_code == 200 and 'class="scans"' not in page.text
    assert {"ar": "ريم عبد الرحمن نموذج", "en": WOMAN.latin_given}[code] in page.text
