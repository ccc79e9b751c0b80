"""What the adapter sends, what it makes of each answer, and which of them leave the outcome unknown."""

import json
from typing import Any

import pytest
import requests

from services.consular.payments.providers.card import Provider, page_answer, read_event, read_page
from services.consular.payments.providers.rules import Answer, Event, OutcomeUnknown, ProviderStatus
from shared.errors import Refusal, Unavailable
from shared.values.money import Money
from tests.factories.refusals import refuses

# The HMAC-SHA-256 of b"interface" under the key b"card-secret".
TOKEN = "a2284d540a115a582850619c88a385adaf7d79f8109b70d7fcf6a530138aae2d"
OPEN_PAGE = b'{"id": "pg_1", "state": "open", "url": "https://pay.example/pg_1"}'
OPENED = Answer(ProviderStatus.OPEN, "pg_1", url="https://pay.example/pg_1")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, Any]]]:
    """The requests that the adapter made; each is answered with an open page."""
    made: list[tuple[str, str, dict[str, Any]]] = []

    def request(_session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
        made.append((method, url, options))
        response = requests.Response()
        response.status_code, response._content = 200, OPEN_PAGE
        return response

    monkeypatch.setattr(requests.Session, "request", request)
    return made


def test_a_page_is_asked_for_with_its_reference_as_the_key(sent: list[tuple[str, str, dict[str, Any]]]) -> None:
    provider = Provider("https://provider.example/", "card-secret")
    answer = provider.open_page("RUH-P1", Money(75000, "SAR"), "https://mahjar.example/back")
    assert answer == OPENED
    assert sent == [
        (
            "POST",
            "https://provider.example/v1/pages",
            {
                "headers": {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "RUH-P1"},
                "timeout": (2.0, 6.0),
                "allow_redirects": False,
                "json": {
                    "reference": "RUH-P1",
                    "amount": 75000,
                    "currency": "SAR",
                    "return_url": "https://mahjar.example/back",
                },
            },
        )
    ]


def test_a_status_is_asked_for_by_our_reference(sent: list[tuple[str, str, dict[str, Any]]]) -> None:
    assert Provider("https://provider.example", "card-secret", read_seconds=0.5).query_status("RUH-P1") == OPENED
    assert sent == [
        (
            "GET",
            "https://provider.example/v1/pages",
            {
                "headers": {"Authorization": f"Bearer {TOKEN}"},
                "timeout": (2.0, 0.5),
                "allow_redirects": False,
                "params": {"reference": "RUH-P1"},
            },
        )
    ]


def refused_connection(name: str) -> requests.ConnectionError:
    """As urllib3 reports it: the cause stands in the first argument."""
    carrier = Exception("pool")
    carrier.reason = type(name, (Exception,), {})()  # type: ignore[attr-defined]
    return requests.ConnectionError(carrier)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (requests.ConnectTimeout(), "provider_down"),
        (refused_connection("NewConnectionError"), "provider_down"),
        (refused_connection("ProtocolError"), None),
        (requests.ConnectionError(), None),
        (requests.ConnectionError("broken"), None),
        (requests.ReadTimeout(), None),
        (requests.exceptions.ChunkedEncodingError(), None),
    ],
)
def test_only_a_request_that_surely_did_not_arrive_may_be_repeated(
    monkeypatch: pytest.MonkeyPatch, failure: requests.RequestException, code: str | None
) -> None:
    def request(*_: object, **__: object) -> requests.Response:
        raise failure

    monkeypatch.setattr(requests.Session, "request", request)
    provider = Provider("https://provider.example", "card-secret")
    if code is None:
        with pytest.raises(OutcomeUnknown):
            provider.query_status("RUH-P1")
    else:
        with refuses(code, Unavailable):
            provider.query_status("RUH-P1")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 499])
def test_a_clear_no_is_a_refusal(status: int) -> None:
    with refuses("provider_refused", Refusal):
        read_page("POST", status, OPEN_PAGE)


@pytest.mark.parametrize("status", [400, 403, 405])
def test_a_question_is_refused_as_clearly(status: int) -> None:
    with refuses("provider_refused", Refusal):
        read_page("GET", status, OPEN_PAGE)


@pytest.mark.parametrize("status", [100, 199, 300, 302, 304, 399, 408, 429, 500, 502, 503, 504, 599])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_sure_answer_leaves_the_outcome_unknown(method: str, status: int) -> None:
    with pytest.raises(OutcomeUnknown):
        read_page(method, status, OPEN_PAGE)


@pytest.mark.parametrize("status", [200, 201, 202, 299])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_good_status_is_read(method: str, status: int) -> None:
    assert read_page(method, status, OPEN_PAGE) == OPENED


