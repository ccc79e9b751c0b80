"""An adapter before each double, with what the double can do. What one lacks is said here, and nowhere skipped."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from deploy.demo.sandbox.card_api import Sandbox
from deploy.demo.sandbox.notices import Notifier
from deploy.demo.sandbox.pages import OUTCOMES
from deploy.demo.sandbox.provider import create_app
from services.consular.payments.providers.polled import PolledProvider
from services.consular.payments.providers.selection import Adapter
from services.consular.payments.providers.stripe.checkout import StripeProvider
from tests.doubles.checkout_front import (
    KEY,
    Double,
    charge_as_intent,
    checkout_before,
    intent_of,
    take_by_charge,
    take_by_intent,
)
from tests.doubles.processes import localstripe, stateful_mock
from tests.doubles.serving import served
from tests.factories.payments.polled import MERCHANT, SECRET, polled_double

# What a double can do: take other money than was asked; charge in dinars of three decimals; have a dispute, and end it;
# remember the bank's reason on an unpaid page; name its disputes in a list by the time.
OTHER_MONEY, DINARS, DISPUTES, ENDED_DISPUTES, REASONS, DISPUTE_LIST = (
    "other_money", "dinars", "disputes", "ended_disputes", "reasons", "dispute_list",
)  # fmt: skip
ALL = frozenset({OTHER_MONEY, DINARS, DISPUTES, ENDED_DISPUTES, REASONS, DISPUTE_LIST})
# localstripe: no disputes, no pages (the front has them), ignores keys, pays back more than came, notifies once.
# stripe-stateful-mock: no payment intents, no pages, no notifications, no dinars of Kuwait; disputes begin with the
# charge, stand in no list and never end.
ABLE = {
    "sandbox": ALL,
    "hostile": ALL,
    "polled": ALL,
    "localstripe": frozenset({DINARS}),
    "stateful_mock": frozenset({DISPUTES}),
}
HASTY_SECONDS = 0.4


@dataclass(frozen=True)
class Rig:
    """An adapter before a double. `choose` is what the payer does on the page of a reference, `dispute` what their bank
    does about it afterwards (or, in `choose`, at once); `strange` is the same address under a key that nobody gave."""

    name: str
    provider: Adapter
    choose: Callable[[str, str], object]
    dispute: Callable[[str, str], object]
    strange: Adapter


@contextmanager
def sandbox_rig(name: str = "sandbox", seed: int = 0) -> Iterator[Rig]:
    app = create_app(KEY, Notifier("", ""))
    sandbox: Sandbox = app.extensions["sandbox"]

    def choose(reference: str, outcome: str) -> None:
        page = sandbox.books.find(reference)
        assert page is not None
        sandbox.books.act(page.id, OUTCOMES[outcome])

    with served(app) as url:
        provider = StripeProvider(url, KEY)
        if name == "hostile":
            rng = random.Random(seed)  # noqa: S311
            slow: dict[str, float | str] = {"kind": "slow", "seconds": 2 * HASTY_SECONDS}
            kinds: list[dict[str, float | str]] = [{}, {}, {"kind": "error"}, {"kind": "garbage"}, slow]
            sandbox.faults += [dict(rng.choice(kinds)) for _ in range(10_000)]
            provider = StripeProvider(url, KEY, read_seconds=HASTY_SECONDS)
        yield Rig(name, provider, choose, sandbox.disputes.change, StripeProvider(url, "another"))


@contextmanager
def polled_rig() -> Iterator[Rig]:
    statuses = {"dispute": "RAISED", "dispute-won": "REVERSED", "dispute-lost": "FINAL"}
    with polled_double() as double:
        yield Rig(
            "polled",
            PolledProvider(double.url, MERCHANT, SECRET),
            double.choose,
            lambda reference, choice: double.charge_back(reference, statuses[choice]),
            PolledProvider(double.url, MERCHANT, "another"),
        )


@contextmanager
def foreign_rig(name: str) -> Iterator[Rig]:
    """A double that others wrote, behind a front with hosted pages."""
    start, take, payment = {
        "localstripe": (localstripe, take_by_intent, intent_of),
        "stateful_mock": (stateful_mock, take_by_charge, charge_as_intent),
    }[name]
    with start() as address, checkout_before(Double(address, take, payment)) as (front, url):
        yield Rig(name, StripeProvider(url, KEY), front.choose, front.choose, StripeProvider(url, "another"))


def rig_of(name: str) -> AbstractContextManager[Rig]:
    """The rig of a double."""
    if name == "polled":
        return polled_rig()
    return sandbox_rig(name) if name in ("sandbox", "hostile") else foreign_rig(name)


def able(*needed: str) -> list[str]:
    """The doubles that can do all of it."""
    return [name for name, can in ABLE.items() if can.issuperset(needed)]
