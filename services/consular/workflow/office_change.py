"""Declares by two signatures where a mission receives people from a day on; of an office inside Syria also its
currencies, days and hours, and that it closes."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.calendars import terms as read_terms
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import reference_data
from services.consular.missions.model import Office
from services.consular.missions.offices import IN_SYRIA
from shared.catalogue.bulk_actions import FOREIGN_CURRENCIES, OFFICE, OFFICE_IN_SYRIA, OPEN
from shared.catalogue.model import SYRIA
from shared.database import audit
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor

KIND, KIND_IN_SYRIA = "office", "office_in_syria"
MISSION = "mission"
HOURS = ("opens", "closes_at")


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field (required, unknown_choice, closes_before_it_opens,
    in_the_past, office_begins_later, office_has_none)."""
    is_in_syria = _is_in_syria(session)
    params = read_terms.check(session, OFFICE_IN_SYRIA if is_in_syria else OFFICE, terms)
    params |= {"takes": _currencies(terms), "weekdays": read_terms.weekdays(terms, "weekdays")} if is_in_syria else {}
    errors = _lacking(params, is_in_syria) if params["reception"] == OPEN else {}
    if params["reception"] != OPEN:
        params |= dict.fromkeys(params.keys() & {"address_ar", "address_en", *HOURS, "takes", "weekdays"})
        if _in_force(session, params) is None:
            errors = {"reception": "office_has_none"}
    if _begins_later(session, params):
        errors |= {"valid_from": "office_begins_later"}
    if errors:
        raise Invalid("invalid", errors=errors)
    return params


def _is_in_syria(session: Session) -> bool:
    return missions.find(session, session.info["mission"]).country == SYRIA


def _currencies(terms: Mapping[str, Any]) -> list[str]:
    listed = terms.get("takes") or []
    if not isinstance(listed, list) or not set(map(str, listed)) <= set(FOREIGN_CURRENCIES):
        raise Invalid("unknown_choice", field="takes")
    return [currency for currency in FOREIGN_CURRENCIES if currency in listed]


def _lacking(params: Mapping[str, Any], is_in_syria: bool) -> dict[str, str]:
    needed = ("address_ar", "takes", "weekdays", *HOURS) if is_in_syria else ("address_ar",)
    errors = {name: "required" for name in needed if not params[name]}
    if is_in_syria and not errors and not params["opens"] < params["closes_at"]:
        return {"closes_at": "closes_before_it_opens"}
    return errors


def _begins(params: Mapping[str, Any]) -> date:
    return date.fromisoformat(params["valid_from"])


def _mission_rows(session: Session) -> list[Office]:
    return [row for row in reference_data.rows(session, Office) if row.code == session.info["mission"]]


def _begins_later(session: Session, params: Mapping[str, Any]) -> bool:
    """Whether a row begins on that day or after it, which this one would cut short unseen."""
    return any(row.valid_from >= _begins(params) for row in _mission_rows(session))


def _in_force(session: Session, params: Mapping[str, Any]) -> Office | None:
    return next((row for row in _mission_rows(session) if row.holds_on(_begins(params))), None)


def _row(session: Session, params: Mapping[str, Any], reference: str = "", approver: str = "") -> Office | None:
    """The new row; None where the office closes."""
    if params["reception"] != OPEN:
        return None
    opens, closes = params.get("opens"), params.get("closes_at")
    return Office(
        id=f"{session.info['mission']}/{reference}",
        code=session.info["mission"],
        kind=IN_SYRIA if _is_in_syria(session) else MISSION,
        takes=params.get("takes") or [],
        days=params.get("weekdays") or [],
        opens=time.fromisoformat(opens) if opens else None,
        closes=time.fromisoformat(closes) if closes else None,
        address_ar=params["address_ar"],
        address_en=params["address_en"] or "",
        valid_from=_begins(params),
        valid_to=None,
        source=params["law_source"],
        certainty=params["certainty"],
        approver=approver,
    )


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """What stands on that day without the change and with it; None for no office. Nothing is written."""
    before, after = _in_force(session, params), _row(session, params)
    return {"office": {"before": _serialise(before), "after": _serialise(after)}}


def _serialise(row: Office | None) -> dict[str, Any] | None:
    if row is None:
        return None
    hours = f"{row.opens:%H:%M}–{row.closes:%H:%M}" if row.opens and row.closes else ""
    return {
        "address_ar": row.address_ar,
        "address_en": row.address_en,
        "takes": list(row.takes),
        "weekdays": sorted(row.days),
        "hours": hours,
    }


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Ends the row in force on that day and adds the new one, if there is one. Applications keep the row they pinned.

    Raises Conflict (proposal_overtaken) where that day is over, or where another row was signed meanwhile.
    """
    params = proposal.params
    is_over = _begins(params) < missions.today(session, proposal.mission)
    if is_over or _begins_later(session, params):
        raise Conflict("proposal_overtaken")
    result, replaced = preview(session, params), _in_force(session, params)
    if replaced is not None:
        session.execute(update(Office).where(Office.id == replaced.id).values(valid_to=_begins(params)))
    if (row := _row(session, params, proposal.reference, actor.id)) is not None:
        session.add(row)
    session.flush()
    reference_data.reread(session)
    audit.record(session, actor, "office.changed", proposal.reference)
    finish(session, actor, proposal, result)
