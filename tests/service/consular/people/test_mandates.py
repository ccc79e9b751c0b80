"""Mandates: given and accepted without telling who exists, proven to the registers, ended at once."""

import threading
import uuid
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deploy.demo.days import today as home_today
from deploy.demo.population import specimens
from shared.identity.crypto import Keys
from shared.identity.representation import Representation, sign_representation
from shared.values.dates import add_months
from tests.conftest import ELSEWHERE, HOME, officer
from tests.factories.answers import code_of
from tests.factories.mandates import SLUG, Acting, Client, check, expire, introduce, mandated, release, today
from tests.factories.uploads import PDF

pytestmark = pytest.mark.clock

PEOPLE = (specimens.WOMAN, specimens.SERVED, specimens.STUDENT, specimens.MOTHER, specimens.ABROAD, specimens.FATHER)


@pytest.fixture
def woman(service_client: Client, registers: int) -> Iterator[Acting]:
    """Who gives the mandates; nothing is left standing afterwards."""
    assert registers
    yield Acting(service_client, specimens.WOMAN)
    release(service_client, *PEOPLE)


@pytest.fixture
def agent(service_client: Client, registers: int) -> Acting:
    """Who receives them."""
    assert registers
    return Acting(service_client, specimens.SERVED)


def by(mandate: str, capacity: str = "agent") -> dict[str, Any]:
    return {"capacity": capacity, "mandate": mandate}


def drafted(agent: Acting, mandate: str, slug: str = SLUG) -> str:
    made = agent.begin(slug, by(mandate))
    assert made.status_code == 201, made.get_json()
    reference = str(made.get_json()["reference"])
    agent.fill(reference, slug)
    return reference


def sent(agent: Acting, mandate: str) -> str:
    reference = drafted(agent, mandate)
    answer = agent.submit(reference, agent.statements(SLUG, by(mandate)))
    assert answer.status_code == 200, answer.get_json()
    return reference


def test_an_agent_applies_for_who_gave_the_mandate_and_both_names_stand_everywhere(
    woman: Acting, agent: Acting, service_client: Client
) -> None:
    mandate = mandated(woman, agent)
    reference = sent(agent, mandate)
    mine, hers = agent.read(reference).get_json(), woman.read(reference).get_json()
    names = ("ريم عبد الرحمن نموذج", "فادي منير نموذج")
    for seen, yours in ((mine, False), (hers, True)):
        assert seen["behalf"]["capacity"] == "agent" and seen["behalf"]["yours"] is yours
        assert (seen["behalf"]["beneficiary"]["ar"], seen["behalf"]["acting"]["ar"]) == names
        assert {(line["capacity"], line["name"]["ar"]) for line in seen["timeline"]} == {("agent", names[1])}
    assert mine["applicant"]["name"]["ar"] == names[0]
    assert [one["reference"] for one in woman.client("consular").get("/applications", woman.actor).get_json()].count(
        reference
    ) == 1
    case = service_client("consular").get(f"/desk/cases/{reference}", officer()).get_json()
    assert case["behalf"]["acting"]["ar"] == names[1] and case["person"]["national_number"] == woman.one.national_number
    with service_client("consular").app.extensions["database"].scope(HOME) as session:
        from sqlalchemy import select

        from shared.database.audit import event

        rows = session.execute(select(event).where(event.c.about == reference, event.c.role == "expatriate")).all()
    acts = {row.action: row.detail.get("for") for row in rows if row.actor == agent.actor.id}
    assert acts and set(acts.values()) == {woman.one.person}, acts
    assert all("for" not in row.detail for row in rows if row.actor == woman.actor.id)


