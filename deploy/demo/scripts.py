"""What is played for each transaction: the usual way by default, a script of its own where there is more to see."""

from collections.abc import Callable

from deploy.demo import letters, passports, turns
from deploy.demo.plays import Play
from shared.catalogue.model import AFTER_ASSESSMENT, BOOKLET, Transaction

Script = Callable[[Play], str]


def usual(play: Play) -> str:
    """One way for all, as the entry says it. Gives what came of it."""
    entry = play.entry
    play.apply()
    if entry.priced == AFTER_ASSESSMENT:
        play.accept()
        play.until("/pay")
        play.pay()
    else:
        play.pay()
        play.accept()
    return finish(play)


def finish(play: Play) -> str:
    """The outcome of what the mission has accepted: a booklet in the hand, or a paper."""
    if play.entry.outcome == BOOKLET:
        play.until_ready()
        play.collect()
        return "collected"
    play.download(play.until_document(), play.slug)
    return "issued"


def returned_first(play: Play) -> str:
    """The officer returns it once; mended, it is granted."""
    play.apply()
    play.pay()
    play.send_back()
    play.mend()
    play.accept()
    return f"returned, mended, {finish(play)}"


def refused_first(play: Play) -> str:
    """A first application is refused and its fee owed back; a second one is granted."""
    play.apply()
    play.pay()
    play.refuse()
    play.check_refund()
    return f"refused, then {usual(play)}"


def withdrawn_first(play: Play) -> str:
    """A first application is withdrawn after it was paid, and the fee owed back; a second one is granted."""
    play.apply()
    play.pay()
    play.withdraw()
    play.check_refund()
    return f"withdrawn and refunded, then {usual(play)}"


SCRIPTS: dict[str, Script] = {
    "individual-extract": returned_first,
    "family-extract": refused_first,
    "marriage-statement": withdrawn_first,
    **letters.SCRIPTS,
    **passports.SCRIPTS,
    "embassy-queue-riyadh": turns.book,
}


def script_of(entry: Transaction) -> Script:
    """The script of a transaction."""
    return SCRIPTS.get(entry.slug, usual)
