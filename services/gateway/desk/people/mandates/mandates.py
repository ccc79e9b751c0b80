"""Deeds that let one person act for another: listed, compared with the register, accepted or refused."""

import uuid
from collections.abc import Callable
from datetime import date

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from services.gateway.clients.civil_registry import Statement
from services.gateway.clients.consular.people.mandates import Deed
from services.gateway.desk.csv_file import csv_file
from services.gateway.desk.wording import birth, named, refusal_text, written_text
from services.gateway.web.current import actor, civil_registry, consular
from services.gateway.web.days import zone_of
from services.gateway.web.http.stored_files import asked_page, send_stored
from services.gateway.web.presentation import moment_of, scope_name, t
from services.gateway.web.sent_forms.submission import submit
from shared.catalogue.reasons import DEED_REFUSE_REASONS
from shared.errors import Refusal, Unavailable
from shared.values.dates import local_date, partial_iso

Answer = Answered | str | tuple[str, int]
LONGEST_NOTE = 500
COLUMNS = (
    *("desk.queue.reference", "desk.mandates.kind", "desk.mandates.agent"),
    *("desk.mandates.principal", "desk.queue.since", "desk.queue.status"),
)


def show() -> str:
    """Deeds that wait, oldest first; then the last ones decided."""
    every = consular().mandates.list_deeds(actor())
    return render_template(
        "desk/people/mandates/mandates.html",
        waiting=[one for one in every if one["state"] == "to_check"],
        decided=[one for one in every if one["state"] != "to_check"],
        done=request.args.get("done", ""),
    )


def export() -> Response:
    """The deeds as a file for a spreadsheet: those that wait, then those decided."""
    deeds = consular().mandates.list_deeds(actor(), "yes")
    return csv_file("mandates", [t(key) for key in COLUMNS], map(_cells, deeds))


def _cells(deed: Deed) -> tuple[object, ...]:
    return (
        deed["reference"],
        t(f"mandate.kind.{deed['kind']}"),
        named(deed["agent"]),
        named(deed["principal"]) or deed["principal_given"],
        local_date(moment_of(deed["made_at"]), zone_of(deed["mission"])),
        t(f"mandate.state.{deed['state']}"),
    )


def detail(reference: str) -> str:
    """One deed, with the person the register has under its number and name."""
    return _page(reference)


def _page(reference: str, **more: object) -> str:
    deed = consular().mandates.deed(actor(), reference)
    waiting = deed["state"] == "to_check" and actor().role in ("officer", "head_of_mission")
    return render_template(
        "desk/people/mandates/mandate.html",
        paper=deed,
        registered=_registered_person(deed) if waiting else None,
        waiting=waiting,
        reasons=[(reason, t(f"reason.{reason}")) for reason in DEED_REFUSE_REASONS],
        scope_name=scope_name,
        refusal_text=refusal_text,
        key=str(uuid.uuid4()),
        **more,
    )


def _introduce(deed: Deed) -> Statement:
    """The register's statement about the principal; where kin ask to act, about their kinship too."""
    agent = deed["agent_person"] if deed["absence"] else None
    return civil_registry().introduce(actor(), deed["principal_number"], deed["principal_given"] or "", agent)


def _registered_person(deed: Deed) -> dict[str, object] | None:
    try:
        facts = _introduce(deed)["facts"]
        born = partial_iso(date.fromisoformat(facts["born"]), facts["born_precision"])
        return {**facts, "birth": [{"label": t(label), "value": value} for label, value in birth(born)]}
    except Refusal as refusal:
        if isinstance(refusal, Unavailable):
            raise
        return None


def scan(reference: str) -> Response:
    """The scan of a deed."""
    return send_stored(consular().mandates.deed_scan(actor(), reference), reference, inline=True)


def scan_page(reference: str) -> Response:
    """A page of the scan of a deed as a picture to read."""
    page = asked_page()
    return send_stored(consular().mandates.deed_page(actor(), reference, page), f"{reference}-{page}", inline=True)


def accept(reference: str) -> Answer:
    """Accepts the deed, with the register's statement about the person it names."""
    deed = consular().mandates.deed(actor(), reference)

    def accept_deed() -> None:
        statement = _introduce(deed)
        body = {"key": request.form.get("key", ""), "statement": statement["statement"]}
        consular().mandates.decide_deed(actor(), reference, "accept", body)

    return _decide(reference, accept_deed, "accepted")


def refuse(reference: str) -> Answer:
    """Refuses the deed for a reason of the list."""
    reason, (note, wrong) = request.form.get("reason", ""), written_text("note", LONGEST_NOTE)
    faults = {"reason": "" if reason in DEED_REFUSE_REASONS else "desk.reason_needed", "note": wrong}
    errors = {name: t(key) for name, key in faults.items() if key}
    if errors:
        return _page(reference, errors=errors, chosen=reason, note=note), 422
    body = {"key": request.form.get("key", ""), "reason": reason, "note": note}
    return _decide(reference, lambda: consular().mandates.decide_deed(actor(), reference, "refuse", body), "refused")


def _decide(reference: str, decide: Callable[[], object], done: str) -> Answer:
    return submit(decide, lambda refusal: _page(reference, refused=refusal), url_for("desk.mandates", done=done))
