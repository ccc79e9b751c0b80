"""What is wrong with a file that is no statement; and amounts as banks write them."""

from shared.values.money import Money


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
    try:
        money = Money.of(text, currency)
    except ValueError as error:
        raise BrokenStatement("statement_amount") from error
    if money.amount < 0 or money.amount > 10**15 or not text.isascii():
        raise BrokenStatement("statement_amount")
    return Money(sign * money.amount, currency)
