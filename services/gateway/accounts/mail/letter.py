"""Writes an e-mail: a neutral subject, a short text in one language, and nothing about its reader."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.gateway.accounts.mail.queue import NOTICES
from services.gateway.accounts.model import Mail
from shared.direction import CONTROLS
from shared.i18n import language

# Back to this address come bounces; its sign says of which e-mail.
BOUNCE_TAG = "b."


def write(mail: Mail, params: dict[str, str], sender: str, public_url: str) -> EmailMessage:
    """The message of a queued e-mail. Raises KeyError without a template, ValueError for an address with breaks."""
    tongue = language(mail.language)
    site = f"{public_url}/{mail.language}/"
    values = {
        **params,
        "site": site,
        "link": f"{site}invitation/{params.get('invitation', '')}",
        "recovery": f"{site}recover/{params.get('recovery', '')}",
        "lost": f"{site}recover",
    }
    message = EmailMessage(policy=SMTP)
    user, _, domain = sender.partition("@")
    message["From"] = Address(tongue.text("layout.name"), user, domain)
    message["To"] = Address(addr_spec=mail.address)
    message["Subject"] = tongue.text(f"mail.{mail.event}.subject" if mail.event not in NOTICES else "notice.subject")
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    parts = [*_paragraphs(mail, values), tongue.text("mail.end")]
    # Marks of direction would be copied along with a code or an address.
    message.set_content(CONTROLS.sub("", "\n\n".join(parts)) + "\n", charset="utf-8")
    return message


def _paragraphs(mail: Mail, values: dict[str, str]) -> list[str]:
    tongue = language(mail.language)
    if mail.event in NOTICES:
        return [tongue.text(f"mail.{mail.event}.line"), tongue.text("notice.open", address=values["site"])]
    return [tongue.text(f"mail.{mail.event}.text", **values)]


def write_sms(mail: Mail, params: dict[str, str]) -> str:
    """The text message of what is queued. Raises KeyError without a template."""
    part = "line" if mail.event in NOTICES else "sms"
    return CONTROLS.sub("", language(mail.language).text(f"mail.{mail.event}.{part}", **params))


def return_path(mail_id: str, sender: str) -> str:
    """The address to which the mail servers of others report that this e-mail did not arrive."""
    user, _, domain = sender.partition("@")
    return f"{user}+{BOUNCE_TAG}{mail_id}@{domain}"


def mail_of(address: str) -> str | None:
    """Of which e-mail a bounce to this address is."""
    _, found, rest = address.partition(f"+{BOUNCE_TAG}")
    return rest.partition("@")[0] if found else None


def days_since(moment: datetime, now: datetime) -> int:
    """Whole days, for the age of what could not be delivered."""
    return (now - moment).days
