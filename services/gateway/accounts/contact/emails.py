"""E-mail addresses as keys: one account per mailbox, however its domain is spelt."""

import re
from contextlib import suppress

from email_validator import EmailNotValidError, validate_email

from shared.errors import Invalid
from shared.values.digits import ascii_signs
from shared.values.person import strip_controls

LONGEST, LONGEST_LOCAL_PART = 254, 64
# With a name before it and the fields of a mailto: after it. The patterns' time grows with the square of the length.
LONGEST_COPIED = 1_000
# As address books and mails have it: Name <name@example.org>, mailto:name@example.org, E-mail: name@example.org.
_COPIED = re.compile(r"(?:.*<|(?:[^@<>]*:\s+)?(?:mailto:)?)([^<>]+?)[>.,;،؛\s]*", re.IGNORECASE)
_MAILTO_FIELDS = re.compile(r"(?<=mailto:)([^?]*)\?.*", re.IGNORECASE)
# Between letters of a domain these make another domain, which the library does not take; elsewhere they are strays.
_JOINED = re.compile("@.*[^\x00-\x7f\u200c\u200d][\u200c\u200d]+[^\x00-\x7f\u200c\u200d]")


def fold_email(text: str) -> str:
    """The one spelling of a mailbox: lower case, the domain in its ASCII form (IDNA). Raises Invalid on `email`.

    Whether the domain receives e-mail is not asked: no form waits for another computer.
    """
    if len(text) > LONGEST_COPIED:
        raise Invalid("email_malformed", field="email")
    copied = _COPIED.fullmatch(_MAILTO_FIELDS.sub(r"\1", strip_controls(text)))
    local_part, _, domain = (copied[1].strip() if copied else "").rpartition("@")
    # A domain in Arabic may have Arabic digits, which are others than 0-9 there; elsewhere a keyboard has put them.
    for spelling in () if _JOINED.search(text) else (domain, ascii_signs(domain)):
        with suppress(EmailNotValidError):
            return _checked(f"{ascii_signs(local_part)}@{spelling}")
    raise Invalid("email_malformed", field="email")


def _checked(address: str) -> str:
    """Raises EmailNotValidError."""
    mailbox = validate_email(address, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    folded = (mailbox.ascii_email or "").lower()
    if not folded or len(folded) > LONGEST or len(mailbox.local_part) > LONGEST_LOCAL_PART:
        raise EmailNotValidError
    return folded
