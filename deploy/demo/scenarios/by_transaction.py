"""Which scenario runs for each transaction: the usual one, or one of its own where there is more to see."""

from collections.abc import Callable

from deploy.demo.scenarios import appointments, letters, passports
from deploy.demo.scenarios.steps import Steps
from shared.catalogue.model import AFTER_ASSESSMENT, BOOKLET, Transaction

Scenario = Callable[[Steps], str]


def usual(steps: Steps) -> str:
    """The usual way, as the entry says it. Returns the outcome."""
    entry = steps.entry
    steps.apply()
    if entry.priced == AFTER_ASSESSMENT:
        steps.accept()
        steps.until("/pay")
        steps.pay()
    else:
        steps.pay()
        steps.accept()
    return finish(steps)


def finish(steps: Steps) -> str:
    """Collects the booklet or downloads the document of an accepted application. Returns the outcome."""
    if steps.entry.outcome == BOOKLET:
        steps.until_ready()
        steps.collect()
        return "collected"
    steps.download(steps.until_document(), steps.slug)
    return "issued"


def returned_first(steps: Steps) -> str:
    """The officer returns it once; mended, it is granted."""
    steps.apply()
    steps.pay()
    steps.send_back()
    steps.mend()
    steps.accept()
    return f"returned, mended, {finish(steps)}"


def refused_first(steps: Steps) -> str:
    """A first application is refused and its fee paid back; a second one is granted."""
    steps.apply()
    steps.pay()
    steps.refuse()
    steps.check_refund()
    steps.pay_back()
    return f"refused and paid back, then {usual(steps)}"


def withdrawn_first(steps: Steps) -> str:
    """A first application is withdrawn after it was paid, and the fee paid back; a second one is granted."""
    steps.apply()
    steps.pay()
    steps.withdraw()
    steps.check_refund()
    steps.pay_back()
    return f"withdrawn and paid back, then {usual(steps)}"


def paid_by_transfer(steps: Steps) -> str:
    """The fee comes by bank transfer, on a statement that the cashier imports."""
    steps.apply()
    steps.pay_by_transfer()
    steps.accept()
    return f"paid by transfer, {finish(steps)}"


SCENARIOS: dict[str, Scenario] = {
    "individual-extract": returned_first,
    "family-extract": refused_first,
    "marriage-statement": withdrawn_first,
    "birth-statement": paid_by_transfer,
    **letters.SCENARIOS,
    **passports.SCENARIOS,
    "embassy-queue-riyadh": appointments.book,
}


def scenario_for(entry: Transaction) -> Scenario:
    """The scenario of a transaction."""
    return SCENARIOS.get(entry.slug, usual)