def test_what_the_provider_does_not_know_is_absent() -> None:
    assert read_page("GET", 404, b"anything") == Answer(ProviderStatus.ABSENT)


def test_an_answer_may_have_64_kilobytes_and_no_more() -> None:
    assert read_page("GET", 200, OPEN_PAGE.ljust(65_536)) == OPENED
    with pytest.raises(OutcomeUnknown):
        read_page("GET", 200, OPEN_PAGE.ljust(65_537))


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        ({"id": "pg_1", "state": "open"}, Answer(ProviderStatus.OPEN, "pg_1")),
        (
            {"id": 71, "state": "paid", "amount": 61500, "currency": "KWD", "reason": None},
            Answer(ProviderStatus.PAID, "71", Money(61500, "KWD")),
        ),
        (
            {"id": "pg_1", "state": "failed", "amount": 61500, "currency": "KWD", "reason": "card_declined"},
            Answer(ProviderStatus.FAILED, "pg_1", reason="card_declined"),
        ),
        (
            {"id": "pg_1", "state": "cancelled", "url": "https://pay.example/pg_1"},
            Answer(ProviderStatus.FAILED, "pg_1", url="https://pay.example/pg_1"),
        ),
        ({"id": "pg_1", "state": "open", "url": 7, "reason": ["x"]}, Answer(ProviderStatus.OPEN, "pg_1")),
    ],
)
def test_a_page_is_read_field_by_field(page: dict[str, Any], answer: Answer) -> None:
    assert page_answer(page) == answer
    assert page_answer(page, unverified=True).unverified is True


@pytest.mark.parametrize(
    "page",
    [
        {"state": "open"},
        {"id": "pg_1"},
        {"id": "pg_1", "state": "settled"},
        {"id": "pg_1", "state": "paid", "currency": "SAR"},
        {"id": "pg_1", "state": "paid", "amount": 1, "currency": "XXX"},
        {"id": "pg_1", "state": "paid", "amount": 1.5, "currency": "SAR"},
    ],
)
def test_a_malformed_page_is_no_answer(page: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        page_answer(page)


def notification(**changed: object) -> bytes:
    page = {"id": "pg_1", "reference": "RUH-P1", "state": "paid", "amount": 75000, "currency": "SAR"}
    return json.dumps({"id": "ev_1", "type": "page.paid", "page": page, **changed}).encode()


def test_a_notification_is_read_with_its_bytes() -> None:
    raw = notification()
    answer = Answer(ProviderStatus.PAID, "pg_1", Money(75000, "SAR"), unverified=True)
    assert read_event(raw) == Event("ev_1", "page.paid", "RUH-P1", answer, raw)


@pytest.mark.parametrize(
    ("changed", "attempt", "answer"),
    [
        ({"type": "payout.sent"}, "RUH-P1", None),
        ({"page": None}, None, None),
        ({"page": "RUH-P1"}, None, None),
        ({"page": {"reference": 7}}, None, Answer(ProviderStatus.PAID, unverified=True)),
        (
            {"page": {"id": "pg_1", "reference": "RUH-P1", "state": "paid", "amount": 5, "currency": "XXX"}},
            "RUH-P1",
            Answer(ProviderStatus.PAID, unverified=True),
        ),
        (
            {"page": {"id": "pg_1", "reference": "RUH-P1", "state": "failed", "reason": "card_declined"}},
            "RUH-P1",
            Answer(ProviderStatus.FAILED, "pg_1", reason="card_declined", unverified=True),
        ),
    ],
)
def test_what_a_notification_says_is_never_more_than_a_hint(
    changed: dict[str, object], attempt: str | None, answer: Answer | None
) -> None:
    event = read_event(notification(**changed))
    assert (event.attempt, event.answer) == (attempt, answer)


@pytest.mark.parametrize("name", ["e" * 120, "Ev_1.a:b-c", "0"])
def test_names_of_events_may_have_120_plain_signs(name: str) -> None:
    assert read_event(notification(id=name)).id == name
    assert read_event(notification(type=name)).type == name


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"7",
        b"{",
        b'{"type": "page.paid"}',
        b'{"id": "ev_1"}',
        b"[" * 100_000,
        notification(id=""),
        notification(type=""),
        notification(id="e" * 121),
        notification(type="e" * 121),
        notification(id="ev 1"),
        notification(type="page/paid"),
        notification(id="حدث"),
        notification(id=1),
        notification(type=None),
    ],
)
def test_a_notification_in_another_form_is_refused(raw: bytes) -> None:
    with refuses("event_malformed", Refusal):
        read_event(raw)
