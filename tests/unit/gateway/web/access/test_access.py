"""Who may open which page, written out a second time, and what is said to whoever may not."""

import pytest

from services.gateway.accounts.levels import Level
from services.gateway.accounts.sessions import Visitor
from services.gateway.web.access.entrance import ContactNeeded, IdentityNeeded, SignInNeeded, check_page, role_class
from services.gateway.web.access.pages import PAGES
from shared.errors import NotAllowed
from tests.factories.refusals import refuses

# Roles, and the pages that exactly these open.
EXPECTED: tuple[tuple[str, str], ...] = (
    (
        "administrator anonymous auditor cashier clerk confirmed contact declared enrolling frozen head_of_mission new "
        "officer registrar",
        "seats.services seats.regions seats.days hall.show hall.stream "
        "static help.show site_files.manifest machine_files.favicon machine_files.robots "
        "machine_files.security_contact machine_files.change_password "
        "health ready front_door printed openings home.show services.show rulebook.show "
        "about.show about.privacy about.accessibility track.ask track.show verify.ask verify.find verify.show "
        "provider.webhook sign_in.ask sign_in.enter sign_up.ask sign_up.begin sign_up.ask_code sign_up.open_account "
        "invitation.ask invitation.accept kept.keep kept.switch_language kept.discard "
        "second_step.ask second_step.enter passkey.ask passkey.enter recovery.ask recovery.send recovery.ask_code "
        "recovery.use_code recovery.ask_password recovery.set_password",
    ),
    (
        "administrator auditor cashier clerk confirmed contact declared enrolling frozen head_of_mission new officer "
        "registrar",
        "sign_in.sign_out session.left session.prolong proof.ask proof.prove factors.show factors.ask_authenticator "
        "factors.add_authenticator factors.ask_passkey factors.add_passkey",
    ),
    (
        "administrator auditor cashier clerk confirmed contact declared frozen head_of_mission new officer registrar",
        "account.show account.change_password account.end_others account.end_session factors.remove_authenticator "
        "factors.make_codes factors.remove_passkey",
    ),
    (
        "administrator auditor head_of_mission",
        "desk.parameters desk.staff desk.parked desk.parked_file desk.parked_message",
    ),
    (
        "administrator auditor head_of_mission officer",
        "desk.proposals desk.bookings desk.booking_import desk.booking_faults desk.services",
    ),
    (
        "administrator auditor cashier head_of_mission officer",
        "desk.rates desk.tariffs",
    ),
    (
        "administrator head_of_mission",
        "desk.ask_proposal desk.propose desk.declare_phase desk.upload_bookings desk.decide_import desk.answer_import "
        "desk.staff_propose desk.staff_decide desk.replay_message",
    ),
    (
        "administrator head_of_mission officer",
        "desk.decide_proposal desk.undo_proposal",
    ),
    (
        "auditor cashier clerk head_of_mission officer",
        "desk.queue desk.queue_file desk.case desk.passports desk.booklets desk.turns desk.turns_file desk.calendar "
        "desk.hall",
    ),
    (
        "auditor cashier clerk confirmed head_of_mission officer",
        "documents.receipt",
    ),
    (
        "auditor clerk confirmed head_of_mission officer",
        "documents.document",
    ),
    (
        "auditor clerk head_of_mission officer",
        "desk.letters desk.letters_file desk.letter desk.mandates desk.mandates_file desk.mandate desk.mandate_scan "
        "desk.mandate_scan_page desk.mails desk.appeals desk.paper desk.paper_thumbnail desk.paper_page",
    ),
    (
        "auditor head_of_mission officer",
        "desk.anomalies",
    ),
    (
        "cashier clerk head_of_mission officer",
        "desk.counter",
    ),
    (
        "cashier head_of_mission",
        "desk.difference desk.give_back desk.cash",
    ),
    (
        "clerk head_of_mission officer",
        "desk.approve desk.surrender desk.collect desk.attend desk.miss desk.identity desk.identity_code desk.mail "
        "desk.recovery_code desk.gate desk.admit",
    ),
    (
        "head_of_mission officer",
        "desk.assign_cases desk.next_case desk.assign_case "
        "desk.accept desk.send_back desk.ask_refuse desk.refuse desk.reply desk.duplicate desk.mandate_accept "
        "desk.decide_appeal desk.priority desk.mandate_refuse desk.clear desk.reprint desk.identity_account "
        "desk.receive_booklets desk.spoil_booklet desk.identity_freeze "
        "desk.identity_propose desk.identity_decide desk.identity_letter "
        "desk.identity_check desk.identity_picture desk.identity_verdict",
    ),
    (
        "confirmed",
        "apply.submit fix.show fix.send behalf.ask behalf.choose behalf.name behalf.judge behalf.by_mandate "
        "behalf.begin mandates.show mandates.ask mandates.grant mandates.ask_deed mandates.hand_in mandates.settle "
        "pay.choose pay.card "
        "pay.came_back pay.counter upgrade.show upgrade.card upgrade.counter pay.working turns.choose turns.hold "
        "turns.ask_confirm turns.confirm turns.ask_reschedule turns.reschedule turns.ask_cancel turns.cancel "
        "turns.calendar_file turns.ask_appeal turns.appeal "
        "notices.show bookings.ask bookings.claim vouching.ask vouching.give",
    ),
    (
        "confirmed declared",
        "apply.check apply.begin apply.questions apply.answer apply.review papers.show papers.upload papers.remove "
        "papers.send papers.reuse parts.take papers.ask_remove "
        "papers.read papers.thumbnail applications.list_own applications.show applications.ask_withdraw "
        "applications.withdraw",
    ),
    (
        "confirmed contact declared new",
        "account.change_mission contact.ask contact.send contact.confirm contact.ask_change contact.change "
        "contact.confirm_change channels.show channels.choose channels.send_code channels.confirm",
    ),
    (
        "confirmed contact declared frozen",
        "identity.ask",
    ),
    (
        "contact declared",
        "identity.declare_person",
    ),
    (
        "declared",
        "identity.prove identity.report identity.request_letter passport_check.ask passport_check.send",
    ),
    (
        "registrar",
        "registrar.show registrar.detail registrar.correct registrar.dismiss",
    ),
    (
        "administrator anonymous auditor cashier clerk confirmed contact declared enrolling frozen head_of_mission "
        "new officer registrar",
        "draws_data draw_data draw_file draws.feed seats.feed draws.show draws.detail owed_back.show payer_link.show "
        "payer_link.pay payer_link.came_back payer_link.receipt",
    ),
    (
        "confirmed",
        "payer_link.ask payer_link.make payer_link.revoke transfer.show transfer.choose chances.show chances.enter "
        "challenges.show chances.withdraw chances.act",
    ),
    (
        "confirmed declared",
        "inquiries.list_own inquiries.show inquiries.picture inquiry.choose inquiry.ask inquiry.write "
        "inquiry.ask_confirm inquiry.add_file inquiry.send_code inquiry.confirm inquiry_answer.contest "
        "inquiry_answer.rate",
    ),
    (
        "auditor clerk head_of_mission officer",
        "desk.inquiries desk.inquiries_file desk.inquiry desk.inquiry_file",
    ),
    (
        "clerk head_of_mission officer",
        "desk.ask_inquiry desk.write_inquiry desk.take_inquiry",
    ),
    (
        "head_of_mission officer",
        "desk.answer_inquiry",
    ),
    (
        "confirmed",
        "pending_proof.show pending_proof.make pending_proof.revoke",
    ),
    (
        "auditor head_of_mission",
        "desk.ledger desk.ledger_file desk.figures desk.figures_file",
    ),
    (
        "auditor cashier head_of_mission",
        "desk.tills desk.till",
    ),
    (
        "cashier head_of_mission",
        "desk.open_till desk.close_till desk.deposit desk.act_on_refund desk.write_refund_file desk.refund_file "
        "desk.bank_import desk.bank_act desk.books_take",
    ),
    (
        "auditor cashier clerk head_of_mission officer",
        "desk.draws",
    ),
    (
        "head_of_mission officer",
        "desk.approve_refund desk.bank_decide desk.announce_draw desk.judge_urgency",
    ),
    (
        "cashier clerk head_of_mission officer",
        "desk.hall_call desk.hall_act",
    ),
    (
        "auditor cashier head_of_mission officer",
        "desk.bank desk.bank_file desk.bank_line desk.books desk.refunds desk.refunds_file desk.refund",
    ),
)


