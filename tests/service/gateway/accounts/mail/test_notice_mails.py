"""News leaves the house: e-mail and text message as their reader wants, each once, and only to what was confirmed."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from deploy.demo.population import specimens
from services.consular.notices.create import create_notice
from services.consular.notices.rules import KINDS
from services.gateway import worker
from services.gateway.accounts.mail import notice_mails, queue
from services.gateway.accounts.mail.deliver import WAITS, Post, deliver_due
from services.gateway.accounts.mail.letter import write, write_sms
from services.gateway.accounts.mail.queue import SENT, UNDELIVERABLE, WAITING
from services.gateway.accounts.mail.senders import NotNow
from services.gateway.accounts.mail.sms import SmsSender
from services.gateway.accounts.model import Account, Mail
from shared.database.db import Database
from shared.fragments import LANGUAGES
from shared.settings.mail import SmsProvider
from tests.factories.gateway import Gateway
from tests.factories.texts.sensitive import SENSITIVE

NUMBER = "+966501234567"
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


@dataclass
class Provider:
    """A provider of text messages on the loopback: `answers` are the statuses it gives, then it takes all."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    taken: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def take(self, token: str, body: bytes) -> int:
        self.tokens.append(token)
        status = self.answers.pop(0) if self.answers else 202
        if status < 300:
            self.taken.append(json.loads(body))
        return status


