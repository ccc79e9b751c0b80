"""By which servers e-mail goes out, and what is refused at the start."""

from pathlib import Path

import pytest

from shared.production import StartRefused
from shared.settings.mail import SPECIMEN_SENDER, MailServer, MailSettings

FROM = {"MAHJAR_MAIL_FROM": "post@mahjar.example"}


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://u:p%40s@mx.example.org", MailServer("mx.example.org", 465, "u", "p@s", "implicit")),
        ("smtp://u:p@mx.example.org", MailServer("mx.example.org", 587, "u", "p", "starttls")),
        ("smtp://mx.example.org:2525", MailServer("mx.example.org", 2525, "", "", "starttls")),
        ("smtp://127.0.0.1:25", MailServer("127.0.0.1", 25, "", "", "none")),
    ],
)
def test_a_server(url: str, server: MailServer) -> None:
    assert MailSettings.load({"MAHJAR_SMTP_URL": url, **FROM}, specimen=False).servers == (server,)


def test_two_servers_stand_in_their_order() -> None:
    both = MailSettings.load({"MAHJAR_SMTP_URL": "smtp://a.example, smtps://b.example", **FROM}, specimen=False)
    assert [server.host for server in both.servers] == ["a.example", "b.example"]


@pytest.mark.parametrize(
    "url", ["mx.example.org", "http://mx.example.org", "smtp://", "smtp://h:port", "smtp://h/path", "smtps://[::1"]
)
def test_an_address_that_cannot_be_meant_refuses_the_start(url: str) -> None:
    with pytest.raises(StartRefused, match="MAHJAR_SMTP_URL"):
        MailSettings.load({"MAHJAR_SMTP_URL": url, **FROM}, specimen=False)


@pytest.mark.parametrize("sender", ["", "nobody", "a@b@c"])
def test_a_server_needs_an_address_to_send_from(sender: str) -> None:
    with pytest.raises(StartRefused, match="MAHJAR_MAIL_FROM"):
        MailSettings.load({"MAHJAR_SMTP_URL": "smtp://a.example", "MAHJAR_MAIL_FROM": sender}, specimen=False)


def test_the_folder_of_the_demo_is_the_demos_alone() -> None:
    folder = {"MAHJAR_MAILDIR": "/x", "MAHJAR_MAILBOX_URL": "http://127.0.0.1:1/mailbox"}
    demo, production = (MailSettings.load(folder, specimen=specimen) for specimen in (True, False))
    assert (demo.maildir, demo.sender, demo.mailbox_url) == (Path("/x"), SPECIMEN_SENDER, folder["MAHJAR_MAILBOX_URL"])
    assert (production.maildir, production.mailbox_url) == (None, "")
    sending = MailSettings.load({**folder, "MAHJAR_SMTP_URL": "smtp://127.0.0.1"}, specimen=True)
    assert sending.mailbox_url == ""
