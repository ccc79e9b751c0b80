"""The plays of passports: made urgent, spelt anew, lost and found, damaged and examined."""

from collections.abc import Callable
from dataclasses import replace

from deploy.demo.answers import answers
from deploy.demo.plays import Play

SEEN = "شوهدت الوثيقة الأصلية عند النافذة"
SPELLING = "كما في شهادته الجامعية المصدقة"
TAMPERED_NOT = "صفحاته كاملة وشريحته سليمة، والتلف من الماء"


def upgraded(play: Play) -> str:
    """Filed as regular, made urgent for the difference while it is reviewed."""
    play.apply()
    play.pay()
    make_urgent(play)
    play.accept()
    return f"made urgent, {handed_over(play)}"


def respelt(play: Play) -> str:
    """Another Latin spelling than the register's: the officer says why before it is printed."""
    play.person = replace(play.person, latin_family=f"{play.person.latin_family}i")
    play.apply()
    play.pay()
    look_into(play, "officer", "name_spelling", SPELLING)
    play.accept()
    return f"spelling confirmed, {handed_over(play)}"


def first(play: Play) -> str:
    """The very first passport."""
    play.apply()
    play.pay()
    play.accept()
    return handed_over(play)


def lost(play: Play) -> str:
    """Cleared by the ministry, replaced; then the old one turns up and is handed in."""
    play.apply()
    play.pay()
    play.accept()
    outcome = handed_over(play)
    clerk = play.staff["clerk"]
    number = answers(play.slug, play.person)["passport_number"]
    found = clerk.open(f"/desk/passports?number={number}")
    clerk.send(found.form("/surrender"), {})
    return f"cleared, {outcome}, the lost one handed in"


def damaged(play: Play) -> str:
    """Handed in at the counter, examined by the officer, replaced."""
    play.apply()
    play.pay()
    look_into(play, "clerk", "booklet_surrendered", SEEN)
    look_into(play, "officer", "no_tampering", TAMPERED_NOT)
    play.accept()
    return f"examined, {handed_over(play)}"


def make_urgent(play: Play) -> None:
    """The applicant reads the price first, then pays it by card, or in cash where the play does."""
    page = play.applicant.open(f"/applications/{play.reference}/upgrade")
    if play.by_card:
        play.at_provider(play.applicant.send(page.form("/upgrade"), {}))
        return
    play.applicant.send(page.form("/upgrade/counter"), {})
    play.pay_cash("/difference")


def look_into(play: Play, role: str, what: str, reason: str) -> None:
    """Somebody of the mission records what they found, and why."""
    browser = play.staff[role]
    form = browser.open(f"/desk/cases/{play.reference}").form("/approvals")
    browser.send(form, {"what": what, "outcome": "approved", "reason": reason})


def handed_over(play: Play) -> str:
    """Printed, its specimen page kept, collected by its holder."""
    play.until_ready()
    play.download(play.until_document(), play.slug)
    play.collect()
    return "collected"


SCRIPTS: dict[str, Callable[[Play], str]] = {
    "passport-renewal": upgraded,
    "passport-renewal-urgent": respelt,
    "passport-first": first,
    "passport-first-urgent": first,
    "passport-lost": lost,
    "passport-damaged": damaged,
}