def test_every_page_opens_for_exactly_the_roles_written_here() -> None:
    assert {page: set(roles.split()) for roles, pages in EXPECTED for page in pages.split()} == PAGES


def visitor(role: str, level: Level = Level.NEW) -> Visitor:
    return Visitor("account", "session", "x@example.org", role, "RUH", "person-1", "", "", level, strong=True)


@pytest.mark.parametrize(
    ("who", "called"),
    [
        (None, "anonymous"),
        *((visitor("expatriate", level), level.value) for level in Level),
        (visitor("cashier"), "cashier"),
        (visitor("head_of_mission", Level.CONFIRMED), "head_of_mission"),
    ],
)
def test_how_a_visitor_is_called(who: Visitor | None, called: str) -> None:
    assert role_class(who) == called


@pytest.mark.parametrize(
    ("page", "who"),
    [
        (None, None),
        ("home.show", None),
        ("pay.choose", visitor("expatriate", Level.CONFIRMED)),
        ("apply.begin", visitor("expatriate", Level.DECLARED)),
        ("identity.ask", visitor("expatriate", Level.CONTACT)),
        ("identity.ask", visitor("expatriate", Level.FROZEN)),
        ("contact.ask", visitor("expatriate", Level.NEW)),
        ("desk.cash", visitor("cashier")),
        ("desk.refuse", visitor("officer")),
    ],
)
def test_who_may_comes_in(page: str | None, who: Visitor | None) -> None:
    check_page(page, who)


