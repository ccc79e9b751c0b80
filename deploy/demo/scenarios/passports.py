"""Scenarios of passports: made urgent, spelt anew, lost and found, damaged and examined."""

from collections.abc import Callable
from dataclasses import replace

from deploy.demo.scenarios.answers import answers
from deploy.demo.scenarios.steps import Steps

SEEN = "شوهدت الوثيقة الأصلية عند الشباك"
SPELLING = "كما في شهادته الجامعية المصدقة"
TAMPERED_NOT = "صفحاته كاملة وشريحته سليمة، والتلف من الماء"


def upgraded(steps: Steps) -> str:
    """Filed as regular, made urgent for the difference while it is reviewed."""
    steps.apply()
    steps.pay()
    make_urgent(steps)
    steps.accept()
    return f"made urgent, {handed_over(steps)}"


def respelt(steps: Steps) -> str:
    """Another Latin spelling than the register's: the officer says why before it is printed."""
    steps.person = replace(steps.person, latin_family=f"{steps.person.latin_family}i")
    steps.apply()
    steps.pay()
    look_into(steps, "officer", "name_spelling", SPELLING)
    steps.accept()
    return f"spelling confirmed, {handed_over(steps)}"


def first(steps: Steps) -> str:
    """The very first passport."""
    steps.apply()
    steps.pay()
    steps.accept()
    return handed_over(steps)


def lost(steps: Steps) -> str:
    """Cleared by the ministry, replaced; then the old one turns up and is handed in."""
    steps.apply()
    steps.pay()
    steps.accept()
    outcome = handed_over(steps)
    clerk = steps.staff["clerk"]
    number = answers(steps.slug, steps.person)["passport_number"]
    page = clerk.open(f"/desk/passports?number={number}")
    clerk.send(page.form("/surrender"), {})
    return f"cleared, {outcome}, the lost one handed in"


def damaged(steps: Steps) -> str:
    """Handed in at the counter, examined by the officer, replaced."""
    steps.apply()
    steps.pay()
    look_into(steps, "clerk", "booklet_surrendered", SEEN)
    look_into(steps, "officer", "no_tampering", TAMPERED_NOT)
    steps.accept()
    return f"examined, {handed_over(steps)}"


def make_urgent(steps: Steps) -> None:
    """The applicant reads the price of the difference, then pays it by card or in cash."""
    page = steps.applicant.open(f"/applications/{steps.reference}/upgrade")
    if steps.by_card:
        steps.at_provider(steps.applicant.send(page.form("/upgrade"), {}))
        return
    steps.applicant.send(page.form("/upgrade/counter"), {})
    steps.pay_cash("/difference")


def look_into(steps: Steps, role: str, what: str, reason: str) -> None:
    """Somebody of the mission records a check, its outcome and the reason."""
    browser = steps.staff[role]
    form = browser.open(f"/desk/cases/{steps.reference}").form("/approvals")
    browser.send(form, {"what": what, "outcome": "approved", "reason": reason})


def handed_over(steps: Steps) -> str:
    """Printed, its specimen page kept, collected by its holder."""
    steps.until_ready()
    steps.download(steps.until_document(), steps.slug)
    steps.collect()
    return "collected"


SCENARIOS: dict[str, Callable[[Steps], str]] = {
    "passport-renewal": upgraded,
    "passport-renewal-urgent": respelt,
    "passport-first": first,
    "passport-first-urgent": first,
    "passport-lost": lost,
    "passport-damaged": damaged,
}
