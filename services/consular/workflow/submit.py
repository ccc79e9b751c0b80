"""Submits an application: verified facts, conditions, complete answers and uploads, and the quote, in one commit."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from services.consular.applications import behalf
from services.consular.applications.last_granted import last_granted_on
from services.consular.applications.model import Application
from services.consular.applications.promise import promised_day
from services.consular.applications.rules import Status
from services.consular.applications.statements import (
    AttestedFacts,
    as_facts,
    check_eligible,
    check_holder,
    verify_statements,
)
from services.consular.applications.transitions import check_status, load_for_update, transition
from services.consular.missions import find, offices, today
from services.consular.passports.checks import check_birth_place, check_submission, report_lost
from services.consular.payments.tariffs import transaction_status
from services.consular.people import search_keys, snapshot
from services.consular.uploads import corrections, store
from services.consular.workflow.duplicates import mark_duplicates
from services.consular.workflow.fulfilment import fulfilment_of
from services.consular.workflow.money import charges, disputes
from services.consular.workflow.seats.bound import free_where_renamed
from shared import forms
from shared.catalogue.model import AT_SUBMIT, Transaction
from shared.database import db
from shared.errors import Invalid
from shared.identity.actor import Actor
from shared.identity.crypto import Keys

PASSPORT = "passport_number"
PHONES = frozenset({"phone", "saudi_mobile"})


def submit(session: Session, actor: Actor, keys: Keys, reference: str, statements: Iterable[str]) -> Application:
    """Submits a draft, or a returned application again. Raises Refusal (transaction_not_active, office_closed,
    statement_..., not_eligible), Invalid with a code per answer and upload, Conflict from any other status."""
    application = load_for_update(session, actor, "application.submit", reference)
    check_status(application, "submit")
    entry = forms.transaction(application.transaction)
    transaction_status.check_active(session, entry.slug, application.mission)
    offices.check_open(session, application.office)
    representation = behalf.representation_of(application, actor)
    facts = verify_statements(keys, entry, representation, statements)
    day = today(session, application.mission)
    granted_before = last_granted_on(session, application.person, entry, application.mission)
    eligibility_facts = replace(as_facts(facts, representation, day), last_granted_on=granted_before)
    check_eligible(entry, eligibility_facts)
    behalf.check_entitlement(session, actor, entry, application.mission, representation, facts["civil_registry"], day)
    is_dead = facts["civil_registry"]["alive"] is not True
    answers = _complete(session, application, entry, forms.with_death(application.answers, is_dead=is_dead))
    check_submission(session, application, entry, answers)
    check_birth_place(entry, facts["civil_registry"], answers)
    check_holder(entry, answers, facts, application.person)
    columns: dict[str, object] = {"facts": facts, "answers": answers}
    _store_applicant(session, actor, application, facts)
    snapshot.store_acting_person(session, reference, application.mission, facts["civil_registry"])
    _store_numbers(session, application, entry, answers)
    report_lost(session, actor, application, entry, answers)
    if application.status == Status.RETURNED:
        _check_corrected(session, application)
        _review(session, actor, application, entry, answers, columns)
        disputes.ask_again(session, actor, application)
        return application
    mark_duplicates(session, actor, application)
    columns["submitted_at"] = db.now(session)
    if (submit_outcome := fulfilment_of(application).submit) is not None:
        submit_outcome(session, actor, application, columns)
        return application
    if entry.priced == AT_SUBMIT and _charge(session, actor, application, facts, answers):
        transition(session, actor, application, Status.AWAITING_PAYMENT, columns=columns)
        return application
    _review(session, actor, application, entry, answers, columns)
    return application


def _store_applicant(session: Session, actor: Actor, application: Application, facts: AttestedFacts) -> None:
    """As the register has them now. A seat that was booked for another name is freed."""
    reference, is_return = application.reference, application.status == Status.RETURNED
    before = snapshot.applicant_of(session, reference) if is_return else None
    if before is not None:
        # The statement writes the row anew, and the object that was read stays as it was.
        session.expunge(before)
    snapshot.store_applicant(session, reference, application.mission, facts["civil_registry"])
    if is_return:
        free_where_renamed(session, actor, application, before, snapshot.applicant_of(session, reference))


def _charge(
    session: Session, actor: Actor, application: Application, facts: AttestedFacts, answers: Mapping[str, object]
) -> bool:
    """Whether anything is owed."""
    order = charges.charge(session, actor, application, attested=facts["civil_registry"], answers=answers)
    return order is not None and order.amount > 0


def _store_numbers(
    session: Session, application: Application, entry: Transaction, answers: Mapping[str, object]
) -> None:
    """The numbers by which the desk finds the application."""
    reference, mission = application.reference, application.mission
    passports = [str(answers[one.name]) for one in entry.questions if one.kind == PASSPORT and answers.get(one.name)]
    search_keys.store_numbers(session, reference, mission, search_keys.REFERENCE, [reference])
    search_keys.store_numbers(session, reference, mission, search_keys.PASSPORT, passports)
    phones = [str(answers[one.name]) for one in entry.questions if one.kind in PHONES and answers.get(one.name)]
    search_keys.store_numbers(session, reference, mission, search_keys.PHONE, phones)


def _review(
    session: Session,
    actor: Actor,
    application: Application,
    entry: Transaction,
    answers: dict[str, object],
    columns: dict[str, object],
) -> None:
    due = promised_day(session, application, entry.slug, answers)
    transition(session, actor, application, Status.IN_REVIEW, columns={**columns, "due_on": due})


def _check_corrected(session: Session, application: Application) -> None:
    """Raises Invalid where nothing of what was marked has changed; else the marks are answered."""
    if marks := corrections.open_corrections(session, application):
        files = store.by_name(store.list_uploads(session, application.reference))
        corrections.check_changed(application, marks, files)
        corrections.answer(session, application)


def _complete(
    session: Session, application: Application, entry: Transaction, given: Mapping[str, object]
) -> dict[str, object]:
    """The clean answers. Raises one Invalid for all errors together: answers and missing uploads."""
    errors: dict[str, str] = {}
    answers: dict[str, object] = {}
    try:
        day, country = today(session, application.mission), find(session, application.mission).country
        answers = forms.check_answers(entry.slug, given, day, country=country)
    except Invalid as error:
        errors |= error.errors
    uploaded = store.names_of_good_uploads(session, application.reference) if entry.papers else set()
    missing = [upload.name for upload in entry.papers if upload.required and upload.name not in uploaded]
    errors |= dict.fromkeys(missing, "paper_missing")
    if errors:
        raise Invalid("invalid", errors=errors)
    return answers
