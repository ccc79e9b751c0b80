"""Appointments: choosing, holding, confirming, moving and cancelling one; free times as JSON."""

from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services.gateway.accounts.challenges import HOLD, MOVE
from services.gateway.accounts.throttle import TooMany
from services.gateway.clients.consular.applications.applications import Application
from services.gateway.clients.consular.appointments.appointments import Openings
from services.gateway.web.access.costly_steps import check_step
from services.gateway.web.calendars import Visit, event, weeks
from services.gateway.web.current import consular, visitor
from services.gateway.web.days import USUAL, zone_of
from services.gateway.web.forms import faults, words
from services.gateway.web.http.open_data import count_reader, published_json, refused_json
from services.gateway.web.language import chosen
from services.gateway.web.presentation import mission_name, office_of, t
from services.gateway.web.sent_forms.submission import submit
from services.gateway.web.whom import note_whom
from shared.catalogue.conditions import REGULAR
from shared.catalogue.model import APPOINTMENT, Transaction
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Unavailable
from shared.forms import transaction
from shared.values.dates import local_date

blueprint = Blueprint("turns", __name__)
LONGEST, NEXT_COUNT = 40, 3


def openings() -> Response:
    """Free times as JSON, for calendars and programs: nobody has to read our pages by machine."""
    count_reader()
    mission, service = (request.args.get(name, "")[:LONGEST] for name in ("mission", "service"))
    tier = request.args.get("tier", REGULAR)[:LONGEST]
    appointments, mission = consular().appointments, mission or USUAL
    try:
        facts = appointments.openings(mission, service, tier) if service else appointments.services(mission)
    except (NotFound, Invalid) as unknown:
        return refused_json(unknown)
    return published_json(facts)


def load_bookable(reference: str) -> tuple[Application, Transaction, dict[str, Any]]:
    """The visitor's application, its entry and its appointment. Raises Conflict where there is nothing to book."""
    application = consular().applications.detail(visitor().actor, reference)
    note_whom(application)
    entry = _check_bookable(application)
    return application, entry, dict(application["turn"] or {})


def _check_bookable(application: Application) -> Transaction:
    entry = transaction(application["transaction"])
    if entry.outcome != APPOINTMENT and entry.appointment is None:
        raise Conflict("not_now", reference=application["reference"])
    return entry


@blueprint.get("/applications/<reference>/turn")
def choose(reference: str) -> str:
    """The calendar, and under it the times of the chosen day; above it that a time is taken, and the next free ones."""
    taken = _instant(request.args.get("taken", "")[:LONGEST])
    return _choose(reference, Conflict("turn_taken") if taken else None, taken)


def _choose(reference: str, refusal: Refusal | None = None, at: str | None = None) -> str:
    application = consular().applications.with_openings(visitor().actor, reference)
    note_whom(application)
    entry, appointment = _check_bookable(application), dict(application["turn"] or {})
    service, openings = application.get("service"), application["openings"]
    wanted = local_day(at, openings["zone"]) if at and openings else request.args.get("day", "")[:10]
    days = {each["day"]: each for each in openings["days"]} if openings else {}
    return render_template(
        "pages/appointments/choose.html",
        application=application,
        entry=entry,
        turn=appointment,
        service=service,
        openings=openings,
        weeks=weeks(openings["days"]) if openings else [],
        day=days.get(wanted),
        message=words(refusal.code, **refusal.params) if refusal else None,
        next_times=_next(openings, at) if refusal and refusal.code == "turn_taken" else [],
        moving=appointment.get("state") == "booked",
        key=token_urlsafe(16),
    )


def _next(openings: Openings | None, at: str | None) -> list[str]:
    """The next free times after this one; without a later time, the first of all."""
    days = openings["days"] if openings else []
    free = [time["starts_at"] for day in days for time in day["times"] if day["remaining"] and time["remaining"]]
    later = [time for time in free if at is None or datetime.fromisoformat(time) >= datetime.fromisoformat(at)]
    return sorted(later or free, key=datetime.fromisoformat)[:NEXT_COUNT]


@blueprint.post("/applications/<reference>/turn")
def hold(reference: str) -> Answer | tuple[str, int]:
    """Holds the time for some minutes; with a booked appointment, first shows what moving means.

    When a release is rushed this is the one request of everybody: it asks the service once and draws no page, neither
    for those who get the time nor for those who come too late.
    """
    at = request.form.get("starts_at", "")[:LONGEST]
    try:
        check_step(HOLD)
        consular().appointments.act(visitor().actor, reference, "hold", request.form.get("key", ""), starts_at=at)
    except (NotFound, NotAllowed, Unavailable, TooMany):
        raise
    except Refusal as refusal:
        return _not_held(reference, at, refusal)
    return redirect(url_for("turns.ask_confirm", reference=reference), 303)


def _not_held(reference: str, at: str, refusal: Refusal) -> Answer | tuple[str, int]:
    instant = _instant(at)
    if refusal.code == "turn_taken" and instant is not None:
        return redirect(url_for("turns.choose", reference=reference, taken=instant), 303)
    _, _, appointment = load_bookable(reference)
    if appointment.get("state") == "booked":
        return redirect(url_for("turns.ask_reschedule", reference=reference, to=at), 303)
    return _choose(reference, refusal, instant), refusal.status


@blueprint.get("/applications/<reference>/turn/confirm")
def ask_confirm(reference: str) -> Answer | str:
    """The held time, before it is booked: on a page of its own, or where an appointment is all that is asked for."""
    application, entry, appointment = load_bookable(reference)
    if appointment.get("state") == "held" and entry.outcome == APPOINTMENT:
        return redirect(url_for("apply.review", reference=reference), 303)
    return _ask(application, entry, appointment, "held", "pages/appointments/confirm.html", "turns.choose")


