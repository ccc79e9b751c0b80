"""The progress of an application as a line of steps: done, current, ahead."""

from markupsafe import Markup

from services.gateway.clients.consular.applications.applications import Application, TimelineEntry, TrackedApplication
from services.gateway.pages.applications.application_status import expected, has_to_pay
from services.gateway.web.language import chosen
from services.gateway.web.presentation import date, has_text, moment, t, weekday

MOODS = {"done": "done", "current": "here", "halted": "needed", "ahead": "ahead"}
REFUSING = frozenset({"refused"})
WAITING_FOR_OWNER = frozenset({"draft", "returned"})
OVER = frozenset({"collected", "refused", "withdrawn", "lapsed", "cancelled"})


def stages(sent: list[TrackedApplication]) -> list[dict[str, object]]:
    """The bare stages, as anybody with reference and birth date may see them."""
    return [_progress_step(stage) for stage in sent]


def progress(application: Application) -> list[dict[str, object]]:
    """What happened, each with its moment; then where it stands, and what is ahead."""
    past = [_happened(one, application["mission"]) for one in application["timeline"]]
    current = [one for one in application["stages"] if one["state"] == "current"]
    if current:
        past += [{**_progress_step(one), "mood": "needed" if has_to_pay(application) else "here"} for one in current]
    elif past and application["status"] in WAITING_FOR_OWNER:
        past[-1]["mood"] = "needed"
    return [*past, *_visit(application), *_ahead(application)]


def _visit(application: Application) -> list[dict[str, object]]:
    """The booked time, as the next thing its applicant has to do."""
    turn = application["turn"]
    if application["status"] in OVER or turn is None or turn["state"] != "booked":
        return []
    at, place = turn["starts_at"], turn["mission"]
    return [{"title": t("turn.title"), "when": f"{weekday(at, place)} {moment(at, place)}", "mood": "needed"}]


def _progress_step(one: TrackedApplication) -> dict[str, object]:
    return {"title": t(f"stage.{one['code']}"), "mood": MOODS.get(one["state"], "ahead")}


def _happened(one: TimelineEntry, mission: str) -> dict[str, object]:
    known, reason = f"timeline.{one['code']}", f"reason.{one['reason']}"
    title, when = t(known if has_text(known) else "timeline.other"), moment(one["at"], mission)
    if name := one["name"]:
        # Where one person acts for another each line names which of the two it was.
        by, spelt = f"{known}.named", name.get(chosen().code) or name["ar"]
        title, when = (t(by, name=spelt), when) if has_text(by) else (title, t("timeline.by", moment=when, name=spelt))
    return {
        "title": title,
        "when": when,
        "text": t(reason) if has_text(reason) else _more(one),
        "mood": "refused" if one["code"] in REFUSING else "done",
    }


def _more(one: TimelineEntry) -> Markup | None:
    """The detail in words: by which decree, until which day."""
    key, detail = f"timeline.{one['code']}.text", dict(one["detail"] or {})
    if not has_text(key):
        return None
    return t(key, **{name: date(value) if name == "day" else value for name, value in detail.items()})


def _ahead(application: Application) -> list[dict[str, object]]:
    if application["status"] in OVER:
        return []
    coming = [one for one in application["stages"] if one["state"] in ("ahead", "halted")]
    when = expected(application["status"], application["due_on"], application["mission"])
    return [_promised(one, when) for one in coming]


def _promised(one: TrackedApplication, expectation: tuple[str, str] | None) -> dict[str, object]:
    """A stage still to come; the due date is promised for the day it is ready."""
    when = t(expectation[0], day=date(expectation[1])) if expectation and one["code"] == "ready" else None
    return {**_progress_step(one), "mood": "ahead", "when": when}


def last_word(application: Application) -> TimelineEntry | None:
    """The timeline entry that says why it was returned or refused, while that is its status."""
    entries = [entry for entry in application["timeline"] if entry["code"] == application["status"] and entry["reason"]]
    return entries[-1] if entries else None
