"""What is wrong with a file that is no statement; and amounts as banks write them."""

import re

from shared.values.money import Money

# A decimal of XML: the number's own reader would take exponents and underscores.
_DECIMAL = re.compile(r"\+?(?=\.?[0-9])[0-9]{0,20}(\.[0-9]{0,10})?", re.ASCII)


class BrokenStatement(Exception):
    """A file that cannot be read as a statement; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def bank_money(text: str, currency: str, sign: int) -> Money:
    """An amount of a statement, with a sign. Raises BrokenStatement (statement_currency, statement_amount).

    Banks write no sign themselves, but say credit or debit beside the amount.
    """
    try:
        Money(0, currency)
    except ValueError as error:
        raise BrokenStatement("statement_currency") from error
    if not _DECIMAL.fullmatch(text):
        raise BrokenStatement("statement_amount")
    try:
        money = Money.of(text, currency)
    except ValueError as error:
        raise BrokenStatement("statement_amount") from error
    if money.amount > 10**15:
        raise BrokenStatement("statement_amount")
    return Money(sign * money.amount, currency)