def test_who_paid_stands_on_the_receipt_beside_for_whom(woman: Acting, agent: Acting, service_client: Client) -> None:
    reference = sent(agent, mandated(woman, agent))
    owed = agent.read(reference).get_json()["quote"]
    cashier = officer("cashier")
    body = {"key": uuid.uuid4().hex, "amount": owed["cash_total"], "currency": owed["currency"]}
    till = {"currency": owed["currency"], "pieces": {}, "key": "till"}
    assert service_client("consular").post("/desk/tills", cashier, till).status_code == 201
    paid = service_client("consular").post(f"/desk/cases/{reference}/cash", cashier, body)
    assert paid.status_code == 200, paid.get_json()
    with service_client("consular").app.extensions["database"].scope(HOME) as session:
        from sqlalchemy import select

        from shared.documents.model import Document

        paper = session.scalars(select(Document).where(Document.about == reference, Document.kind == "receipt")).one()
    assert paper.data["holder"]["ar"] == "فادي منير نموذج"
    assert paper.data["beneficiary"]["ar"] == "ريم عبد الرحمن نموذج"
    for reader, status in ((agent, 200), (woman, 200), (Acting(service_client, specimens.STUDENT), 404)):
        path = f"/receipts/{paid.get_json()['receipt']}.pdf"
        assert service_client("consular").get(path, reader.actor).status_code == status


def test_the_same_answer_whether_anybody_has_the_number_or_not(woman: Acting, agent: Acting) -> None:
    release(woman.client, *PEOPLE)
    real = woman.grant(agent.one)
    nobody = woman.grant(agent.one, agent_number="01999999999", agent_given="زيد")
    misnamed = woman.grant(specimens.STUDENT, agent_given="زيد")
    told = [answer.get_json() for answer in (real, nobody, misnamed)]
    assert [answer.status_code for answer in (real, nobody, misnamed)] == [201] * 3
    same = ("state", "side", "agent", "kind", "scope", "until", "stands", "capacity")
    assert len({str([one[name] for name in same]) for one in told}) == 1
    assert {one["state"] for one in woman.mandates() if one["reference"] in {each["reference"] for each in told}} == {
        "offered"
    }
    assert told[2]["reference"] not in {one["reference"] for one in Acting(woman.client, specimens.STUDENT).mandates()}
    [offer] = [one for one in agent.mandates() if one["reference"] == told[0]["reference"]]
    assert (offer["side"], offer["principal"]["ar"]) == ("offered", "ريم عبد الرحمن نموذج")
    stranger = Acting(woman.client, specimens.ABROAD).accept(told[0]["reference"])
    assert (stranger.status_code, code_of(stranger)) == (404, "mandate_unknown")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"agent_number": specimens.WOMAN.national_number}, "agent_number", "mandate_to_self"),
        ({"agent_number": "٠٢ ٩٩٩"}, "agent_number", "national_number"),
        ({"agent_given": " "}, "agent_given", "required"),
        ({"scope": []}, "scope", "mandate_scope_needed"),
        ({"scope": ["passport-renewal"]}, "scope", "mandate_scope_needed"),
        ({"scope": ["everything"]}, "scope", "mandate_scope_needed"),
        ({"until": "2020-01-01"}, "until", "mandate_ends_in_the_past"),
        ({"until": "2099-01-01"}, "until", "mandate_too_long"),
        ({"until": "soon"}, "until", "not_a_date"),
    ],
    ids=[
        "oneself",
        "short number",
        "no name",
        "no scope",
        "not for agents",
        "unknown scope",
        "past",
        "far future",
        "no date",
    ],
)
def test_each_faulty_term_has_its_code_beside_its_field(
    woman: Acting, agent: Acting, changes: dict[str, Any], field: str, code: str
) -> None:
    answer = woman.grant(agent.one, **changes)
    assert (answer.status_code, code_of(answer, field)) == (422, code)


def test_a_mandate_lasts_a_year_at_most(woman: Acting, agent: Acting) -> None:
    last = add_months(today(woman.client), 12)
    over = woman.grant(agent.one, until=(last + timedelta(days=1)).isoformat())
    assert code_of(over, "until") == "mandate_too_long" and over.get_json()["params"]["latest"] == last.isoformat()
    release(woman.client, *PEOPLE)
    assert woman.grant(agent.one, until=last.isoformat()).status_code == 201


def test_a_second_mandate_to_the_same_person_waits_until_the_first_has_ended(woman: Acting, agent: Acting) -> None:
    first = mandated(woman, agent)
    assert code_of(woman.grant(agent.one)) == "mandate_exists"
    expire(woman.client, first, today(woman.client) - timedelta(days=1))
    assert woman.grant(agent.one).status_code == 201


