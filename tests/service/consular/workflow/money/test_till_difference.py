"""A till that is closed with a difference: booked at once, and put before a second person."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from shared.identity.actor import Actor
from tests.conftest import HOME, ServiceClient, officer
from tests.factories.approvals import Signing

Client = Callable[[str], ServiceClient]
FLOAT = {"50000": 2}


def close(client: ServiceClient, cashier: Actor, pieces: dict[str, int]) -> dict[str, Any]:
    """Opens a till with a float of 1,000 riyals and closes it by this count."""
    opened = client.post("/desk/tills", cashier, {"currency": "SAR", "pieces": FLOAT, "key": uuid.uuid4().hex})
    assert opened.status_code == 201, opened.get_json()
    reference = opened.get_json()["till"]
    body = {"pieces": pieces, "key": uuid.uuid4().hex}
    closed = client.post(f"/desk/tills/{reference}/close", cashier, body)
    assert closed.status_code == 200, closed.get_json()
    return {"reference": reference, **closed.get_json()}


def waiting(client: ServiceClient, till: str) -> list[dict[str, Any]]:
    rows = client.get("/desk/proposals", officer("head_of_mission")).get_json()
    return [row for row in rows if row["kind"] == "till_difference" and row["params"]["till_reference"] == till]


@pytest.mark.parametrize(("pieces", "variance"), [({"50000": 1}, -50_000), ({"50000": 2, "5000": 1}, 5_000)])
def test_a_difference_waits_for_another_persons_signature(
    service_client: Client, pieces: dict[str, int], variance: int
) -> None:
    client, cashier = service_client("consular"), officer("cashier", name=f"till-{uuid.uuid4().hex[:8]}")
    closed = close(client, cashier, pieces)
    assert closed["variance"] == variance
    [proposal] = waiting(client, closed["reference"])
    assert (proposal["state"], proposal["proposer"]) == ("waiting", cashier.id)
    assert proposal["params"]["till_counted"] == {"amount": 100_000 + variance, "currency": "SAR"}
    assert proposal["preview"] == {"applications": 0, "money": [{"currency": "SAR", "amount": variance}]}
    signing = Signing(client, HOME)
    assert signing.decide(proposal["reference"], who=cashier).status_code == 403
    assert signing.decide(proposal["reference"]).status_code == 200
    [signed] = waiting(client, closed["reference"])
    assert (signed["state"], signed["approver"]) == ("done", signing.second.id)


def test_a_till_that_adds_up_asks_nobody(service_client: Client) -> None:
    client = service_client("consular")
    closed = close(client, officer("cashier", name=f"till-{uuid.uuid4().hex[:8]}"), FLOAT)
    assert closed["variance"] == 0 and waiting(client, closed["reference"]) == []


def test_nobody_proposes_a_difference(service_client: Client) -> None:
    refused = Signing(service_client("consular"), HOME).propose("till_difference", {"till_reference": "RUH-T"})
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"kind": "unknown_choice"})
