"""By which servers e-mail is sent and from which address; in the demo into a folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shared.production import StartRefused

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS = {"smtp": 587, "smtps": 465}
SPECIMEN_SENDER = "mahjar@mahjar.example"
SENTENCE = (
    "Set MAHJAR_SMTP_URL to smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587; a second one after a comma."
)

SMS_SENTENCE = "Set MAHJAR_SMS_URL to https addresses and MAHJAR_SMS_TOKEN to as many tokens, both between commas."


@dataclass(frozen=True)
class MailServer:
    """`tls` is implicit, starttls or none; none is for this machine alone. `password` is a secret."""

    host: str
    port: int
    user: str
    password: str
    tls: str


@dataclass(frozen=True)
class SmsProvider:
    """Who takes text messages over by HTTP. `token` is a secret."""

    url: str
    token: str


@dataclass(frozen=True)
class MailSettings:
    """Servers in the order in which they are tried. Without one the demo writes into `maildir`."""

    servers: tuple[MailServer, ...]
    sender: str
    maildir: Path | None
    bounces: Path | None
    mailbox_url: str
    sms: tuple[SmsProvider, ...] = ()

    @classmethod
    def load(cls, env: Mapping[str, str], *, specimen: bool, required: bool = False) -> "MailSettings":
        """Raises StartRefused with one sentence for what cannot be meant, or is missing though it is required."""
        addresses = [part.strip() for part in env.get("MAHJAR_SMTP_URL", "").split(",") if part.strip()]
        sender = env.get("MAHJAR_MAIL_FROM", "") or (SPECIMEN_SENDER if specimen else "")
        if required and not addresses:
            raise StartRefused(f"Outside demo mode codes and notices go by e-mail. {SENTENCE}")
        if addresses and sender.count("@") != 1:
            raise StartRefused("Set MAHJAR_MAIL_FROM to the address that e-mails come from.")
        maildir = env.get("MAHJAR_MAILDIR", "") if specimen else ""
        return cls(
            servers=tuple(_server(address) for address in addresses),
            sender=sender,
            maildir=Path(maildir) if maildir else None,
            bounces=Path(env["MAHJAR_BOUNCES"]) if env.get("MAHJAR_BOUNCES") else None,
            mailbox_url=env.get("MAHJAR_MAILBOX_URL", "") if specimen and not addresses else "",
            sms=_sms_providers(env),
        )


def _sms_providers(env: Mapping[str, str]) -> tuple[SmsProvider, ...]:
    """Addresses between commas, each with its token at the same place of the other variable."""
    urls = [part.strip() for part in env.get("MAHJAR_SMS_URL", "").split(",") if part.strip()]
    tokens = [part.strip() for part in env.get("MAHJAR_SMS_TOKEN", "").split(",") if part.strip()]
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise StartRefused(SMS_SENTENCE)
    if len(urls) != len(tokens):
        raise StartRefused(SMS_SENTENCE)
    return tuple(SmsProvider(url, token) for url, token in zip(urls, tokens, strict=True))


def _server(address: str) -> MailServer:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in PORTS or not host or parts.path.strip("/"):
        raise StartRefused(SENTENCE)
    tls = "implicit" if parts.scheme == "smtps" else "none" if host in LOOPBACK else "starttls"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(host, port or PORTS[parts.scheme], user, password, tls)