def test_of_an_acceptance_and_a_revocation_at_once_one_wins(woman: Acting, agent: Acting) -> None:
    release(woman.client, *PEOPLE)
    reference = woman.grant(agent.one).get_json()["reference"]
    told: list[int] = []
    calls = (
        lambda: told.append(agent.accept(reference).status_code),
        lambda: told.append(woman.end(reference).status_code),
    )
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(told) in ([200, 200], [200, 409])
    assert {one["reference"]: one["state"] for one in woman.mandates()}[reference] == "revoked"
    answer = agent.post(f"/mandates/{reference}/proof", {"purpose": SLUG})
    # An agent who was in time has had the mandate; another one has never had any.
    was_in_time = sorted(told) == [200, 200]
    refusal = (403, "mandate_ended") if was_in_time else (404, "mandate_unknown")
    assert (answer.status_code, code_of(answer)) == refusal


def test_after_a_revocation_the_agent_neither_sends_nor_reads_and_the_person_goes_on(
    woman: Acting, agent: Acting
) -> None:
    mandate = mandated(woman, agent)
    reference = drafted(agent, mandate)
    statements = agent.statements(SLUG, by(mandate))
    assert woman.end(mandate).status_code == 200
    for answer in (
        agent.submit(reference, statements),
        agent.read(reference),
        agent.client("consular").ask("PUT", f"/applications/{reference}/answers", agent.actor, json={"answers": {}}),
        agent.post(f"/applications/{reference}/withdraw", {"key": uuid.uuid4().hex}),
        agent.post(f"/applications/{reference}/pass", {}),
    ):
        assert (answer.status_code, code_of(answer)) == (403, "mandate_ended")
    [line] = [
        one
        for one in agent.client("consular").get("/applications", agent.actor).get_json()
        if one["reference"] == reference
    ]
    assert line["status"] == "mandate_ended"
    own = woman.post("/statements", {"purpose": SLUG}, "civil_registry").get_json()["statement"]
    assert woman.submit(reference, [own]).get_json()["status"] == "awaiting_payment"


def test_a_mandate_that_ran_out_ends_as_one_that_was_withdrawn(woman: Acting, agent: Acting) -> None:
    mandate = mandated(woman, agent)
    reference = sent(agent, mandate)
    expire(woman.client, mandate, today(woman.client))
    assert agent.read(reference).status_code == 200
    expire(woman.client, mandate, today(woman.client) - timedelta(days=1))
    assert code_of(agent.read(reference)) == "mandate_ended"
    assert woman.read(reference).status_code == 200
    assert [one["state"] for one in agent.mandates() if one["reference"] == mandate] == ["ended"]


def test_out_of_scope_nothing_is_proven_and_nothing_begun(woman: Acting, agent: Acting) -> None:
    mandate = mandated(woman, agent, scope=["cash-allowance"])
    refused = agent.post(f"/mandates/{mandate}/proof", {"purpose": SLUG})
    assert (refused.status_code, code_of(refused)) == (422, "mandate_out_of_scope")
    group = mandated(woman, agent, scope=["group:civil_status"])
    assert agent.begin("birth-statement", by(group)).status_code == 201


def test_a_mandate_of_one_mission_is_worth_nothing_at_another(woman: Acting, agent: Acting) -> None:
    mandate = mandated(woman, agent)
    statements = agent.statements(SLUG, by(mandate))
    refused = agent.begin(SLUG, by(mandate), mission=ELSEWHERE, statements=statements)
    assert (refused.status_code, code_of(refused)) == (422, "mandate_other_mission")


def test_somebody_elses_mandate_is_as_good_as_none(woman: Acting, agent: Acting) -> None:
    mandate = mandated(woman, agent)
    thief = Acting(woman.client, specimens.STUDENT)
    assert thief.post(f"/mandates/{mandate}/proof", {"purpose": SLUG}).status_code == 404
    assert thief.end(mandate).status_code == 404
    statements = agent.statements(SLUG, by(mandate))
    assert code_of(thief.begin(SLUG, by(mandate), statements=statements)) == "statement_of_another"