def serve(provider: Provider) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(provider.take(self.headers["Authorization"], body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}/sms"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


@pytest.fixture
def providers() -> Iterator[tuple[Provider, Provider]]:
    both = Provider(), Provider()
    servers = [serve(one) for one in both]
    yield both
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def database(gateway: Gateway) -> Iterator[Database]:
    made: Database = gateway.app.extensions["database"]
    with made.scope(None) as session:
        session.execute(delete(Mail))
    yield made
    with made.scope(None) as session:
        session.execute(delete(Mail))
        silent = {"phone": None, "phone_confirmed_at": None, "news_by_sms": False, "news_by_mail": True}
        session.execute(update(Account).values(silent))


def post(gateway: Gateway, *providers: Provider) -> Post:
    senders = [SmsSender(SmsProvider(one.url, "specimen-token")) for one in providers]
    secret = gateway.app.extensions["settings"].secret
    return Post([NoMail()], "mahjar@mahjar.example", "https://mahjar.example", secret, senders)


class NoMail:
    def send(self, *_: object) -> None:
        raise NotNow("off")


def change(database: Database, **columns: Any) -> None:
    with database.scope(None) as session:
        session.execute(update(Account).where(Account.person == specimens.SON.person).values(columns))


def texts(database: Database) -> list[Mail]:
    with database.scope(None) as session:
        found = list(session.scalars(select(Mail).where(Mail.channel == queue.SMS).order_by(Mail.created_at)))
        session.expunge_all()
        return found


def test_a_telephone_is_confirmed_and_gets_news(
    gateway: Gateway, database: Database, providers: tuple[Provider, Provider]
) -> None:
    first, _ = providers
    browser = gateway.visitor(person=specimens.SON)
    page = browser.get("/en/account/channels").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert browser.post("/en/account/channels/phone", csrf_token=token, phone="0501234567").status_code == 422
    assert browser.post("/en/account/channels/phone", csrf_token=token, phone=NUMBER).status_code == 303
    deliver_due(database, post(gateway, first))
    found = CODE.search(first.taken[0]["text"])
    assert found
    code = found[0]
    assert (first.taken[0]["to"], first.tokens) == (NUMBER, ["Bearer specimen-token"])
    assert browser.post("/en/account/channels", csrf_token=token, by_sms="yes").status_code == 409
    assert browser.post("/en/account/channels/phone/code", csrf_token=token, code="ZZZZ-ZZZZ").status_code == 422
    assert browser.post("/en/account/channels/phone/code", csrf_token=token, code=code).status_code == 303
    with database.scope(None) as session:
        assert notice_mails.queue_notice(session, specimens.SON.person, "ready", "RUH 1") == 2
        assert notice_mails.queue_notice(session, specimens.SON.person, "ready", "RUH 1") == 0


SPELT = ("+966 50 765 0001", "00966507650001", "+٩٦٦٥٠٧٦٥٠٠٠١", "\u200f+966-50-765-0001", *("+966507650001",) * 2)


@pytest.mark.parametrize(
    ("path", "name", "spellings"),
    [
        ("/en/account/channels/phone", "phone", SPELT),
        ("/en/account/contact/new", "email", ("Filled@mahjar.example", " filled@MAHJAR.example\u200b") * 3),
    ],
)
def test_several_accounts_do_not_fill_one_telephone_or_mailbox(
    gateway: Gateway, path: str, name: str, spellings: tuple[str, ...]
) -> None:
    browsers = [gateway.visitor(mission=mission) for mission in ("BER", "RUH", "DXB")]
    page = path.removesuffix("/phone")
    codes = [
        browsers[number % 3].submit(path, page=page, **{name: typed}).status_code
        for number, typed in enumerate(spellings)
    ]
    assert codes == [codes[0]] * 5 + [429] and codes[0] < 400


@pytest.mark.parametrize(
    ("columns", "queued"),
    [
        ({}, 1),
        ({"news_by_mail": False}, 0),
        ({"email_confirmed_at": None}, 0),
        ({"phone": NUMBER}, 1),
    ],
)
def test_only_what_was_confirmed_and_wanted_is_told(
    gateway: Gateway, database: Database, columns: dict[str, Any], queued: int
) -> None:
    gateway.account(person=specimens.SON)
    if columns:
        change(database, **columns)
    with database.scope(None) as session:
        assert notice_mails.queue_notice(session, specimens.SON.person, "returned", "RUH 2") == queued
        assert notice_mails.queue_notice(session, "nobody", "returned", "RUH 3") == 0


def put(gateway: Gateway, database: Database) -> str:
    gateway.account(person=specimens.SON)
    with database.scope(None) as session:
        account = session.scalars(select(Account).where(Account.person == specimens.SON.person)).one()
        secret = gateway.app.extensions["settings"].secret
        return queue.queue_sms(session, secret, account, queue.PHONE_CODE, NUMBER, code="ABCD-EFGH").id


def test_the_second_provider_after_the_first_one_fails(
    gateway: Gateway, database: Database, providers: tuple[Provider, Provider]
) -> None:
    first, second = providers
    message = put(gateway, database)
    first.answers = [500]
    deliver_due(database, post(gateway, first, second))
    (waiting,) = texts(database)
    assert (waiting.state, waiting.fault, waiting.tries) == (WAITING, "sms_500", 1)
    assert waiting.next_try_at - waiting.created_at >= WAITS[0]
    with database.scope(None) as session:
        session.execute(update(Mail).values(next_try_at=Mail.created_at))
    deliver_due(database, post(gateway, first, second))
    assert [one["id"] for one in second.taken] == [message]
    (sent,) = texts(database)
    assert (sent.state, sent.sealed) == (SENT, None)


@pytest.mark.parametrize(("status", "state"), [(400, UNDELIVERABLE), (404, UNDELIVERABLE), (429, WAITING)])
def test_what_the_provider_refuses_for_good_gets_an_owner(
    gateway: Gateway, database: Database, providers: tuple[Provider, Provider], status: int, state: str
) -> None:
    providers[0].answers = [status]
    put(gateway, database)
    deliver_due(database, post(gateway, providers[0]))
    (text,) = texts(database)
    assert (text.state, text.failed_at is not None) == (state, state == UNDELIVERABLE)


def test_a_provider_that_is_not_there_is_tried_again(gateway: Gateway, database: Database) -> None:
    put(gateway, database)
    deliver_due(database, post(gateway, Provider("http://127.0.0.1:9/sms")))
    assert texts(database)[0].state == WAITING


def message(event: str, code: str, channel: str) -> Mail:
    made = Mail(id="m", home_mission="RUH", address="r@example.org", event=event, language=code, channel=channel)
    made.created_at = datetime(2026, 11, 1, tzinfo=UTC)
    return made


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("event", queue.SMS_EVENTS)
def test_no_text_message_says_what_it_is_about(event: str, code: str) -> None:
    text = write_sms(message(event, code, queue.SMS), {"code": ""})
    assert text and not SENSITIVE.search(text)
    assert len(text) <= 160


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_notice_has_an_e_mail_and_a_text_message_of_its_own(kind: str, code: str) -> None:
    event = queue.notice_event(kind)
    letter = write(message(event, code, queue.MAIL), {}, "m@mahjar.example", "https://mahjar.example")
    subject, text, sms = str(letter["Subject"]), letter.get_content(), write_sms(message(event, code, queue.SMS), {})
    assert event == f"notice_{kind}" and sms in text and f"https://mahjar.example/{code}/" in text
    assert not SENSITIVE.search(subject) and not SENSITIVE.search(sms) and "{" not in text
    assert bool(re.search("[\u0621-\u064a]", sms)) is (code == "ar")
    others = {write_sms(message(queue.notice_event(one), code, queue.SMS), {}) for one in KINDS - {kind}}
    assert sms not in others and len(others) == len(KINDS) - 1


def test_the_kinds_with_words_are_those_of_the_mission_and_another_is_news() -> None:
    assert set(queue.NOTICE_KINDS) == KINDS and len(queue.NOTICE_KINDS) == len(KINDS)
    assert queue.notice_event("weather") == queue.OTHER


def test_every_kind_of_notice_is_delivered_by_both_channels(
    gateway: Gateway, database: Database, providers: tuple[Provider, Provider]
) -> None:
    """From the mission to the reader's telephone."""
    gateway.account(person=specimens.SON)
    change(database, phone=NUMBER, phone_confirmed_at=func.now(), news_by_sms=True)
    consular = gateway.wires["consular"].service.app.extensions["database"]
    with consular.scope("RUH") as session:
        for kind in KINDS:
            assert create_notice(session, specimens.SON.person, kind, "RUH-22222-22222-2", f"delivered {kind}")
    assert worker.fetch_notices(database, gateway.app.extensions["consular"]) >= 2 * len(KINDS)
    while deliver_due(database, post(gateway, providers[0])):
        pass
    expected = {write_sms(message(f"notice_{kind}", "ar", queue.SMS), {}) for kind in KINDS}
    assert expected == {one["text"] for one in providers[0].taken}
    with database.scope(None) as session:
        mailed = set(session.scalars(select(Mail.event).where(Mail.channel == queue.MAIL)))
    assert mailed == set(queue.NOTICES) - {queue.OTHER}


def test_notices_of_the_mission_leave_once(
    gateway: Gateway, database: Database, session_for: Callable[..., Any]
) -> None:
    gateway.account(person=specimens.SON)
    consular = gateway.wires["consular"].service.app.extensions["database"]
    with consular.scope("RUH") as session:
        assert create_notice(session, specimens.SON.person, "ready", "RUH-22222-22222-2", "test_notices_leave_once")
    assert worker.fetch_notices(database, gateway.app.extensions["consular"]) >= 1
    assert worker.fetch_notices(database, gateway.app.extensions["consular"]) == 0
    with database.scope(None) as session:
        told = session.scalars(select(Mail.event).where(Mail.account_id.is_not(None), Mail.once.is_not(None))).all()
    assert "notice_ready" in told


def test_while_the_service_is_silent_nothing_is_lost(gateway: Gateway, database: Database) -> None:
    gateway.wires["consular"].is_cut = True
    assert worker.fetch_notices(database, gateway.app.extensions["consular"]) == 0


def test_a_page_that_offers_no_text_messages_does_not_end_them(gateway: Gateway, database: Database) -> None:
    browser = gateway.visitor(person=specimens.SON)
    change(database, phone=NUMBER, phone_confirmed_at=func.now(), news_by_sms=True)
    page = "/en/account/channels"
    assert 'name="by_sms"' not in browser.get(page).text
    assert browser.submit(page, by_mail="yes").status_code == 303
    with database.scope(None) as session:
        assert session.scalars(select(Account.news_by_sms).where(Account.person == specimens.SON.person)).one()
