"""The approvals a passport case needs before it is accepted: by whom, on what subject, with which outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Approval
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_status, load_for_update, note_step
from services.consular.missions import today
from services.consular.passports import booklets, names
from services.consular.passports.model import Passport
from services.consular.passports.names import Divergence
from services.consular.people.model import Applicant
from shared import forms
from shared.catalogue import conditions as only_if
from shared.catalogue.model import BOOKLET
from shared.errors import Conflict, Invalid, Refusal
from shared.identity.access import ACCESS
from shared.identity.actor import Actor
from shared.reasons import check_choice, required_text

# MOFAE, passport before expiry: more than a year before its end the Director decides. MOFAE FAQ: a damaged passport is
# handed in, and replaced only without a sign of tampering.
EARLY, SPELLING, SURRENDERED, TAMPERING = "early_renewal", "name_spelling", "booklet_surrendered", "no_tampering"
# The action of the access table that each approval needs.
ACTIONS = {
    EARLY: "desk.approve_early",
    SPELLING: "desk.confirm",
    SURRENDERED: "desk.take_in",
    TAMPERING: "desk.confirm",
}
APPROVED, DECLINED = "approved", "declined"
OUTCOMES = {
    EARLY: (APPROVED, DECLINED),
    SPELLING: (APPROVED,),
    SURRENDERED: (APPROVED,),
    TAMPERING: (APPROVED, DECLINED),
}
REASON_LENGTH = 300

# The name in the register in both scripts, and the names in the last passport before this application.
_NAMES = select(Applicant.name, Applicant.latin, booklets.last_printed(Applicant.person, Applicant.application)).where(
    Applicant.application == bindparam("application")
)


@dataclass(frozen=True)
class Need:
    """One approval that is needed, with its subject; `approval` is the recorded one, or None."""

    what: str
    subject: str
    approval: Approval | None

    @property
    def is_met(self) -> bool:
        """Whether it is recorded as approved."""
        return self.approval is not None and self.approval.outcome == APPROVED

    def serialise(self, actor: Actor) -> dict[str, Any]:
        """As the desk shows it; `may` is whether this actor may decide it."""
        approval = self.approval
        decision = approval and {"outcome": approval.outcome, "reason": approval.reason, "role": approval.role}
        may = approval is None and actor.role in ACCESS[ACTIONS[self.what]]
        return {"what": self.what, "outcomes": list(OUTCOMES[self.what]), "done": decision, "may": may}


def needs(session: Session, application: Application) -> list[Need]:
    """The approvals this application needs by its present answers, each with the recorded one."""
    subjects = _subjects(application, _divergences(session, application), _day(session, application))
    if not subjects:
        return []
    rows = session.scalars(select(Approval).where(Approval.application == application.reference)).all()
    return _needs(subjects, rows)


def needs_of(
    application: Application, divergences: Sequence[Divergence], approvals: Sequence[Approval], day: date
) -> list[Need]:
    """As `needs`, of what was found before."""
    return _needs(_subjects(application, divergences, day), approvals)


def _needs(subjects: Mapping[str, str], approvals: Sequence[Approval]) -> list[Need]:
    by_subject = {(row.what, row.subject): row for row in approvals}
    return [Need(what, subject, by_subject.get((what, subject))) for what, subject in subjects.items()]


def check_approved(session: Session, actor: Actor, application: Application) -> None:
    """Raises Refusal (needs_...) naming the first missing approval, (own_verdict) for who approved an early renewal:
    it is approved by one person and accepted by another."""
    known = needs(session, application)
    open_needs = [need.what for need in known if not need.is_met]
    if open_needs:
        raise Refusal(f"needs_{open_needs[0]}", lacking=open_needs)
    if any(need.what == EARLY and need.approval and need.approval.given_by == actor.id for need in known):
        raise Refusal("own_verdict")


def approve(session: Session, actor: Actor, reference: str, what: str, outcome: str, reason: str) -> Application:
    """Records an approval, finally. Raises Invalid (unknown_choice, required, too_long), Conflict when this case does
    not need it (not_needed) or it was decided before (approved_before)."""
    if what not in ACTIONS:
        raise Invalid("unknown_choice", field="what")
    application = load_for_update(session, actor, ACTIONS[what], reference)
    check_status(application, "accept")
    check_choice(outcome, OUTCOMES[what], "outcome")
    reason_text = required_text(reason, REASON_LENGTH, "reason")
    subject = _subjects(application, _divergences(session, application), _day(session, application)).get(what)
    if subject is None:
        raise Conflict("not_needed")
    _record_approval(session, actor, application, what, subject, outcome, reason_text)
    return application


def _record_approval(
    session: Session, actor: Actor, application: Application, what: str, subject: str, outcome: str, reason: str
) -> None:
    row = {
        "application": application.reference,
        "what": what,
        "subject": subject,
        "mission": application.mission,
        "outcome": outcome,
        "reason": reason,
        "given_by": actor.id,
        "role": actor.role,
        "given_at": func.now(),
    }
    if session.scalar(insert(Approval).values(row).on_conflict_do_nothing().returning(Approval.what)) is None:
        raise Conflict("approved_before")
    code = what if outcome == APPROVED else f"{what}_{DECLINED}"
    note_step(session, actor, application, code, Status(application.status))


def divergences(application: Application, applicant: Applicant | None, last: Passport | None) -> list[Divergence]:
    """Names spelt differently from the last passport or the register; none before the application is submitted."""
    if applicant is None or forms.transaction(application.transaction).outcome != BOOKLET:
        return []
    return _compare(application, applicant.name, applicant.latin, last.printed if last else None)


def _divergences(session: Session, application: Application) -> list[Divergence]:
    if forms.transaction(application.transaction).outcome != BOOKLET:
        return []
    row = session.execute(_NAMES, {"application": application.reference}).one_or_none()
    return _compare(application, *row) if row else []


def _compare(
    application: Application, arabic: Mapping[str, Any], latin: Mapping[str, Any], last: Mapping[str, Any] | None
) -> list[Divergence]:
    return names.divergences(application.answers, {"ar": arabic, "latin": latin}, last)


def _subjects(application: Application, diverging: Sequence[Divergence], day: date) -> dict[str, str]:
    answers = application.answers
    subjects: dict[str, str] = {}
    if answers.get("renewal_reason") == only_if.EARLY and not only_if.renewal_is_due(_parse_dates(answers), day):
        subjects[EARLY] = f"{answers.get('passport_number')} {answers.get('early_reason')}"
    if diverging:
        subjects[SPELLING] = " ".join(f"{divergence.question}={divergence.typed}" for divergence in diverging)
    if "damage" in answers:
        subjects |= dict.fromkeys((SURRENDERED, TAMPERING), str(answers.get("passport_number")))
    return subjects


def _day(session: Session, application: Application) -> date:
    return today(session, application.mission)


def _parse_dates(answers: Mapping[str, object]) -> dict[str, object]:
    expires = answers.get("passport_expires_on")
    return {**answers, "passport_expires_on": date.fromisoformat(str(expires)) if expires else None}
