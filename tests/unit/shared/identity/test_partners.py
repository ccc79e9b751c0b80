"""Who is connected without being part of the platform: known by its key, and for nothing but itself."""

from pathlib import Path

import pytest

from shared.errors import NotAllowed
from shared.identity.actor import MINISTRIES, Actor, actor_from, partner_from, partner_token, request_token
from shared.identity.crypto import Keys, create_keys
from shared.messaging.messages import SENDERS_BY_LISTENER, _senders_by_listener
from tests.factories.refusals import refuses

OFFICER = Actor("officer", "account-17", "officer", "RUH")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_keys(tmp_path, ("gateway", "consular", "conscription", MINISTRIES))
    return tmp_path


def test_a_partner_speaks_for_itself_alone(folder: Path) -> None:
    token = partner_token(Keys(folder, MINISTRIES), "consular")
    heard = partner_from(Keys(folder, "consular"), token)
    assert (heard.role, heard.mission, heard.person) == (MINISTRIES, None, None)


@pytest.mark.parametrize("signer", ["gateway", "conscription"])
def test_nobody_else_is_a_partner(folder: Path, signer: str) -> None:
    for token in (
        partner_token(Keys(folder, signer), "consular"),
        request_token(Keys(folder, signer), OFFICER, "consular"),
    ):
        with refuses("token_not_valid", NotAllowed):
            partner_from(Keys(folder, "consular"), token)


def test_a_partner_cannot_pass_for_the_gateway_nor_be_heard_elsewhere(folder: Path) -> None:
    ministries = Keys(folder, MINISTRIES)
    for token in (request_token(ministries, OFFICER, "consular"), partner_token(ministries, "consular")):
        with refuses("token_not_valid", NotAllowed):
            actor_from(Keys(folder, "consular"), token)
    with refuses("token_not_valid", NotAllowed):
        partner_from(Keys(folder, "conscription"), partner_token(ministries, "consular"))


def test_where_no_partner_is_connected_nobody_keeps_a_queue_for_one() -> None:
    alone = _senders_by_listener()
    assert MINISTRIES not in alone and all(MINISTRIES not in senders for senders in alone.values())
    assert SENDERS_BY_LISTENER[MINISTRIES] == ("consular",) and MINISTRIES in SENDERS_BY_LISTENER["consular"]
