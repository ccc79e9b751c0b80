"""Outside demo mode nobody decides or issues in the name of an authority that has not proved itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deploy.demo.population import specimens
from services.civil_registry.model import Annotation, Request
from services.civil_registry.registrar import settle
from services.civil_registry.registrar.model import Settlement
from services.consular.applications.rules import Status
from services.consular.workflow import review
from services.consular.workflow.attendance.check_in import attend
from shared.documents import issuer
from shared.documents.issuer import Issuer
from shared.messaging.outbox import outbox
from tests.conftest import ServiceClient, officer
from tests.factories.applications import Counter, Person, file_by_verbs
from tests.factories.payments import pay
from tests.factories.refusals import refuses
from tests.factories.registers import conscription

Sessions = Callable[..., Session]
HEAD, REGISTRAR = officer("head_of_mission"), officer("registrar")


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


JUDGMENT = settle.Judgment("court", "45/2026", date(2026, 3, 1))


@pytest.mark.parametrize(
    "settle_request",
    [
        lambda session, request: settle.dismiss(session, REGISTRAR, request, "one person", "key"),
        lambda session, request: settle.correct(session, REGISTRAR, request, JUDGMENT, "key"),
    ],
    ids=["dismiss", "correct"],
)
def test_a_registrar_settles_nothing(
    registers: int, session_for: Sessions, monkeypatch: pytest.MonkeyPatch, settle_request: Callable[..., object]
) -> None:
    session, application = session_for("civil_registry"), "RUH-22222-22222-2"
    waiting = {"transaction": "birth-statement", "ask": "extract", "outcome": "returned", "findings": ["father_name"]}
    request = Request(
        mission="RUH", application=application, person=UUID(specimens.SON.person), state="mismatch", **waiting
    )
    session.add(request)
    session.flush()
    settled = select(func.count()).select_from(Settlement).where(Settlement.request == request.id)
    annotated = select(func.count()).select_from(Annotation).where(Annotation.person == request.person)
    sent = select(func.count()).select_from(outbox).where(outbox.c.about == application)
    counts = (settled, annotated, sent)
    before = [session.scalar(count) for count in counts]
    monkeypatch.setattr(issuer, "_current", Issuer("https://mahjar.example", specimen=False))
    with refuses("authority_missing") as refused:
        settle_request(session, request.id)
    assert refused.value.code == "authority_missing"
    assert [session.scalar(count) for count in counts] == before
    monkeypatch.setattr(issuer, "_current", Issuer("https://mahjar.example", specimen=False, authority="Testland"))
    settle_request(session, request.id)
    assert (session.scalar(settled), session.scalar(sent)) == (1, 1)


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
