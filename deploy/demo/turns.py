"""How a turn is booked and how a visit is made, through the pages that people would use for it."""

from urllib.parse import urlencode, urlsplit

from deploy.demo.browser import Astray, Page
from deploy.demo.plays import Play

TRIES = 20


def book(play: Play) -> str:
    """The whole of a turn: answers, a time, everything once more, the slip. Gives what came of it."""
    page = play.fill()
    choose_time(play, page)
    play.send()
    play.download(play.until_document(), play.slug)
    return "booked"


def choose_time(play: Play, page: Page) -> Page:
    """The first free time of the last free day: it is far enough ahead to be moved. Somebody may be faster."""
    path = f"/applications/{play.reference}/turn"
    for _ in range(TRIES):
        days = [link for link in page.links("/turn") if "day=" in link]
        if not days:
            break
        page = play.applicant.open(days[-1])
        times = [one.get("value", "") for one in page.of("button") if one.get("name") == "starts_at"]
        try:
            return play.applicant.send(page.form("/turn"), {"starts_at": times[0]})
        except (Astray, IndexError):
            page = play.applicant.open(path)
    raise Astray(f"no free time for {play.reference}: {page.says()}")


def visit(play: Play) -> None:
    """A time for the visit that a passport needs; where the mission takes bookings."""
    page = play.applicant.open(f"/applications/{play.reference}/turn")
    held = choose_time(play, page)
    play.applicant.send(held.form("/turn/confirm"), {})


def move(play: Play) -> None:
    """Another time for a booked turn."""
    page = play.applicant.open(f"/applications/{play.reference}/turn")
    asked = choose_time(play, page)
    play.applicant.send(asked.form("/turn/move"), {})


def cancel(play: Play) -> None:
    """Gives a booked turn back."""
    page = play.applicant.open(f"/applications/{play.reference}/turn/cancel")
    play.applicant.send(page.form("/turn/cancel"), {})


def free_times(play: Play, mission: str, service: str) -> bytes:
    """The free times as machines read them."""
    parts = urlsplit(play.applicant.base)
    query = urlencode({"mission": mission, "service": service})
    return play.applicant.open(f"{parts.scheme}://{parts.netloc}/openings?{query}").content
