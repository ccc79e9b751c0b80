"""Money as the Stripe API counts it: which currencies a card is charged in, and which amounts of them exist."""

from shared.errors import Refusal
from shared.values.money import CARD_CURRENCIES, Money, exponent

# The last of three decimals is zero: card networks settle in two.
THREE_DECIMALS_STEP = 10


def check_chargeable(money: Money) -> None:
    """Raises Refusal (provider_refused) for what no card is charged: another currency, a third decimal, nothing."""
    step = THREE_DECIMALS_STEP if exponent(money.currency) == 3 else 1
    if money.currency not in CARD_CURRENCIES or money.amount <= 0 or money.amount % step:
        raise Refusal("provider_refused")


def money_of(amount: object, currency: object) -> Money:
    """What the provider says it has. Minor units are the same as ours in each of the currencies.

    Raises ValueError, TypeError for what is no money: a float, or a currency that nobody knows.
    """
    if not isinstance(amount, int) or not isinstance(currency, str):
        raise TypeError("minor units and a currency")
    return Money(amount, currency.upper())
