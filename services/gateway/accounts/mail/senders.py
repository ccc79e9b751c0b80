"""Hands a message to a mail server by SMTP, or puts it into a Maildir: the specimen mailbox of the demo."""

import smtplib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from mailbox import Maildir, MaildirMessage
from pathlib import Path
from typing import Protocol

from shared import deadline
from shared.deadline_http import bounded, tls_context
from shared.errors import Unavailable
from shared.settings.mail import MailServer, MailSettings

# For one message, however slowly the server answers; and for readiness.
TIMEOUT_SECONDS, CHECK_SECONDS = 10.0, 2.0
PERMANENT = range(500, 600)


class Undeliverable(Exception):
    """The server refuses this e-mail for good. `args[0]` is its code of three digits; its words may name people."""


class NotNow(Exception):
    """The server does not answer or asks to come back. `args[0]` is its code, or the kind of failure."""


class PlainConnection(smtplib.SMTP):
    """A connection whose waits end with the deadline; under TLS the context sees to that."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return bounded(super()._get_socket(host, port, timeout))  # type: ignore[misc]


class Sender(Protocol):
    """Something that takes a message over."""

    def send(self, message: EmailMessage, return_path: str, /) -> None:
        """Raises Undeliverable or NotNow."""


@dataclass(frozen=True)
class SmtpSender:
    """A mail server. Outside the own machine the connection is encrypted, and its certificate verified."""

    server: MailServer

    def send(self, message: EmailMessage, return_path: str) -> None:
        """One connection per message: what fails is then this message's alone. Raises Undeliverable or NotNow."""
        try:
            with deadline.within(TIMEOUT_SECONDS), self._connect() as connection:
                connection.send_message(message, from_addr=return_path)
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = next(iter(error.recipients.values()))
            raise _refused(code) from error
        except smtplib.SMTPAuthenticationError as error:
            # Our own password is wrong: no fault of this address.
            raise NotNow(f"smtp_{error.smtp_code}") from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(type(error).__name__) from error

    def check(self) -> None:
        """Raises NotNow unless the server answers and lets us in."""
        try:
            with deadline.within(CHECK_SECONDS), self._connect() as connection:
                connection.noop()
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(type(error).__name__) from error

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        if server.tls == "implicit":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=tls_context()
            )
        else:
            connection = PlainConnection(server.host, server.port, timeout=TIMEOUT_SECONDS)
        try:
            if server.tls == "starttls":
                connection.starttls(context=tls_context())
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


def _refused(code: int) -> Exception:
    return Undeliverable(f"smtp_{code}") if code in PERMANENT else NotNow(f"smtp_{code}")


@dataclass(frozen=True)
class MaildirSender:
    """A folder that a program for mail, or the demo's page, reads."""

    folder: Path

    def send(self, message: EmailMessage, return_path: str) -> None:
        """Raises NotNow."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            message["Return-Path"] = f"<{return_path}>"
            Maildir(self.folder / "mail").add(MaildirMessage(message))
        except OSError as error:
            raise NotNow(type(error).__name__) from error


def senders(settings: MailSettings) -> Sequence[Sender]:
    """The first one, and those that are tried when it fails. None where e-mail is switched off."""
    if settings.servers:
        return [SmtpSender(server) for server in settings.servers]
    return [MaildirSender(settings.maildir)] if settings.maildir else []


def check_servers(settings: MailSettings) -> None:
    """Raises Unavailable unless one of the servers answers, where there are any."""
    for server in settings.servers:
        try:
            return SmtpSender(server).check()
        except NotNow:
            continue
    if settings.servers:
        raise Unavailable("mail_down")
    return None
