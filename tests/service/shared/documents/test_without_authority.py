"""Outside demo mode nobody decides or issues in the name of an authority that has not proved itself."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from deploy.demo.population import specimens
from services.consular.applications.rules import Status
from services.consular.workflow import review
from services.consular.workflow.check_in import attend
from shared.documents import issuer
from shared.documents.issuer import Issuer
from tests.conftest import ServiceClient, officer
from tests.factories import conscription
from tests.factories.applications import Counter, Person, file_by_verbs
from tests.factories.payments import pay
from tests.factories.refusals import refuses

Sessions = Callable[..., Session]
HEAD = officer("head_of_mission")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process outside demo mode without a certificate."""
    monkeypatch.setattr(issuer, "_current", Issuer("https://mahjar.example", specimen=False))


def test_nothing_is_accepted(session_for: Sessions, key_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, person = session_for("consular"), Person()
    application = file_by_verbs(session, key_folder, person, "passport-renewal")
    pay(session, application)
    attend(session, HEAD, application.reference, person.number)
    monkeypatch.setattr(issuer, "_current", Issuer("https://mahjar.example", specimen=False))
    with refuses("authority_missing") as refused:
        review.accept(session, HEAD, application.reference)
    assert refused.value.code == "authority_missing"
    assert application.status == Status.IN_REVIEW
    monkeypatch.setattr(issuer, "_current", Issuer("https://mahjar.example", specimen=False, authority="Testland"))
    review.accept(session, HEAD, application.reference)
    assert application.status == Status.WITH_AUTHORITY


def test_conscription_decides_nothing(nobody: None, registers: int, session_for: Sessions) -> None:
    session, man = session_for("conscription"), specimens.ABROAD.person
    with refuses("authority_missing") as refused:
        conscription.forward(session, man)
    assert refused.value.code == "authority_missing"
    assert conscription.decisions(session, "RUH-7K3MQ-9XFPA-D") == []


def test_no_card_payment_starts_without_a_named_merchant(
    counter: Callable[..., Counter], service_client: Callable[[str], ServiceClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = counter().until("awaiting_payment")
    extensions = service_client("consular").app.extensions
    settings = replace(extensions["settings"], specimen=False, provider_url="https://cards.test", provider_name="Cards")
    monkeypatch.setitem(extensions, "settings", settings)
    body: dict[str, Any] = {"method": "card", "key": "key", "return_url": "http://127.0.0.1:8080/x"}
    answer = here.ask_as_applicant("POST", "/payments", body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "merchant_missing")
    assert here.read()["status"] == "awaiting_payment"
