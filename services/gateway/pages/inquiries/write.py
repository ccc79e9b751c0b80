"""Writing an inquiry: its type, five checks that each say their remedy, files, and a code for exactly this one."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from services.gateway.accounts.contact import inquiry_codes
from services.gateway.accounts.throttle import CODES_BY_ACCOUNT, CONTACT_BY_ACCOUNT
from services.gateway.pages.inquiries import types
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, consular, settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.presentation import t
from shared.catalogue.inquiries import TYPES
from shared.errors import Invalid, NotAllowed, NotFound, Refusal, TooLarge, Unavailable
from shared.values.references import clean, is_valid, mission_of

FIELDS = ("number", "about", "text")
LIMIT_BYTES, NAME_LENGTH = 8 * 1024 * 1024, 200
# The service says what is wrong with a text that is too long; longer ones never reach it.
LONGEST = 50_000
CHECKS = ("number", "papers", "type", "text", "tie")
Answer = Response | tuple[str, int]
blueprint = Blueprint("inquiry", __name__)


@blueprint.get("/inquiries/new")
def choose() -> str:
    """The listed types, found by name or synonym; those of the host country apart."""
    sought = request.args.get("q", "").strip()[: types.SEARCH_LENGTH]
    found = types.find(sought)
    return render_template(
        "pages/inquiries/choose.html",
        own=[kind.slug for kind in found if not kind.referred],
        host=[kind.slug for kind in found if kind.referred],
        sought=sought,
        about=_about(),
        checks=CHECKS,
    )


def _about() -> str:
    return request.args.get("about", "")[:NAME_LENGTH]


@blueprint.get("/inquiries/new/<type>")
def ask(type: str) -> str:
    """The form of a type; for a matter of the host country the card that says who decides it."""
    if type not in TYPES:
        raise NotFound()
    if TYPES[type].referred:
        about = clean(_about())
        mission = mission_of(about) if is_valid(about) else visitor().mission
        return render_template("pages/inquiries/referral.html", type=type, referral=types.referral_of(mission))
    reference = request.args.get("reference", "")
    typed: dict[str, str | None] = {"about": _about()}
    if reference:
        written = consular().inquiries.detail(visitor().actor, reference)
        typed = {"number": written["number"], "about": written["about"], "text": written["text"]}
    return _form(type, typed, reference)


def _form(type: str, typed: dict[str, str | None], reference: str, refusal: Refusal | None = None) -> str:
    errors = faults(refusal, prefix="inquiry") if refusal else {}
    return render_template(
        "pages/inquiries/ask.html",
        type=type,
        typed=typed,
        reference=reference,
        errors=errors,
        papers=TYPES[type].papers,
    )


@blueprint.post("/inquiries/new/<type>")
def write(type: str) -> Answer:
    """Keeps it unconfirmed after its checks. Nothing that was typed is lost, whatever is wrong with it."""
    if type not in TYPES:
        raise NotFound()
    typed: dict[str, str | None] = {name: request.form.get(name, "") for name in FIELDS}
    reference = request.form.get("reference", "")[:NAME_LENGTH]
    question = {name: (value or "")[:LONGEST] for name, value in typed.items()}
    try:
        written = consular().inquiries.write(visitor().actor, {**question, "type": type, "reference": reference})
    except (NotAllowed, NotFound, Unavailable):
        raise
    except Refusal as refusal:
        return _form(type, typed, reference, refusal), refusal.status
    return redirect(url_for("inquiry.ask_confirm", reference=written["reference"]), 303)


@blueprint.get("/inquiries/<reference>/confirm")
def ask_confirm(reference: str) -> str | Response:
    """What will be sent, its files, and the code."""
    return _confirm_page(reference)


def _confirm_page(reference: str, refusal: Refusal | None = None) -> str | Response:
    inquiry = consular().inquiries.detail(visitor().actor, reference)
    if inquiry["state"] != "unconfirmed":
        return redirect(url_for("inquiries.show", reference=reference), 303)
    with accounts().scope(visitor().mission) as session:
        channels = inquiry_codes.channels(session, visitor())
    return render_template(
        "pages/inquiries/confirm.html",
        inquiry=inquiry,
        channels=[(name, t(f"inquiry.code.by.{name}")) for name in channels],
        channel=_channel(channels),
        needs_papers=TYPES[inquiry["type"]].papers,
        sent="sent" in request.args or (refusal is not None and "code" in refusal.errors),
        errors=faults(refusal, prefix="inquiry") if refusal else {},
        mailbox=settings().mail.mailbox_url,
    )


def _channel(channels: list[str]) -> str:
    """The way that was chosen, by the form or by the address it led to."""
    chosen = request.form.get("channel", "") or request.args.get("by", "")
    return chosen if chosen in channels else inquiry_codes.MAIL


def _again(reference: str, refusal: Refusal) -> Answer:
    page = _confirm_page(reference, refusal)
    return page if isinstance(page, Response) else (page, refusal.status)


@blueprint.post("/inquiries/<reference>/files")
def add_file(reference: str) -> Answer:
    """Adds a file by the path of all uploads: judged by its content, written anew."""
    try:
        name, content = _sent_file()
        consular().inquiries.add_file(visitor().actor, reference, name, content)
    except (NotAllowed, NotFound, Unavailable):
        raise
    except Refusal as refusal:
        return _again(reference, refusal)
    return redirect(url_for("inquiry.ask_confirm", reference=reference), 303)


def _sent_file() -> tuple[str, bytes]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("picture_missing", field="file")
    if sent.stream.seek(0, 2) > LIMIT_BYTES:
        raise TooLarge("file_too_large", field="file", megabytes=LIMIT_BYTES // 1024 // 1024)
    sent.stream.seek(0)
    return sent.filename[:NAME_LENGTH], bytes(sent.read())


@blueprint.post("/inquiries/<reference>/code")
def send_code(reference: str) -> Answer:
    """Sends a code that is good for this inquiry as it stands now, and for nothing else."""
    slow_down(CONTACT_BY_ACCOUNT, visitor().account)
    channel = request.form.get("channel", inquiry_codes.MAIL)[:NAME_LENGTH]
    try:
        digest = consular().inquiries.digest(visitor().actor, reference)
        with accounts().scope(visitor().mission) as session:
            inquiry_codes.send_code(session, settings().secret, visitor(), (reference, digest), channel)
    except (NotAllowed, NotFound, Unavailable):
        raise
    except Refusal as refusal:
        return _again(reference, refusal)
    return redirect(url_for("inquiry.ask_confirm", reference=reference, sent=1, by=channel), 303)


@blueprint.post("/inquiries/<reference>/confirm")
def confirm(reference: str) -> Answer:
    """Sends the inquiry. A code is used up only together with it: what a broken line undoes may be tried again."""
    slow_down(CODES_BY_ACCOUNT, visitor().account)
    typed = request.form.get("code", "")[:NAME_LENGTH]
    try:
        digest = consular().inquiries.digest(visitor().actor, reference)
        with accounts().scope(visitor().mission) as session:
            about, specimen = (reference, digest), settings().specimen
            is_right = inquiry_codes.is_right(session, settings().secret, visitor(), about, typed, specimen=specimen)
            if is_right:
                consular().inquiries.confirm(visitor().actor, reference, digest)
        if not is_right:
            raise Invalid("code_wrong", field="code")
    except (NotAllowed, NotFound, Unavailable):
        raise
    except Refusal as refusal:
        return _again(reference, refusal)
    return redirect(url_for("inquiries.show", reference=reference, sent=1), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Answer:
    """A body that nobody read to its end."""
    refusal = TooLarge("file_too_large", field="file", megabytes=LIMIT_BYTES // 1024 // 1024)
    return _again(str((request.view_args or {}).get("reference", "")), refusal)
