"""Request tokens: kept for a moment, never longer than they live, never for anybody else."""

import time
from pathlib import Path

import pytest

from shared.errors import NotAllowed
from shared.identity.actor import ANONYMOUS, CACHE_SECONDS, REQUEST_SECONDS, Actor, actor_from, request_token
from shared.identity.crypto import Keys, create_keys
from tests.factories.refusals import refuses

VISITOR = Actor("expatriate", "account-1", "expatriate", "RUH", "person-1")


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Keys]:
    create_keys(tmp_path, ("gateway", "consular", "conscription"))
    return {name: Keys(tmp_path, name) for name in ("gateway", "consular", "conscription")}


def test_a_token_speaks_for_its_actor_and_is_made_once_in_a_moment(
    keys: dict[str, Keys], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = time.time() // CACHE_SECONDS * CACHE_SECONDS
    monkeypatch.setattr(time, "time", lambda: moment)
    token = request_token(keys["gateway"], VISITOR, "consular")
    assert request_token(keys["gateway"], VISITOR, "consular") == token
    assert request_token(keys["gateway"], ANONYMOUS, "consular") != token
    assert request_token(keys["gateway"], VISITOR, "conscription") != token
    assert actor_from(keys["consular"], token) == actor_from(keys["consular"], token) == VISITOR
    monkeypatch.setattr(time, "time", lambda: moment + CACHE_SECONDS)
    assert request_token(keys["gateway"], VISITOR, "consular") != token


def test_a_token_once_accepted_is_not_accepted_for_good_nor_elsewhere(
    keys: dict[str, Keys], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = keys["gateway"].sign("request", "consular", -REQUEST_SECONDS, {"kind": "x", "id": "x", "role": "officer"})
    with refuses("token_not_valid", NotAllowed):
        actor_from(keys["consular"], token)
    good = request_token(keys["gateway"], VISITOR, "consular")
    assert actor_from(keys["consular"], good) == VISITOR
    for other in ("conscription", "gateway"):
        with refuses("token_not_valid", NotAllowed):
            actor_from(keys[other], good)
    forged = good[:-4] + ("AAAA" if not good.endswith("AAAA") else "BBBB")
    with refuses("token_not_valid", NotAllowed):
        actor_from(keys["consular"], forged)