def _ask(
    application: Application,
    entry: Transaction,
    appointment: dict[str, Any],
    state: str,
    template: str,
    otherwise: str,
) -> Answer | str:
    """A page that asks before something is done with an appointment of this state; another page where there is none."""
    if appointment.get("state") != state:
        return redirect(url_for(otherwise, reference=application["reference"]), 303)
    return render_template(template, application=application, entry=entry, turn=appointment, key=token_urlsafe(16))


@blueprint.post("/applications/<reference>/turn/confirm")
def confirm(reference: str) -> Answer | tuple[str, int]:
    """Books it."""
    return _act(reference, "confirm")


@blueprint.get("/applications/<reference>/turn/move")
def ask_reschedule(reference: str) -> Answer | str:
    """The old time and the new one side by side."""
    application, entry, appointment = load_bookable(reference)
    to = _instant(request.args.get("to", "")[:LONGEST])
    if appointment.get("state") != "booked" or to is None:
        return redirect(url_for("turns.choose", reference=reference), 303)
    return render_template(
        "pages/appointments/move.html",
        application=application,
        entry=entry,
        turn=appointment,
        to=to,
        key=token_urlsafe(16),
    )


def _instant(text: str) -> str | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.astimezone(UTC).isoformat() if instant.tzinfo else None


@blueprint.post("/applications/<reference>/turn/move")
def reschedule(reference: str) -> Answer | tuple[str, int]:
    """Moves the appointment, or changes nothing."""
    return _act(reference, "move", starts_at=request.form.get("starts_at", "")[:LONGEST])


@blueprint.get("/applications/<reference>/turn/cancel")
def ask_cancel(reference: str) -> Answer | str:
    """What cancelling means now, before it is done."""
    return _ask(*load_bookable(reference), "booked", "pages/appointments/cancel.html", "applications.show")


@blueprint.post("/applications/<reference>/turn/cancel")
def cancel(reference: str) -> Answer | tuple[str, int]:
    """Cancels the appointment."""
    return _act(reference, "cancel")


@blueprint.get("/applications/<reference>/turn/appeal")
def ask_appeal(reference: str) -> Answer | str:
    """Why the applicant did not come; another page where there is nothing to explain."""
    application, entry, appointment = load_bookable(reference)
    if not appointment.get("may_appeal"):
        return redirect(url_for("applications.show", reference=reference), 303)
    return _appeal_page(application, entry, appointment)


def _appeal_page(
    application: Application, entry: Transaction, appointment: dict[str, Any], refusal: Refusal | None = None
) -> str:
    return render_template(
        "pages/appointments/appeal.html",
        application=application,
        entry=entry,
        turn=appointment,
        errors=faults(refusal, prefix="appeal") if refusal else {},
        typed=request.form.get("reason", ""),
        key=request.form.get("key") or token_urlsafe(16),
    )


@blueprint.post("/applications/<reference>/turn/appeal")
def appeal(reference: str) -> Answer | tuple[str, int]:
    """Sends the reason to the mission."""
    application, entry, appointment = load_bookable(reference)
    if not appointment:
        return redirect(url_for("applications.show", reference=reference), 303)
    reason, key = request.form.get("reason", ""), request.form.get("key", "")
    return submit(
        lambda: consular().appointments.act(visitor().actor, reference, "appeal", key, reason=reason),
        lambda refusal: _appeal_page(application, entry, appointment, refusal),
        url_for("applications.show", reference=reference),
    )


def _act(reference: str, verb: str, **body: str) -> Answer | tuple[str, int]:
    try:
        if verb == "move":
            check_step(MOVE)
        consular().appointments.act(visitor().actor, reference, verb, request.form.get("key", ""), **body)
    except (NotAllowed, Unavailable, Invalid, TooMany):
        raise
    except Refusal as refusal:
        return _choose(reference, refusal), refusal.status
    return redirect(url_for("applications.show", reference=reference, turn=verb), 303)


@blueprint.get("/applications/<reference>/turn.ics")
def calendar_file(reference: str) -> Response:
    """The booked time for one's own calendar. Raises NotFound while nothing is booked."""
    application, entry, appointment = load_bookable(reference)
    if appointment.get("state") != "booked":
        raise NotFound()
    language = chosen()
    text = language.text("turn.ics", reference=reference, window=appointment["window"])
    content = event(
        Visit(
            reference,
            appointment["starts_at"],
            appointment["ends_at"],
            zone_of(application["mission"]),
            language.text(f"transaction.{entry.slug}.title"),
            f"{text} {language.plural('turn.arrive', appointment['arrive_minutes'])}",
            _place(application["mission"]),
        )
    )
    answer = make_response(content)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers.set("Content-Disposition", "attachment", filename=f"mahjar-{reference}.ics")
    return answer


def _place(mission: str) -> str:
    """The mission, and its address where one is known."""
    office = office_of(mission)
    address = (office["address"].get(chosen().code) or office["address"].get("ar")) if office else ""
    return f"{mission_name(mission)}{t('list.comma')}{address}" if address else mission_name(mission)


def gap(application: Application, entry: Transaction) -> list[dict[str, str]]:
    """What is missing before the application can be sent: a held time for the service asked for now."""
    appointment: dict[str, Any] = dict(application["turn"] or {})
    if entry.outcome != APPOINTMENT or (
        appointment.get("state") == "held" and appointment.get("service") == application["service"]
    ):
        return []
    return [{"text": t("turn.choose_first"), "url": url_for("turns.choose", reference=application["reference"])}]


def local_day(instant: str, zone: str) -> str:
    """The calendar day of an instant at a mission, as the calendar's links name it."""
    return local_date(datetime.fromisoformat(instant), zone).isoformat()