def test_a_mandate_token_must_be_consulars_for_this_register_person_and_purpose(
    woman: Acting, agent: Acting, key_folder: Path
) -> None:
    standing = Representation(woman.one.person, agent.one.person, "agent", SLUG, "RUH-X")
    stolen = Representation(woman.one.person, specimens.STUDENT.person, "agent", SLUG, "RUH-X")
    other = Representation(woman.one.person, agent.one.person, "agent", "birth-statement", "RUH-X")
    consular = Keys(key_folder, "consular")
    forged = {
        "another signer": sign_representation(Keys(key_folder, "conscription"), standing, "civil_registry"),
        "the register itself": sign_representation(Keys(key_folder, "civil_registry"), standing, "civil_registry"),
        "another register": sign_representation(consular, standing, "conscription"),
        "another agent": sign_representation(consular, stolen, "civil_registry"),
        "another purpose": sign_representation(consular, other, "civil_registry"),
        "another use": consular.sign("statement", "civil_registry", 300, {"acting": agent.one.person}),
        "nonsense": "a.b.c",
    }
    for why, token in forged.items():
        body = {"purpose": SLUG, "behalf": {"capacity": "agent", "proof": token}}
        answer = agent.post("/statements", body, "civil_registry")
        assert (answer.status_code, code_of(answer)) == (403, "mandate_not_proven"), why


def test_a_statement_fits_one_person_capacity_and_mandate(woman: Acting, agent: Acting) -> None:
    mandate = mandated(woman, agent)
    reference = drafted(agent, mandate)
    own = agent.post("/statements", {"purpose": SLUG}, "civil_registry").get_json()["statement"]
    hers = woman.post("/statements", {"purpose": SLUG}, "civil_registry").get_json()["statement"]
    elsewhere = Acting(woman.client, specimens.FATHER).grant(agent.one).get_json()["reference"]
    assert agent.accept(elsewhere).status_code == 200
    for statement in (own, hers, agent.statements(SLUG, by(elsewhere))[0]):
        assert code_of(agent.submit(reference, [statement])) == "statement_of_another"
    true = agent.statements(SLUG, by(mandate))
    assert code_of(agent.begin(SLUG, by(mandate), capacity="relative", statements=true)) == "statement_of_another"
    assert code_of(agent.begin(SLUG, by(mandate), mandate=None, statements=true)) == "statement_of_another"


def test_one_open_counts_for_whom_it_is(woman: Acting, agent: Acting, service_client: Client) -> None:
    man = Acting(service_client, specimens.ABROAD)
    slug = "residence-deferral"
    mandate = mandated(man, agent, scope=[slug])
    activate(service_client, slug)
    first = agent.begin(slug, by(mandate))
    assert first.status_code == 201, first.get_json()
    again = agent.begin(slug, by(mandate))
    assert (again.status_code, code_of(again)) == (409, "already_open")
    assert (
        agent.post(f"/applications/{first.get_json()['reference']}/withdraw", {"key": uuid.uuid4().hex}).status_code
        == 200
    )


def activate(client: Client, slug: str) -> None:
    """Revives a historical transaction at one mission, as a dated row would."""
    from sqlalchemy import text

    insert = text(
        "INSERT INTO standing (id, transaction, status, scope, valid_from, source, certainty, approver) "
        "VALUES (:id, :slug, 'active', :mission, DATE '2025-01-01', 'test', 'H', 'test') ON CONFLICT DO NOTHING"
    )
    with client("consular").app.extensions["database"].scope(HOME) as session:
        session.execute(insert, {"id": f"test-{slug}", "slug": slug, "mission": HOME})


