"""Every payment balances in every currency."""

from hypothesis import assume, given
from hypothesis import strategies as st

from services.consular.payments.ledger.postings import payment_postings
from services.consular.payments.ledger.rules import unbalanced
from services.consular.payments.tariffs.rules import PricedLine
from shared.values.money import Money, total

CURRENCIES = st.sampled_from(["USD", "EUR", "SAR", "JPY", "KWD", "BHD", "IQD", "SYP-OLD", "SYP-NEW"])


def line(tariff: Money, taken: Money) -> PricedLine:
    return PricedLine("passport_value", "immigration_and_passports", tariff, taken, "law", "H")


@given(
    prices=st.lists(
        st.tuples(CURRENCIES, st.integers(1, 10**12), CURRENCIES, st.integers(1, 10**12)), min_size=1, max_size=6
    ),
    coins=st.integers(-100, 100),
)
def test_every_payment_balances_in_every_currency(prices: list[tuple[str, int, str, int]], coins: int) -> None:
    lines = [line(Money(owed, law), Money(owed if law == taken else got, taken)) for law, owed, taken, got in prices]
    currencies = {one.collected.currency for one in lines}
    assume(len(currencies) == 1)
    price = total([one.collected for one in lines])
    legs = payment_postings("cash:x", lines, Money(price.amount + coins, price.currency))
    assert sum(leg.money.amount for leg in legs if leg.account == "cash:x") == price.amount + coins
    assert [leg.money.amount for leg in legs if leg.account == "rounding"] == ([-coins] if coins else [])
    assert unbalanced(leg.money for leg in legs) == {}
    assert len(legs) >= 2
    back = [-leg.money for leg in legs]
    assert unbalanced([*back, *(leg.money for leg in legs)]) == {}
