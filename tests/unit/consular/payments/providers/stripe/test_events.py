"""A notification is read for what it is about, and never for what it says of it."""

import json

import pytest

from services.consular.payments.providers.rules import Event
from services.consular.payments.providers.stripe.events import read_event
from shared.errors import Refusal
from tests.factories.refusals import refuses


def notification(about: object, **changed: object) -> bytes:
    return json.dumps({"id": "evt_1", "type": "charge.updated", "data": {"object": about}, **changed}).encode()


@pytest.mark.parametrize(
    ("about", "attempt", "payment"),
    [
        ({"object": "checkout.session", "client_reference_id": "RUH-P1", "payment_intent": None}, "RUH-P1", None),
        ({"object": "checkout.session", "client_reference_id": "RUH-P1", "payment_intent": "pi_1"}, "RUH-P1", "pi_1"),
        ({"object": "payment_intent", "id": "pi_1", "metadata": {"mahjar_attempt": "RUH-P1"}}, "RUH-P1", "pi_1"),
        ({"object": "payment_intent", "id": "pi_1", "metadata": {}}, None, "pi_1"),
        ({"object": "dispute", "id": "dp_1", "payment_intent": "pi_1", "metadata": {}}, None, "pi_1"),
        ({"object": "dispute", "id": "dp_1", "payment_intent": "../pi 1"}, None, None),
        ({"object": "charge", "client_reference_id": 7, "metadata": 7, "payment_intent": 7}, None, None),
        ({"object": "charge", "metadata": {"mahjar_attempt": 7}}, None, None),
        ({}, None, None),
        (None, None, None),
        ("pi_1", None, None),
    ],
)
def test_what_it_is_about(about: object, attempt: str | None, payment: str | None) -> None:
    raw = notification(about)
    assert read_event(raw) == Event("evt_1", "charge.updated", attempt, payment, raw)


@pytest.mark.parametrize("name", ["e" * 120, "Ev_1.a:b-c", "0"])
def test_names_of_events_may_have_120_plain_signs(name: str) -> None:
    assert read_event(notification({}, id=name)).id == name
    assert read_event(notification({}, type=name)).type == name


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"[]", b"7", b"{", b'{"type": "charge.updated"}', b'{"id": "evt_1"}', b"[" * 100_000),
        *(notification({}, id=name) for name in ("", "e" * 121, "ev 1", "حدث", 1)),
        *(notification({}, type=name) for name in ("", "e" * 121, "page/paid", None)),
    ],
)
def test_a_notification_in_another_form_is_refused(raw: bytes) -> None:
    with refuses("event_malformed", Refusal):
        read_event(raw)