def test_a_paper_is_checked_by_an_officer_before_anybody_acts_by_it(woman: Acting, agent: Acting) -> None:
    release(woman.client, *PEOPLE)
    handed = agent.hand_in(woman.one, "power_of_attorney")
    assert handed.status_code == 201, handed.get_json()
    reference = handed.get_json()["reference"]
    assert code_of(agent.hand_in(woman.one, "power_of_attorney")) == "mandate_waiting"
    assert agent.post(f"/mandates/{reference}/proof", {"purpose": SLUG}).status_code == 403
    desk = woman.client("consular")
    assert reference in {one["reference"] for one in desk.get("/desk/mandates", officer()).get_json()}
    assert reference not in {
        one["reference"] for one in desk.get("/desk/mandates", officer(mission=ELSEWHERE)).get_json()
    }
    assert desk.get(f"/desk/mandates/{reference}", officer(mission=ELSEWHERE)).status_code == 404
    scan = desk.get(f"/desk/mandates/{reference}/scan", officer())
    assert (scan.content_type, scan.data[:5], scan.headers["X-Content-Type-Options"]) == (
        "application/pdf",
        b"%PDF-",
        "nosniff",
    )
    page = desk.get(f"/desk/mandates/{reference}/scan/page", officer())
    assert (page.content_type, page.data[:2]) == ("image/jpeg", b"\xff\xd8")
    assert desk.get(f"/desk/mandates/{reference}/scan/page?page=2", officer()).status_code == 404
    assert desk.post(f"/desk/mandates/{reference}/accept", officer("clerk"), {}).status_code == 403
    accepted = check(woman.client, reference, woman.one)
    assert accepted.status_code == 200, accepted.get_json()
    assert accepted.get_json()["principal"]["ar"] == "ريم عبد الرحمن نموذج"
    assert code_of(check(woman.client, reference, woman.one)) == "mandate_changed"
    assert sent(agent, reference)
    assert woman.end(reference).status_code == 200


def test_an_officer_refuses_a_paper_with_a_reason_of_the_list(woman: Acting, agent: Acting) -> None:
    release(woman.client, *PEOPLE)
    reference = agent.hand_in(woman.one, "power_of_attorney").get_json()["reference"]
    desk, path = woman.client("consular"), f"/desk/mandates/{reference}/refuse"
    for reason, code in (("", "required"), ("whim", "unknown_choice")):
        body = {"key": uuid.uuid4().hex, "reason": reason}
        assert code_of(desk.post(path, officer(), body), "reason") == code
    body = {"key": uuid.uuid4().hex, "reason": "paper_not_attested", "note": "لا ختم عليها"}
    assert desk.post(path, officer(), body).get_json()["state"] == "refused"
    [seen] = [one for one in agent.mandates() if one["reference"] == reference]
    assert (seen["state"], seen["reason"], seen["note"]) == ("refused", "paper_not_attested", "لا ختم عليها")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"scan": ""}, "scan", "scan_missing"),
        ({"scan": "%%%"}, "scan", "file_unreadable"),
        ({"scan": b64encode(PDF[:200]).decode()}, "scan", "file_unreadable"),
        ({"issued_on": (home_today() + timedelta(days=40)).isoformat()}, "issued_on", "paper_not_yet_issued"),
        ({"until": None}, "until", "required"),
        ({"until": "2020-01-01"}, "until", "mandate_ends_in_the_past"),
        ({"scope": []}, "scope", "mandate_scope_needed"),
        ({"principal_number": specimens.SERVED.national_number}, "principal_number", "mandate_to_self"),
        ({"principal_number": "12"}, "principal_number", "national_number"),
    ],
)
def test_each_fault_of_a_paper_has_its_code(
    woman: Acting, agent: Acting, changes: dict[str, Any], field: str, code: str
) -> None:
    answer = agent.hand_in(woman.one, "power_of_attorney", **changes)
    assert (answer.status_code, code_of(answer, field)) == (422, code)


@pytest.mark.parametrize(
    ("scan", "code"), [(b"<html></html>", "file_type_unknown"), (PDF + b"<script>", "file_two_kinds")]
)
def test_a_scan_of_another_kind_is_refused(woman: Acting, agent: Acting, scan: bytes, code: str) -> None:
    answer = agent.hand_in(woman.one, "power_of_attorney", scan=b64encode(scan).decode())
    assert (answer.status_code, code_of(answer, "scan")) == (415, code)


