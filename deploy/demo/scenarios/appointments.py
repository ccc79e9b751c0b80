"""Books, moves and cancels appointments, through the pages that people would use for it."""

from urllib.parse import urlencode, urlsplit

from deploy.demo.scenarios.browser import Page, UnexpectedPage
from deploy.demo.scenarios.steps import Steps

TRIES = 20


def book(steps: Steps) -> str:
    """A whole booking: answers, a time, a last look, the slip. Returns the outcome."""
    page = steps.fill()
    choose_time(steps, page)
    steps.send()
    steps.download(steps.until_document(), steps.slug)
    return "booked"


def choose_time(steps: Steps, page: Page) -> Page:
    """The first free time of the last free day: it is far enough ahead to be moved. Somebody may be faster."""
    path = f"/applications/{steps.reference}/turn"
    for _ in range(TRIES):
        days = [link for link in page.links("/turn") if "day=" in link]
        if not days:
            break
        page = steps.applicant.open(days[-1])
        times = [one.get("value", "") for one in page.of("button") if one.get("name") == "starts_at"]
        try:
            return steps.applicant.send(page.form("/turn"), {"starts_at": times[0]})
        except (UnexpectedPage, IndexError):
            page = steps.applicant.open(path)
    raise UnexpectedPage(f"no free time for {steps.reference}: {page.message()}")


def visit(steps: Steps) -> None:
    """An appointment for the visit that a passport needs, where the mission takes bookings."""
    page = steps.applicant.open(f"/applications/{steps.reference}/turn")
    held = choose_time(steps, page)
    steps.applicant.send(held.form("/turn/confirm"), {})


def reschedule(steps: Steps) -> None:
    """Moves a booked appointment to another time."""
    page = steps.applicant.open(f"/applications/{steps.reference}/turn")
    asked = choose_time(steps, page)
    steps.applicant.send(asked.form("/turn/move"), {})


def cancel(steps: Steps) -> None:
    """Cancels a booked appointment."""
    page = steps.applicant.open(f"/applications/{steps.reference}/turn/cancel")
    steps.applicant.send(page.form("/turn/cancel"), {})


def free_times(steps: Steps, mission: str, service: str) -> bytes:
    """The free times as machines read them."""
    parts = urlsplit(steps.applicant.base)
    query = urlencode({"mission": mission, "service": service})
    return steps.applicant.open(f"{parts.scheme}://{parts.netloc}/openings?{query}").content
