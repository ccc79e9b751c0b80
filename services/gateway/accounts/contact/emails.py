"""E-mail addresses as keys: one account per mailbox, however its domain is spelt."""

import re

from email_validator import EmailNotValidError, validate_email

from shared.errors import Invalid
from shared.values.digits import ascii_signs
from shared.values.person import strip_controls

LONGEST, LONGEST_LOCAL_PART = 254, 64
# As address books copy it: Name <name@example.org>, or mailto:name@example.org.
_COPIED = re.compile(r"(?:.*<|mailto:)?([^<>]+?)>?", re.IGNORECASE)


def fold_email(text: str) -> str:
    """The one spelling of a mailbox: lower case, the domain in its ASCII form (IDNA). Raises Invalid on `email`.

    Whether the domain receives e-mail is not asked: no form waits for another computer.
    """
    copied = _COPIED.fullmatch(strip_controls(ascii_signs(text)))
    try:
        address = validate_email(
            copied[1].strip() if copied else "",
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise Invalid("email_malformed", field="email") from error
    folded = (address.ascii_email or "").lower()
    if not folded or len(folded) > LONGEST or len(address.local_part) > LONGEST_LOCAL_PART:
        raise Invalid("email_malformed", field="email")
    return folded