def test_an_officer_is_told_of_nobody_who_is_not_there(woman: Acting, agent: Acting, service_client: Client) -> None:
    release(service_client, *PEOPLE)
    reference = agent.hand_in(woman.one, "power_of_attorney").get_json()["reference"]
    assert code_of(introduce(service_client, specimens.WOMAN, officer("cashier"))) == "not_allowed"
    another = introduce(service_client, specimens.STUDENT).get_json()["statement"]
    told_to_another = introduce(service_client, specimens.WOMAN, officer(name="somebody")).get_json()["statement"]
    path, desk = f"/desk/mandates/{reference}/accept", service_client("consular")
    for statement, code in (
        (another, "principal_differs"),
        (told_to_another, "statement_of_another"),
        ("x", "statement_missing"),
    ):
        assert code_of(desk.post(path, officer(), {"key": uuid.uuid4().hex, "statement": statement})) == code


def test_a_mandate_dies_with_who_gave_it(woman: Acting, agent: Acting, service_client: Client) -> None:
    handed = agent.hand_in(specimens.DECEASED, "power_of_attorney").get_json()["reference"]
    told = introduce(service_client, specimens.DECEASED).get_json()["statement"]
    body = {"key": uuid.uuid4().hex, "statement": told}
    refused = service_client("consular").post(f"/desk/mandates/{handed}/accept", officer(), body)
    assert (refused.status_code, code_of(refused)) == (422, "principal_dead")


def test_a_living_mandate_of_the_dead_proves_nothing_to_the_register(agent: Acting, key_folder: Path) -> None:
    standing = Representation(specimens.DECEASED.person, agent.one.person, "agent", SLUG, "RUH-X")
    token = sign_representation(Keys(key_folder, "consular"), standing, "civil_registry")
    answer = agent.post(
        "/statements", {"purpose": SLUG, "behalf": {"capacity": "agent", "proof": token}}, "civil_registry"
    )
    assert code_of(answer) == "principal_dead"


def test_a_guardianship_certificate_is_three_months_old_at_most(service_client: Client, registers: int) -> None:
    mother, day = Acting(service_client, specimens.MOTHER), today(service_client)
    release(service_client, *PEOPLE)
    old = add_months(day, -3) - timedelta(days=1)
    while add_months(old, 3) >= day:
        old -= timedelta(days=1)
    late = mother.hand_in(specimens.SON, "guardianship", issued_on=old.isoformat(), scope=[])
    assert code_of(late, "issued_on") == "guardian_paper_too_old"
    young = old + timedelta(days=1)
    reference = mother.hand_in(specimens.SON, "guardianship", issued_on=young.isoformat(), scope=[]).get_json()[
        "reference"
    ]
    assert check(service_client, reference, specimens.SON).status_code == 200
    made = mother.begin("passport-first", by(reference, "guardian"))
    assert made.status_code == 201, made.get_json()
    shown = mother.read(made.get_json()["reference"]).get_json()
    assert shown["behalf"]["beneficiary"]["ar"] == "عمر أنس نموذج"
    expire(service_client, reference, day - timedelta(days=1))
    assert code_of(mother.read(made.get_json()["reference"])) == "mandate_ended"


def test_an_accepted_paper_is_not_offered_again_once_its_mandate_has_ended(
    woman: Acting, agent: Acting, service_client: Client
) -> None:
    ended = mandated(woman, agent)
    first = sent(agent, ended)
    with service_client("consular").app.extensions["database"].scope(HOME) as session:
        ready = text("UPDATE application SET status = 'ready' WHERE reference = :reference")
        session.execute(ready, {"reference": first})
    second = drafted(agent, ended)
    agents = service_client("consular")
    offered = agents.get(f"/applications/{second}/papers/offered", agent.actor).get_json()
    assert [one["name"] for one in offered] == ["identity"]
    assert woman.end(ended).status_code == 200
    third = str(agent.begin(SLUG, by(mandated_again(woman, agent))).get_json()["reference"])
    assert agents.get(f"/applications/{third}/papers/offered", agent.actor).get_json() == []
    again = agent.post(f"/applications/{third}/papers/{offered[0]['id']}/reuse", {})
    assert again.status_code == 403 and code_of(again) == "mandate_ended"


def mandated_again(principal: Acting, agent: Acting) -> str:
    """A further mandate beside an ended one; its reference."""
    given = principal.grant(agent.one)
    reference = str(given.get_json()["reference"])
    assert agent.accept(reference).status_code == 200
    return reference