@pytest.mark.parametrize(
    ("page", "who", "kind", "code"),
    [
        ("apply.begin", None, SignInNeeded, "sign_in_needed"),
        ("desk.cash", None, SignInNeeded, "sign_in_needed"),
        ("apply.begin", visitor("expatriate", Level.NEW), ContactNeeded, "contact_needed"),
        ("identity.ask", visitor("expatriate", Level.NEW), ContactNeeded, "contact_needed"),
        ("apply.begin", visitor("expatriate", Level.CONTACT), IdentityNeeded, "identity_needed"),
        ("pay.choose", visitor("expatriate", Level.DECLARED), IdentityNeeded, "identity_needed"),
        ("applications.show", visitor("expatriate", Level.FROZEN), IdentityNeeded, "identity_needed"),
        ("apply.begin", visitor("expatriate", Level.FROZEN), IdentityNeeded, "identity_needed"),
        ("identity.prove", visitor("expatriate", Level.FROZEN), NotAllowed, "not_allowed"),
        ("identity.prove", visitor("expatriate", Level.CONTACT), NotAllowed, "not_allowed"),
        ("identity.declare_person", visitor("expatriate", Level.CONFIRMED), NotAllowed, "not_allowed"),
        ("identity.declare_person", visitor("expatriate", Level.FROZEN), NotAllowed, "not_allowed"),
        ("desk.cash", visitor("expatriate", Level.NEW), NotAllowed, "not_allowed"),
        ("desk.cash", visitor("expatriate", Level.CONFIRMED), NotAllowed, "not_allowed"),
        ("desk.cash", visitor("auditor"), NotAllowed, "not_allowed"),
        ("desk.refuse", visitor("cashier"), NotAllowed, "not_allowed"),
        ("apply.begin", visitor("officer"), NotAllowed, "not_allowed"),
        ("no.such_page", None, NotAllowed, "not_allowed"),
        ("no.such_page", visitor("administrator"), NotAllowed, "not_allowed"),
    ],
)
def test_who_may_not_is_told_what_is_missing(page: str, who: Visitor | None, kind: type[NotAllowed], code: str) -> None:
    with refuses(code, kind) as refused:
        check_page(page, who)
    assert refused.type is kind
