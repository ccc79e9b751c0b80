"""Money as integer minor units and a currency key; a Syrian pound always says whether it is old or new."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from shared.values.digits import ascii_digits

# Minor-unit digits of ISO 4217. CLDR formats SYP, LBP and IQD with none, so the table is ours.
_DIGITS = {
    0: "JPY",
    2: "AED AMD ARS BRL BYN CAD CHF CNY CUP CZK DZD EGP EUR GBP HUF IDR INR IRR LBP MAD MRU MYR PKR PLN QAR RON RSD RUB"
    " SAR SDG SEK SYP-NEW SYP-OLD TRY USD VES YER ZAR",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
# Those in which card networks charge, as Stripe lists them. The others, and Syrian pounds of either kind, are paid
# elsewhere.
CARD_CURRENCIES = frozenset(
    "AED AMD ARS BHD BRL BYN CAD CHF CNY CZK DZD EGP EUR GBP HUF IDR INR JOD JPY KWD LBP MAD MYR OMR PKR PLN QAR RON"
    " RSD RUB SAR SEK TND TRY USD YER ZAR".split()
)
_EXPONENTS = {currency: digits for digits, currencies in _DIGITS.items() for currency in currencies.split()}


# Decimals after a point; whole thousands between commas, apostrophes or spaces, or none of these signs.
_TYPED = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?|[0-9]{1,3}([,' \u00a0\u202f][0-9]{3}){1,5}(\.[0-9]{1,9})?", re.ASCII)
_ARABIC_SIGNS = str.maketrans({"٫": ".", "٬": ",", "’": "'"})
# What is typed where a comma stands before the decimals; three digits after it may be a thousand.
_COMMA_DECIMALS = re.compile(r"([0-9]{1,12}|[0-9]{1,3}(?:\.[0-9]{3}){1,3}),([0-9]{1,2})", re.ASCII)
_GROUPING = re.compile(r"[,' \u00a0\u202f]")
MAX_MINOR_UNITS = 10**15


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum."""


def exponent(currency: str) -> int:
    """Digits after the point. Raises ValueError for an unknown currency, and for bare SYP: its unit is ambiguous."""
    if currency not in _EXPONENTS:
        raise ValueError(f"unknown currency {currency}")
    return _EXPONENTS[currency]


def _minor(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units (halalas, cents, fils). What its sign means is said by the ledger."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)
        if isinstance(self.amount, bool) or not isinstance(self.amount, int):
            raise TypeError("minor units are integers")

    @classmethod
    def of(cls, text: str | Decimal | int, currency: str) -> "Money":
        """From major units, for example of("187.50", "SAR"). Raises ValueError for digits the currency lacks."""
        try:
            value = Decimal(ascii_digits(text).strip() if isinstance(text, str) else text)
        except InvalidOperation as wrong:
            raise ValueError("not an amount") from wrong
        if not value.is_finite():
            raise ValueError("not an amount")
        minor = value.scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise ValueError("more digits than the currency has")
        return cls(int(minor), currency)

    @property
    def major(self) -> Decimal:
        """In major units, with all digits of the currency."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.major} {self.currency}"

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def convert(self, rate: Decimal, to: str, step: int = 1) -> "Money":
        """In another currency; `rate` is units of `to` for one unit of ours; half-up to a multiple of `step` minor
        units."""
        return Money(_minor(Decimal((self.major * rate).scaleb(exponent(to))) / step) * step, to)

    def rounded(self, step: int) -> "Money":
        """Half-up to a multiple of `step` minor units: the smallest coin a counter takes."""
        return Money(_minor(Decimal(self.amount) / step) * step, self.currency)

    def split(self, weights: Sequence[int]) -> "list[Money]":
        """Parts by largest remainder: their sum is the whole, to the last unit. Raises ValueError without weight."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights")
        shares = [divmod(self.amount * weight, total) for weight in weights]
        remainder = self.amount - sum(share for share, _ in shares)
        order = sorted(range(len(weights)), key=lambda i: -shares[i][1])
        extra = set(order[:remainder])
        return [Money(share + (i in extra), self.currency) for i, (share, _) in enumerate(shares)]


def plain_number(text: str) -> str:
    """A positive number as people type it, in ASCII digits with a point before its decimals.

    Raises ValueError for anything else: a sign, a comma before decimals as in 3,75, or two kinds of separators.
    """
    plain = ascii_digits(text).translate(_ARABIC_SIGNS).strip()
    if not _TYPED.fullmatch(plain) or len(set(_GROUPING.findall(plain))) > 1:
        raise ValueError("not an amount")
    return _GROUPING.sub("", plain)


def decimal_meant(text: str) -> str | None:
    """The number with a point that "3,75" or "٣،٧٥" most likely means; None where nothing is to be asked."""
    found = _COMMA_DECIMALS.fullmatch(ascii_digits(text).translate(_ARABIC_SIGNS).replace("،", ",").strip())
    return f"{found[1].replace('.', '')}.{found[2]}" if found else None


def read_amount(text: str, currency: str) -> Money:
    """A positive sum in major units as an officer types it, for example "1,250.50" or "١٬٢٥٠٫٥٠".

    Where the currency has three decimals, "3,750" could mean two things and is refused. Raises ValueError for that, for
    decimals that the currency lacks, for zero, and above MAX_MINOR_UNITS.
    """
    typed = ascii_digits(text).translate(_ARABIC_SIGNS)
    if exponent(currency) == 3 and typed.count(",") == 1 and "." not in typed:
        raise ValueError("not an amount")
    money = Money.of(plain_number(text), currency)
    if not 0 < money.amount <= MAX_MINOR_UNITS:
        raise ValueError("not an amount")
    return money


def total(amounts: Sequence[Money]) -> Money:
    """The sum of at least one amount, all in one currency."""
    first, *rest = amounts
    for amount in rest:
        first = first + amount
    return first
