"""Scenarios of what ministries decide: answered over the bus, or on paper and recorded by an officer."""

from collections.abc import Callable, Mapping

from deploy.demo.days import today
from deploy.demo.scenarios.steps import Steps
from shared.values.dates import add_years

LICENCE = {
    "licence_number": "771203",
    "licence_category": "B",
    "first_issued_on": "1/6/2011",
}


def clash_first(steps: Steps) -> str:
    """Criminal Security finds a namesake; with evidence added it finds nothing against the applicant."""
    filed(steps)
    steps.until("/review")
    steps.add_evidence()
    steps.accept()
    return f"name clash, mended, {issued(steps)}"


def with_a_gap(steps: Steps) -> str:
    """The table of crossings lacks one, and the statement says so."""
    filed(steps)
    return f"{issued(steps)}, one crossing missing"


def answer_by_letter(steps: Steps) -> str:
    """Traffic answers on paper: an officer finds the letter by its case and records the reply."""
    filed(steps)
    record_reply(steps, "valid", LICENCE | {"expires_on": f"{add_years(today(), 4):%d/%m/%Y}"})
    return f"reply recorded, {issued(steps)}"


def filed(steps: Steps) -> None:
    """Applied, paid and accepted: the letter is on its way."""
    steps.apply()
    steps.pay()
    steps.accept()


def issued(steps: Steps) -> str:
    """Once the ministry has answered."""
    steps.download(steps.until_document(), steps.slug)
    return "issued"


def record_reply(steps: Steps, finding: str, details: Mapping[str, str]) -> None:
    """The officer opens the letter's page, chooses what the reply says, and types it. Raises UnexpectedPage."""
    officer = steps.staff["officer"]
    case = officer.open(f"/desk/cases/{steps.reference}")
    letter = next(link for link in case.links("") if "/desk/letters/" in link)
    page = officer.open(f"{letter}?finding={finding}")
    values = {
        "number": "1184/م",
        "dated": f"{today():%d/%m/%Y}",
        "national_number": steps.person.national_number,
    }
    officer.send(page.form("/reply"), values | dict(details))


SCENARIOS: dict[str, Callable[[Steps], str]] = {
    "criminal-record": clash_first,
    "movement-statement": with_a_gap,
    "driving-licence-check": answer_by_letter,
}
