"""The plays of what ministries decide: answered over the bus, or on paper and recorded by an officer."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from deploy.demo.plays import Play

LICENCE = {
    "licence_number": "771203",
    "licence_category": "B",
    "first_issued_on": "1/6/2011",
    "expires_on": "31/5/2031",
}


def clash_first(play: Play) -> str:
    """Criminal Security finds a namesake; with evidence added it finds nothing against the applicant."""
    filed(play)
    play.until("/review")
    play.mend()
    play.accept()
    return f"name clash, mended, {issued(play)}"


def with_a_gap(play: Play) -> str:
    """The table of crossings lacks one, and the statement says so."""
    filed(play)
    return f"{issued(play)}, one crossing missing"


def on_paper(play: Play) -> str:
    """Traffic answers on paper: an officer finds the letter by its case and records the reply."""
    filed(play)
    record_reply(play, "valid", LICENCE)
    return f"reply recorded, {issued(play)}"


def filed(play: Play) -> None:
    """Applied, paid and accepted: the letter is on its way."""
    play.apply()
    play.pay()
    play.accept()


def issued(play: Play) -> str:
    """Once the ministry has answered."""
    play.download(play.until_document(), play.slug)
    return "issued"


def record_reply(play: Play, finding: str, details: Mapping[str, str]) -> None:
    """The officer opens the letter's page, chooses what the reply says, and types it. Raises Astray."""
    officer = play.staff["officer"]
    case = officer.open(f"/desk/cases/{play.reference}")
    letter = next(link for link in case.links("") if "/desk/letters/" in link)
    page = officer.open(f"{letter}?finding={finding}")
    told = {
        "number": "1184/م",
        "dated": datetime.now(UTC).strftime("%d/%m/%Y"),
        "national_number": play.person.national_number,
    }
    officer.send(page.form("/reply"), told | dict(details))


SCRIPTS: dict[str, Callable[[Play], str]] = {
    "criminal-record": clash_first,
    "movement-statement": with_a_gap,
    "driving-licence-check": on_paper,
}
