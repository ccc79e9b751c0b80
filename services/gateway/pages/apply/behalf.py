"""For whom somebody applies: themselves, a relative, a child in their care, or somebody who gave them a mandate."""

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.accounts.throttle import KIN_BY_ACCOUNT
from services.gateway.clients.civil_registry import Relative
from services.gateway.clients.consular.people.mandates import Mandate
from services.gateway.pages.apply.draft import eligibility_page, redirect_to_draft
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.content.eligibility import Behalf, attested
from services.gateway.web.current import civil_registry, consular, visitor
from services.gateway.web.forms import faults, fields, read, typed
from services.gateway.web.language import chosen
from services.gateway.web.presentation import has_text, t
from services.gateway.web.sent_forms.kept_answers import keep_unfinished
from services.gateway.web.whom import GENDERS
from shared.catalogue.conditions import serves_the_dead
from shared.catalogue.model import AGENT, GUARDIAN, RELATIVE, Question, Transaction
from shared.catalogue.scopes import covers
from shared.errors import Invalid, NotFound, Refusal, Unavailable
from shared.forms import transaction
from shared.identity.representation import PURPOSE

SELF, MANDATE = "self", "mandate:"
NAMED = {
    RELATIVE: (Question("national_number", kind="national_number"), Question("given_name", kind="name", max_length=60)),
    GUARDIAN: (Question("national_number", kind="national_number"), Question("given_name", kind="name", max_length=60)),
}
blueprint = Blueprint("behalf", __name__)


@blueprint.get("/apply/<slug>/whom")
def ask(slug: str) -> str | Response:
    """For whom? Asked only where the law lets others act."""
    entry = transaction(slug)
    return _whom(entry) if len(entry.capacities) > 1 else redirect(url_for("apply.check", slug=slug), 303)


def _whom(entry: Transaction, refusal: Refusal | None = None) -> str:
    held = _held(entry)
    return render_template(
        "pages/apply/whom.html",
        entry=entry,
        mandates=held,
        choices=[SELF, *(one for one in (RELATIVE, GUARDIAN) if one in entry.capacities)],
        by_mandate=AGENT in entry.capacities or GUARDIAN in entry.capacities,
        errors=faults(refusal, prefix="field") if refusal else {},
    )


def _held(entry: Transaction) -> list[Mandate]:
    """The mandates by which the visitor may ask for this. None while the service that keeps them is down."""
    if AGENT not in entry.capacities and GUARDIAN not in entry.capacities:
        return []
    try:
        me = civil_registry().state(visitor().actor, PURPOSE)["statement"]
        held = consular().mandates.list_own(visitor().actor, me)
    except Unavailable:
        return []
    return [one for one in held if one["side"] == "agent" and one["stands"] and _allows(one, entry)]


def _allows(mandate: Mandate, entry: Transaction) -> bool:
    fits = mandate["capacity"] in entry.capacities
    return fits and (mandate["capacity"] == GUARDIAN or covers(mandate["scope"], entry))


@blueprint.post("/apply/<slug>/whom")
def choose(slug: str) -> Response | tuple[str, int]:
    """Redirects to the page for the chosen applicant."""
    entry, chosen = transaction(slug), request.form.get("whom", "")
    if chosen == SELF:
        return redirect(url_for("apply.check", slug=slug), 303)
    if chosen in NAMED and chosen in entry.capacities:
        return redirect(url_for("behalf.name", slug=slug, capacity=chosen), 303)
    if chosen.startswith(MANDATE):
        return redirect(url_for("behalf.by_mandate", slug=slug, mandate=chosen.removeprefix(MANDATE)), 303)
    return _whom(entry, Invalid("choose", field="whom")), 422


@blueprint.get("/apply/<slug>/for/<capacity>")
def name(slug: str, capacity: str) -> str:
    """Who is it? By number and given name, as on their identity card."""
    return _name(_fitting(slug, capacity), capacity)


def _fitting(slug: str, capacity: str) -> Transaction:
    entry = transaction(slug)
    if capacity not in NAMED or capacity not in entry.capacities:
        raise NotFound()
    return entry


