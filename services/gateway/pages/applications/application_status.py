"""What an applicant has to know about a file beside its status: money that is held, the one deadline, what was sent."""

from typing import Any

from flask import url_for

from services.gateway.clients.consular.applications.applications import Application
from services.gateway.clients.consular.money.payments import Payment
from services.gateway.web.days import today, zone_of
from services.gateway.web.forms import answer_in_words, questions_asked, steps_of
from services.gateway.web.presentation import moment_of, t
from shared.catalogue.model import Transaction
from shared.catalogue.pending_proof import may_be_proven
from shared.values.dates import local_date

# A part of the fee that is kept until the rest has come.
PART = "part"
AWAITING_PAYMENT = "awaiting_payment"
HELD, UNKNOWN = "held", "unknown"
YOU, OFFICERS, AUTHORITY, HEAD, PROVIDER = "you", "officers", "authority", "head", "provider"
WAITED_FOR = {HELD: OFFICERS, UNKNOWN: PROVIDER}
OWNERS = {
    "draft": YOU,
    AWAITING_PAYMENT: YOU,
    "returned": YOU,
    "in_review": OFFICERS,
    "with_authority": AUTHORITY,
    "ready": YOU,
}
EXPECTED_IN = frozenset({"in_review", "with_authority"})


def held_payments(application: Application) -> list[Payment]:
    """Money that arrived and does not count, as long as it was not sent back."""
    refunded = {one["payment"] for one in application["refunds"]}
    waiting = [one for one in application["payments"] if one["held"] not in (None, PART)]
    return [one for one in waiting if one["reference"] not in refunded]


def has_paid(application: Application) -> bool:
    """Whether any money of the applicant has arrived, counted or held."""
    return any(one["state"] == "succeeded" for one in application["payments"])


def money_waits(application: Application) -> str | None:
    """Why its fee is not to be paid now: the mission looks into money that arrived, or the provider does not say
    whether it has the money."""
    if application["status"] != AWAITING_PAYMENT:
        return None
    if held_payments(application):
        return HELD
    return UNKNOWN if any(one["state"] == UNKNOWN for one in application["payments"]) else None


def has_to_pay(application: Application) -> bool:
    """Whether its applicant has to pay now."""
    return "pay" in application["allowed"] and money_waits(application) is None


def price_ends(application: Application) -> str | None:
    """The instant until which the price holds, where that is before the deadline of the application itself."""
    quote, last = application["quote"], application["lapses_on"]
    if quote is None or not quote["expires_at"]:
        return None
    ends_on = local_date(moment_of(quote["expires_at"]), zone_of(application["mission"])).isoformat()
    return quote["expires_at"] if last is None or ends_on < last else None


def expected(status: str, due_on: str | None, mission: str) -> tuple[str, str] | None:
    """The text and the day of when a file is expected to be done; that it takes longer, once the day is over."""
    if due_on is None or status not in EXPECTED_IN:
        return None
    is_over = due_on < today(mission).isoformat()
    return ("application.expected_later" if is_over else "application.expected_by"), due_on


def open_marks(application: Application) -> list[dict[str, Any]]:
    """What an officer marked and waits for, each with its name."""
    families = {"paper": "paper", "answer": "question"}
    waiting = [one for one in application["corrections"] if one["open"] and application["status"] == "returned"]
    return [{**one, "label": t(f"{families[one['kind']]}.{one['name']}.label")} for one in waiting]


def sent_answers(application: Application, entry: Transaction) -> dict[str, list[dict[str, Any]]]:
    """The answers by step, to be read."""
    rows: dict[str, list[dict[str, Any]]] = {step: [] for step in steps_of(entry)}
    for question in questions_asked(entry, application["answers"]):
        value = answer_in_words(question, application["answers"])
        rows[question.step].append({"label": t(f"question.{question.name}.label"), "value": value})
    return rows


def sent_uploads(application: Application) -> list[dict[str, Any]]:
    """The papers that were handed in, each to be opened."""
    return [
        {
            "title": t(f"paper.{one['name']}.label"),
            "note": one["filename"],
            "url": url_for("papers.read", reference=application["reference"], paper=one["id"]),
        }
        for one in application["papers"]
        if one["state"] == "readable"
    ]


def promise(application: Application) -> dict[str, str | None] | None:
    """Who has an open file and until which day; past its promised day the head of mission has it. None once it is over.

    A document that was issued needs nothing more.
    """
    status = application["status"]
    if status not in OWNERS or (status == "ready" and application["document"] is not None):
        return None
    if why := money_waits(application):
        return {"owner": WAITED_FOR[why], "next": why, "day": None}
    if status not in EXPECTED_IN:
        return {"owner": OWNERS[status], "next": status, "day": application["lapses_on"]}
    due_on = application["due_on"]
    is_over = due_on is not None and due_on < today(application["mission"]).isoformat()
    return {"owner": HEAD if is_over else OWNERS[status], "next": status, "day": due_on}


def is_revoked(application: Application) -> bool:
    """Whether the reader was told that the document of the file is revoked."""
    code = application["document"] and application["document"]["code"]
    told = (one for one in application["notices"] if one["kind"] == "document_revoked")
    return any(one["params"].get("document") == code for one in told)


def may_prove(application: Application, entry: Transaction) -> bool:
    """Whether its holder, and nobody for them, may make a paper that it is pending."""
    behalf = application["behalf"]
    is_holder = behalf is None or behalf["yours"]
    return is_holder and application["status"] in EXPECTED_IN and may_be_proven(entry)
