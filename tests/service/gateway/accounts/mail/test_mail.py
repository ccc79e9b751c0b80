"""E-mails on their way: a real mail server, growing waits, a second provider, bounces, owner and age."""

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import delete, select, update

from services.gateway.accounts.mail import bounces, deliver, queue
from services.gateway.accounts.mail.deliver import CLAIM, WAITS, Post, deliver_due
from services.gateway.accounts.mail.letter import return_path, write
from services.gateway.accounts.mail.queue import EVENTS, SENT, UNDELIVERABLE, WAITING
from services.gateway.accounts.mail.senders import MaildirSender, NotNow, Sender, SmtpSender, Undeliverable
from services.gateway.accounts.model import Account, Mail
from shared.database.db import Database
from shared.settings.mail import MailServer
from tests.factories.gateway import Gateway
from tests.factories.texts.sensitive import SENSITIVE

SENDER, SITE, READER = "mahjar@mahjar.example", "https://mahjar.example", "reader@example.org"


@dataclass
class Inbox:
    """What a mail server does with what it is given: `answers` are its replies to recipients, then it takes all."""

    answers: list[str] = field(default_factory=list)
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.answers and not (answer := self.answers.pop(0)).startswith("250"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append((envelope.mail_from, message))
        return "250 Taken"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[MailServer]:
    """A real mail server on the loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield MailServer("127.0.0.1", port, "", "", "none")
    finally:
        controller.stop()


@pytest.fixture
def database(gateway: Gateway) -> Iterator[Database]:
    made: Database = gateway.app.extensions["database"]
    with made.scope(None) as session:
        session.execute(delete(Mail))
    yield made
    with made.scope(None) as session:
        session.execute(delete(Mail))


@pytest.fixture
def secret(gateway: Gateway) -> str:
    return str(gateway.app.extensions["settings"].secret)


def post(secret: str, *senders: Sender) -> Post:
    return Post(senders, SENDER, SITE, secret)


def put(database: Database, secret: str, address: str = READER, event: str = queue.SIGN_UP_CODE) -> str:
    with database.scope(None) as session:
        return queue.queue(session, secret, event, address, "en", "RUH", code="ABCD-EFGH").id


def read(database: Database, mail_id: str) -> Mail:
    with database.scope(None) as session:
        mail = session.get_one(Mail, mail_id)
        session.expunge(mail)
        return mail


def make_due(database: Database) -> None:
    with database.scope(None) as session:
        session.execute(update(Mail).values(next_try_at=Mail.created_at))


def test_a_mail_reaches_the_server_and_leaves_no_code_behind(
    database: Database, secret: str, server: MailServer, inbox: Inbox
) -> None:
    mail_id = put(database, secret)
    assert "ABCD" not in str(read(database, mail_id).sealed)
    assert deliver_due(database, post(secret, SmtpSender(server))) == 1
    mail = read(database, mail_id)
    assert (mail.state, mail.tries, mail.sealed, mail.sent_at is not None) == (SENT, 1, None, True)
    ((envelope_from, message),) = inbox.taken
    assert envelope_from == return_path(mail_id, SENDER)
    assert message["To"] == READER and SENDER in message["From"]
    assert message["Message-ID"] == f"<{mail_id}@mahjar.example>" and message["Auto-Submitted"] == "auto-generated"
    assert "ABCD-EFGH" in message.get_content()
    assert deliver_due(database, post(secret, SmtpSender(server))) == 0


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_a_template_and_a_neutral_subject(
    database: Database, secret: str, event: str, language: str
) -> None:
    with database.scope(None) as session:
        mail = queue.queue(session, secret, event, READER, language, "RUH", code="ABCD-EFGH", link=f"{SITE}/x")
        message = write(mail, queue.params_of(secret, mail), SENDER, SITE)
    subject, sender = str(message["Subject"]), str(message["From"])
    assert subject and not SENSITIVE.search(subject), subject
    assert not SENSITIVE.search(sender), sender
    text = message.get_content()
    assert "{" not in text and not re.search("[\u2066-\u2069\u200e\u200f]", text)
    assert bytes(message)


def test_an_event_without_a_template_is_not_queued(database: Database, secret: str) -> None:
    with pytest.raises(KeyError), database.scope(None) as session:
        queue.queue(session, secret, "weather", READER, "en", "RUH")


def test_a_refused_address_is_undeliverable_at_once(
    database: Database, secret: str, server: MailServer, inbox: Inbox
) -> None:
    inbox.answers.append("550 5.1.1 no such mailbox")
    mail_id = put(database, secret)
    deliver_due(database, post(secret, SmtpSender(server)))
    mail = read(database, mail_id)
    assert (mail.state, mail.fault, mail.sealed) == (UNDELIVERABLE, "smtp_550", None)
    assert not inbox.taken


def test_a_busy_server_is_asked_again_after_growing_waits(
    database: Database, secret: str, server: MailServer, inbox: Inbox
) -> None:
    inbox.answers += ["451 4.7.1 greylisted"] * len(WAITS)
    mail_id = put(database, secret)
    waits = []
    for _ in WAITS:
        make_due(database)
        assert deliver_due(database, post(secret, SmtpSender(server))) == 1
        mail = read(database, mail_id)
        assert (mail.state, mail.fault) == (WAITING, "smtp_451")
        with database.scope(None) as session:
            waits.append(mail.next_try_at - session.info["now"])
    assert all(abs(wait - expected) < timedelta(seconds=45) for wait, expected in zip(waits, WAITS, strict=True))
    assert list(WAITS) == sorted(WAITS)
    make_due(database)
    deliver_due(database, post(secret, SmtpSender(server)))
    assert read(database, mail_id).state == SENT and len(inbox.taken) == 1


@dataclass
class Failing:
    """A provider that fails."""

    error: Exception
    asked: int = 0

    def send(self, _message: EmailMessage, _return_path: str) -> None:
        self.asked += 1
        raise self.error


def test_nobody_is_asked_for_ever(database: Database, secret: str) -> None:
    mail_id, provider = put(database, secret), Failing(NotNow("TimeoutError"))
    for _ in range(len(WAITS) + 3):
        make_due(database)
        deliver_due(database, post(secret, provider))
    assert (provider.asked, read(database, mail_id).fault) == (len(WAITS) + 1, deliver.GAVE_UP)


def test_the_second_provider_is_tried_when_the_first_fails(
    database: Database, secret: str, server: MailServer, inbox: Inbox
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = SmtpSender(MailServer("127.0.0.1", closed.getsockname()[1], "", "", "none"))
        mail_id = put(database, secret)
        deliver_due(database, post(secret, dead, SmtpSender(server)))
        assert read(database, mail_id).fault == "ConnectionRefusedError"
        make_due(database)
        deliver_due(database, post(secret, dead, SmtpSender(server)))
    assert read(database, mail_id).state == SENT and len(inbox.taken) == 1


def test_a_claimed_mail_is_nobody_elses_until_the_claim_ends(database: Database, secret: str) -> None:
    put(database, secret)
    with database.scope(None) as session:
        (mail,) = deliver.claim(session)
        assert mail.next_try_at - session.info["now"] == CLAIM
    with database.scope(None) as session:
        assert deliver.claim(session) == []


def test_without_a_provider_mails_wait(database: Database, secret: str) -> None:
    mail_id = put(database, secret)
    assert deliver_due(database, post(secret)) == 0
    assert read(database, mail_id).state == WAITING


@pytest.mark.parametrize("address", ["a@b.example\nBcc: all@example.org", "a@b.example\r\nX: y", "", "nobody"])
def test_an_address_never_becomes_a_header(database: Database, secret: str, address: str, inbox: Inbox) -> None:
    provider = Failing(AssertionError("sent"))
    mail_id = put(database, secret, address)
    deliver_due(database, post(secret, provider))
    assert (read(database, mail_id).fault, provider.asked) == (deliver.NO_TEMPLATE, 0)


def test_the_specimen_mailbox_has_what_was_sent(database: Database, secret: str, tmp_path: Path) -> None:
    from deploy.demo.sandbox.notices import Notifier
    from deploy.demo.sandbox.provider import create_app

    put(database, secret, "one@example.org")
    put(database, secret, "two@example.org")
    deliver_due(database, post(secret, MaildirSender(tmp_path)))
    page = create_app("secret", Notifier("", ""), mails=str(tmp_path)).test_client()
    shown = page.get("/mailbox?to=one@example.org").text
    assert "ABCD-EFGH" in shown and "two@example.org" not in shown
    assert "two@example.org" in page.get("/mailbox").text
    assert create_app("secret", Notifier("", "")).test_client().get("/mailbox").status_code == 404


def report(to: str, action: str = "failed") -> bytes:
    return (
        f"From: MAILER-DAEMON@example.org\r\nTo: {to}\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; reader@example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda mail: report(return_path(mail, SENDER)), UNDELIVERABLE),
        (lambda mail: report(return_path(mail, SENDER), "delayed"), SENT),
        (lambda _: report(return_path("another", SENDER)), SENT),
        (lambda _: report(SENDER), SENT),
        (lambda mail: f"To: {return_path(mail, SENDER)}\r\n\r\nI am on holiday.".encode(), SENT),
        (lambda _: b"\xff\x00 no message at all", SENT),
    ],
)
def test_a_bounce_is_noted_and_nothing_else_is(
    database: Database, secret: str, tmp_path: Path, make: Callable[[str], bytes], expected: str
) -> None:
    mail_id = put(database, secret)
    deliver_due(database, post(secret, MaildirSender(tmp_path / "out")))
    box = tmp_path / "bounces"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "new" / "1").write_bytes(make(mail_id))
    assert bounces.take_bounces(database, box) == (expected == UNDELIVERABLE)
    assert read(database, mail_id).state == expected
    assert list((box / "new").iterdir()) == []
    assert bounces.take_bounces(database, tmp_path / "none") == 0


HOSTILE = {
    "nul in the address": b"To: notices+b.a\x00b@example.org\r\n\r\nx",
    "nul, encoded": b"To: =?utf-8?q?notices+b.a=00b?=@example.org\r\n\r\nx",
    "half a quote": b'To: "\r\n\r\nx',
    "half an address": b"To: a@\r\n\r\nx",
    "half a bracket": b"To: <\r\n\r\nx",
    "half a domain": b"To: a+b.x@[\r\n\r\nx",
    "half an encoded word": b"To: =?x?q??=\r\n\r\nx",
    "no text": b"To: notices+b.\xff\xfe@example.org\r\n\r\nx",
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=x%d\r\n\r\n--x%d\r\n" % (one, one) for one in range(3000)
    ),
    "messages in messages": b"Content-Type: message/rfc822\r\n\r\n" * 3000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_holds_no_bounce_up(database: Database, secret: str, tmp_path: Path, content: bytes) -> None:
    """An error would end the process that sends e-mails, and again each time it starts."""
    mail_id = put(database, secret)
    deliver_due(database, post(secret, MaildirSender(tmp_path / "out")))
    box = tmp_path / "bounces"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    addressed = report(return_path(mail_id, SENDER))
    (box / "new" / "1").write_bytes(content)
    (box / "new" / "2").write_bytes(addressed)
    assert bounces.take_bounces(database, box) == 1
    assert read(database, mail_id).state == UNDELIVERABLE
    assert list((box / "new").iterdir()) == []


def test_what_did_not_arrive_has_an_age_and_an_owner(gateway: Gateway, database: Database, secret: str) -> None:
    mail_id = put(database, secret)
    deliver_due(database, post(secret, Failing(Undeliverable("smtp_550"))))
    with database.scope(None) as session:
        session.execute(update(Mail).values(failed_at=Mail.failed_at - timedelta(days=3)))
    page, clerk, other = "/en/desk/mails", gateway.visitor("clerk"), gateway.visitor("officer")
    text = clerk.get(page).text
    assert re.search(r"\b3\b\D{1,20}days", text) and "Nobody yet" in text and READER not in text
    assert gateway.visitor("officer", "BER").get(page).text.count("Nobody yet") == 0
    act = f"{page}/{mail_id}"
    assert gateway.visitor("officer", "BER").submit(act, page="/en/desk", verb="take").status_code == 404
    assert clerk.submit(act, page=page, verb="take").status_code == 303
    assert ">You<" in clerk.get(page).text.replace(" ", "") and "A colleague" in other.get(page).text
    assert clerk.submit(act, page=page, verb="burn").status_code == 422
    assert clerk.submit(act, page=page).status_code == 422
    assert other.submit(act, page=page, verb="settle").status_code == 303
    assert "Every e-mail has arrived" in other.get(page).text


@pytest.mark.parametrize(
    ("changed", "event", "sent"),
    [
        ({}, queue.ACCOUNT_NEWS, True),
        ({"email_confirmed_at": None}, queue.ACCOUNT_NEWS, False),
        ({"frozen_at": "now"}, queue.ACCOUNT_NEWS, False),
        ({"frozen_at": "now"}, queue.ACCOUNT_ON_HOLD, True),
        ({"disabled_at": "now"}, queue.ACCOUNT_NEWS, False),
    ],
)
def test_nothing_goes_to_who_is_not_confirmed_or_is_doubted(
    gateway: Gateway, database: Database, changed: dict[str, str | None], event: str, sent: bool
) -> None:
    made = gateway.account("auditor")
    with database.scope(None) as session:
        account = session.scalars(select(Account).where(Account.email == made.email)).one()
        before = {name: getattr(account, name) for name in ("email_confirmed_at", "frozen_at", "disabled_at")}
        for name, value in changed.items():
            setattr(account, name, session.info["now"] if value else None)
        assert queue.tell(session, account, event) is sent
        for name, value in before.items():
            setattr(account, name, value)
    assert len(gateway.mails(made.email)) == sent
