"""Account numbers of banks (IBAN) as people write them, checked by the structure of their country and its digits."""

from schwifty import IBAN

from shared.values.person import plain_signs


def read_iban(text: str) -> str:
    """The account number without gaps, in capitals. Raises ValueError (iban) for one that no bank can have."""
    try:
        return str(IBAN(plain_signs(text)))
    except ValueError as error:
        raise ValueError("iban") from error
