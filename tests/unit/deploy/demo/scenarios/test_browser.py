"""The demo's browser comes back to a page that is busy, and takes no other refusal for that."""

from collections.abc import Iterator, Sequence

import pytest
import requests

from deploy.demo.scenarios import browser
from deploy.demo.scenarios.browser import Browser, Form, UnexpectedPage

FORM = Form("http://127.0.0.1/ar/pay", "post", {"key": "1"})


def answers(codes: Sequence[int]) -> Iterator[requests.Response]:
    for code in codes:
        answer = requests.Response()
        answer.status_code, answer.url, answer._content = code, FORM.action, b""
        yield answer


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "PAUSE_SECONDS", 0.0)


def visitor(monkeypatch: pytest.MonkeyPatch, codes: Sequence[int]) -> tuple[Browser, list[object]]:
    here, sent, coming = Browser("http://127.0.0.1", "ar"), list[object](), answers(codes)

    def post(_address: str, data: object, **_more: object) -> requests.Response:
        sent.append(data)
        return next(coming)

    monkeypatch.setattr(here.session, "post", post)
    return here, sent


@pytest.mark.usefixtures("patience")
def test_a_busy_page_is_asked_again_with_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    here, sent = visitor(monkeypatch, [503, 503, 200])
    assert here.send(FORM, {"amount": "1"}).status == 200
    assert sent == [{"key": "1", "amount": "1"}] * 3


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("code", [403, 409, 422, 500, 502])
def test_another_refusal_is_final(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    here, sent = visitor(monkeypatch, [code, 200])
    with pytest.raises(UnexpectedPage) as raised:
        here.send(FORM, {})
    assert (raised.value.status, len(sent)) == (code, 1)


@pytest.mark.usefixtures("patience")
def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "PATIENCE_SECONDS", 0.0)
    here, _ = visitor(monkeypatch, [503] * 9)
    with pytest.raises(UnexpectedPage):
        here.send(FORM, {})
