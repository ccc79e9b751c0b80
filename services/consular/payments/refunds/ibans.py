"""Account numbers of banks (IBAN) as people write them, checked by the structure of their country and its digits."""

import re

from schwifty import IBAN

from shared.values.person import plain_signs

_GAPS = re.compile("[ .-]")


def read_iban(text: str) -> str:
    """The account number without gaps, in capitals. Raises ValueError (iban) for one that no bank can have."""
    try:
        # A pasted line names it first.
        return str(IBAN(_GAPS.sub("", plain_signs(text).rpartition(":")[2]).removeprefix("IBAN")))
    except ValueError as error:
        raise ValueError("iban") from error
