"""The way of an application as a line of steps: what happened, where it is, what is still ahead."""

from typing import Any

from services.gateway.consular import Application, Happening
from services.gateway.presentation import date, has_text, moment, t
from shared.catalogue.model import Transaction

MOODS = {"done": "done", "current": "here", "halted": "needed", "ahead": "ahead"}
REFUSING = frozenset({"refused"})
ASKING = frozenset({"returned", "assessed"})


def stages(told: list[dict[str, Any]]) -> list[dict[str, object]]:
    """The bare stages, as anybody with reference and birth date may see them."""
    return [{"title": t(f"stage.{one['code']}"), "mood": MOODS.get(one["state"], "ahead")} for one in told]


def progress(application: Application, entry: Transaction) -> list[dict[str, object]]:
    """What happened, with its moments, then what is ahead."""
    del entry
    past = [_happened(one, application["mission"]) for one in application["timeline"]]
    if past and application["status"] not in ("collected", "refused", "withdrawn", "lapsed"):
        past[-1]["mood"] = "needed" if application["status"] in ("returned", "awaiting_payment", "draft") else "here"
    return [*past, *_ahead(application)]


def _happened(one: Any, mission: str) -> dict[str, object]:
    code, reason = one["code"], one.get("reason")
    known = f"timeline.{code}"
    text = t(f"reason.{reason}") if reason and has_text(f"reason.{reason}") else None
    return {
        "title": t(known if has_text(known) else "timeline.other"),
        "when": moment(one["at"], mission),
        "text": text,
        "mood": "refused" if code in REFUSING else "done",
    }


def _ahead(application: Application) -> list[dict[str, object]]:
    told: list[dict[str, Any]] = application["stages"]
    steps: list[dict[str, object]] = [
        {"title": t(f"stage.{one['code']}"), "mood": "ahead"} for one in told if one["state"] == "ahead"
    ]
    if steps and application["due_on"]:
        steps[-1]["when"] = t("application.expected_by", day=date(application["due_on"]))
    return steps


def last_word(application: Application) -> Happening | None:
    """Why it was returned or refused, while it stands there."""
    said = [one for one in application["timeline"] if one["code"] == application["status"] and one["reason"]]
    return said[-1] if said else None