def _name(entry: Transaction, capacity: str, refusal: Refusal | None = None) -> str:
    errors = faults(refusal, NAMED[capacity], prefix=f"whom.{capacity}") if refusal else {}
    shown = fields(NAMED[capacity], typed(NAMED[capacity], request.form), errors, prefix=f"whom.{capacity}")
    return render_template(
        "pages/apply/whom_named.html",
        entry=entry,
        capacity=capacity,
        fields=shown,
        errors=errors,
        relatives=[_choice(one) for one in _relatives(entry, capacity)],
    )


def _relatives(entry: Transaction, capacity: str) -> list[Relative]:
    """Those whom the register offers, the dead where the entry serves them. None while the register is down: a number
    may still be typed."""
    try:
        found = civil_registry().relatives(visitor().actor, capacity)
    except Unavailable:
        return []
    return [one for one in found if one["alive"] or serves_the_dead(entry)]


def _choice(one: Relative) -> tuple[str, str, Markup | None]:
    name = one["name"]["latin" if chosen().code == "en" and one["name"]["latin"].get("given") else "ar"]
    whole = " ".join(name[part] for part in ("given", "father", "family") if name.get(part))
    gender = GENDERS.get(one["sex"], "m")
    key = f"whom.kin.{one['kinship']}.{gender}"
    parts = [t(key)] if has_text(key) else []
    parts += [] if one["alive"] else [t(f"whom.dead.{gender}")]
    return one["person"], whole, Markup(" · ").join(parts) if parts else None


def _named(capacity: str) -> Behalf:
    """Whom the form names: one of the offered relatives, or anybody by number and given name."""
    person = request.form.get("kin", "")
    if person:
        found = next(
            (one for one in civil_registry().relatives(visitor().actor, capacity) if one["person"] == person), None
        )
        if found is None:
            raise Invalid("choose", field="kin")
        return Behalf(capacity, found["national_number"], found["name"]["ar"]["given"])
    answers = read(NAMED[capacity], request.form)
    return Behalf(capacity, answers["national_number"], answers["given_name"])


@blueprint.post("/apply/<slug>/for/<capacity>")
def judge(slug: str, capacity: str) -> str | tuple[str, int]:
    """Eligibility of a relative or ward: the register finds them and attests the kinship."""
    entry = _fitting(slug, capacity)
    try:
        behalf = _named(capacity)
        slow_down(KIN_BY_ACCOUNT, visitor().account)
        attestation = attested(entry, behalf=behalf)
    except Unavailable:
        raise
    except Refusal as refusal:
        return _name(entry, capacity, refusal), refusal.status
    keep_unfinished()
    return eligibility_page(entry, attestation, behalf=behalf, about=attestation.person)


@blueprint.get("/apply/<slug>/by/<mandate>")
def by_mandate(slug: str, mandate: str) -> str:
    """Eligibility of the principal of this mandate."""
    entry, behalf = transaction(slug), _by(mandate, slug)
    attestation = attested(entry, behalf=behalf)
    return eligibility_page(entry, attestation, behalf=behalf, about=attestation.person)


def _by(mandate: str, slug: str) -> Behalf:
    capacity = consular().mandates.prove(visitor().actor, mandate, slug)["mandate"]["capacity"]
    return Behalf(str(capacity), mandate=mandate)


@blueprint.post("/apply/<slug>/behalf")
def begin(slug: str) -> Response:
    """Opens the draft for somebody else, with fresh statements that it may be."""
    entry, form = transaction(slug), request.form
    mandate = form.get("mandate") or None
    if mandate:
        behalf = _by(mandate, slug)
    else:
        slow_down(KIN_BY_ACCOUNT, visitor().account)
        capacity = form.get("capacity", "")
        _fitting(slug, capacity)
        answers = read(NAMED[capacity], form)
        behalf = Behalf(capacity, answers["national_number"], answers["given_name"])
    attestation = attested(entry, behalf=behalf)
    claim = {"capacity": behalf.capacity, "mandate": behalf.mandate, "statements": attestation.statements}
    actor, mission = visitor().actor, attestation.mission if mandate else form.get("place") or attestation.mission
    return redirect_to_draft(
        entry, lambda key: str(consular().applications.begin_for(actor, slug, key, claim, mission)["reference"])
    )
