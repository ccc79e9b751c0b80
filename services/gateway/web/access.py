"""Who may open which page: one table of every route. A route that is not in it opens for nobody."""

from collections.abc import Set

from services.gateway.accounts.levels import EVERY, MAY, Level
from services.gateway.accounts.sessions import Visitor
from shared.errors import NotAllowed
from shared.identity.actor import OFFICER_ROLES

ANONYMOUS = "anonymous"
ANYONE: Set[str] = frozenset({ANONYMOUS, *EVERY, *OFFICER_ROLES})
SIGNED_IN: Set[str] = ANYONE - {ANONYMOUS}
# Pages of expatriates open by the table of levels.
PERSONS, DRAFTING, IDENTIFYING = MAY["apply"], MAY["draft"], MAY["see_identity"]
MISSION_STAFF: Set[str] = frozenset(OFFICER_ROLES - {"administrator", "registrar"})
READING: Set[str] = MISSION_STAFF - {"cashier"}
REGISTRARS: Set[str] = frozenset({"registrar"})
TAKING_MONEY: Set[str] = frozenset({"cashier", "head_of_mission"})
DECIDING: Set[str] = frozenset({"officer", "head_of_mission"})
PROPOSING: Set[str] = frozenset({"head_of_mission", "administrator"})
BANKING: Set[str] = frozenset({"cashier", *DECIDING})

PAGES: dict[str, Set[str]] = {
    "static": ANYONE,
    "health": ANYONE,
    "ready": ANYONE,
    "front_door": ANYONE,
    "printed": ANYONE,
    "openings": ANYONE,
    "draws_data": ANYONE,
    "draw_file": ANYONE,
    "draws.show": ANYONE,
    "draws.detail": ANYONE,
    "hall.show": ANYONE,
    "hall.stream": ANYONE,
    "home.show": ANYONE,
    "services.show": ANYONE,
    "rulebook.show": ANYONE,
    "about.show": ANYONE,
    "about.privacy": ANYONE,
    "about.accessibility": ANYONE,
    "help.show": ANYONE,
    "site_files.manifest": ANYONE,
    "machine_files.favicon": ANYONE,
    "machine_files.robots": ANYONE,
    "machine_files.security_contact": ANYONE,
    "machine_files.change_password": ANYONE,
    "track.ask": ANYONE,
    "track.show": ANYONE,
    "verify.ask": ANYONE,
    "verify.find": ANYONE,
    "verify.show": ANYONE,
    "provider.webhook": ANYONE,
    "kept.keep": ANYONE,
    "kept.discard": ANYONE,
    "session.left": SIGNED_IN,
    "session.prolong": SIGNED_IN,
    "sign_in.ask": ANYONE,
    "sign_in.enter": ANYONE,
    "sign_in.sign_out": SIGNED_IN,
    "sign_up.ask": ANYONE,
    "sign_up.begin": ANYONE,
    "sign_up.ask_code": ANYONE,
    "sign_up.open_account": ANYONE,
    "invitation.ask": ANYONE,
    "invitation.accept": ANYONE,
    "contact.ask": MAY["confirm_contact"],
    "contact.send": MAY["confirm_contact"],
    "contact.confirm": MAY["confirm_contact"],
    "identity.ask": IDENTIFYING,
    "identity.declare_person": MAY["declare"],
    "identity.prove": MAY["prove"],
    "identity.report": MAY["report"],
    "identity.request_letter": MAY["prove"],
    "passport_check.ask": MAY["prove"],
    "passport_check.send": MAY["prove"],
    "vouching.ask": MAY["vouch"],
    "vouching.give": MAY["vouch"],
    "account.show": SIGNED_IN,
    "account.change_password": SIGNED_IN,
    "account.end_others": SIGNED_IN,
    "account.change_mission": MAY["move"],
    "apply.check": DRAFTING,
    "apply.begin": DRAFTING,
    "apply.questions": DRAFTING,
    "apply.answer": DRAFTING,
    "apply.review": DRAFTING,
    "apply.submit": PERSONS,
    "fix.show": PERSONS,
    "fix.send": PERSONS,
    "behalf.ask": PERSONS,
    "behalf.choose": PERSONS,
    "behalf.name": PERSONS,
    "behalf.judge": PERSONS,
    "behalf.by_mandate": PERSONS,
    "behalf.begin": PERSONS,
    "mandates.show": PERSONS,
    "mandates.ask": PERSONS,
    "mandates.grant": PERSONS,
    "mandates.ask_deed": PERSONS,
    "mandates.hand_in": PERSONS,
    "mandates.settle": PERSONS,
    "papers.show": DRAFTING,
    "papers.upload": DRAFTING,
    "papers.send": DRAFTING,
    "papers.reuse": DRAFTING,
    "parts.take": DRAFTING,
    "papers.ask_remove": DRAFTING,
    "papers.remove": DRAFTING,
    "papers.read": DRAFTING,
    "papers.thumbnail": DRAFTING,
    "payer_link.ask": PERSONS,
    "payer_link.make": PERSONS,
    "payer_link.revoke": PERSONS,
    "payer_link.show": ANYONE,
    "payer_link.pay": ANYONE,
    "payer_link.came_back": ANYONE,
    "payer_link.receipt": ANYONE,
    "pay.choose": PERSONS,
    "pay.card": PERSONS,
    "pay.came_back": PERSONS,
    "pay.counter": PERSONS,
    "transfer.show": PERSONS,
    "transfer.choose": PERSONS,
    "upgrade.show": PERSONS,
    "upgrade.card": PERSONS,
    "upgrade.counter": PERSONS,
    "pay.working": PERSONS,
    "applications.list_own": DRAFTING,
    "applications.show": DRAFTING,
    "applications.ask_withdraw": DRAFTING,
    "applications.withdraw": DRAFTING,
    **dict.fromkeys(("pending_proof.show", "pending_proof.make", "pending_proof.revoke"), PERSONS),
    "seats.services": ANYONE,
    "seats.regions": ANYONE,
    "seats.days": ANYONE,
    "turns.choose": PERSONS,
    "turns.hold": PERSONS,
    "turns.ask_confirm": PERSONS,
    "turns.confirm": PERSONS,
    "turns.ask_reschedule": PERSONS,
    "turns.reschedule": PERSONS,
    "turns.ask_cancel": PERSONS,
    "turns.cancel": PERSONS,
    "turns.calendar_file": PERSONS,
    "turns.ask_appeal": PERSONS,
    "turns.appeal": PERSONS,
    "chances.show": PERSONS,
    "chances.enter": PERSONS,
    "chances.withdraw": PERSONS,
    "chances.act": PERSONS,
    "notices.show": PERSONS,
    "bookings.ask": PERSONS,
    "bookings.claim": PERSONS,
    "desk.parameters": PROPOSING | {"auditor"},
    "desk.rates": DECIDING | PROPOSING | {"auditor", "cashier"},
    "desk.tariffs": DECIDING | PROPOSING | {"auditor", "cashier"},
    "desk.proposals": DECIDING | PROPOSING | {"auditor"},
    "desk.ask_proposal": PROPOSING,
    "desk.propose": PROPOSING,
    "desk.decide_proposal": DECIDING | PROPOSING,
    "desk.undo_proposal": DECIDING | PROPOSING,
    "desk.bookings": DECIDING | PROPOSING | {"auditor"},
    "desk.declare_phase": PROPOSING,
    "desk.upload_bookings": PROPOSING,
    "desk.booking_import": DECIDING | PROPOSING | {"auditor"},
    "desk.booking_faults": DECIDING | PROPOSING | {"auditor"},
    "desk.decide_import": PROPOSING,
    "desk.answer_import": PROPOSING,
    "documents.receipt": PERSONS | MISSION_STAFF,
    "documents.document": PERSONS | MISSION_STAFF,
    "registrar.show": REGISTRARS,
    "registrar.detail": REGISTRARS,
    "registrar.correct": REGISTRARS,
    "registrar.dismiss": REGISTRARS,
    "desk.queue": MISSION_STAFF,
    "desk.case": MISSION_STAFF,
    "desk.paper": MISSION_STAFF,
    "desk.paper_thumbnail": MISSION_STAFF,
    "desk.paper_page": MISSION_STAFF,
    "desk.accept": DECIDING,
    "desk.send_back": DECIDING,
    "desk.ask_refuse": DECIDING,
    "desk.refuse": DECIDING,
    "desk.letters": READING,
    "desk.ledger": frozenset({"head_of_mission", "auditor"}),
    "desk.ledger_file": frozenset({"head_of_mission", "auditor"}),
    "desk.tills": TAKING_MONEY | {"auditor"},
    "desk.till": TAKING_MONEY | {"auditor"},
    "desk.open_till": TAKING_MONEY,
    "desk.close_till": TAKING_MONEY,
    "desk.deposit": TAKING_MONEY,
    "desk.refunds": MISSION_STAFF,
    "desk.refund": MISSION_STAFF,
    "desk.act_on_refund": TAKING_MONEY,
    "desk.approve_refund": DECIDING,
    "desk.write_refund_file": TAKING_MONEY,
    "desk.refund_file": TAKING_MONEY,
    "desk.letter": READING,
    "desk.reply": DECIDING,
    "desk.duplicate": DECIDING,
    "desk.mandates": READING,
    "desk.mandate": READING,
    "desk.mandate_scan": READING,
    "desk.mandate_scan_page": READING,
    "desk.mandate_accept": DECIDING,
    "desk.mandate_refuse": DECIDING,
    "desk.counter": frozenset({"clerk", "cashier", *DECIDING}),
    "desk.approve": frozenset({"clerk", *DECIDING}),
    "desk.passports": MISSION_STAFF,
    "desk.surrender": frozenset({"clerk", *DECIDING}),
    "desk.difference": frozenset({"cashier", "head_of_mission"}),
    "desk.give_back": frozenset({"cashier", "head_of_mission"}),
    "desk.clear": DECIDING,
    "desk.cash": frozenset({"cashier", "head_of_mission"}),
    "desk.collect": frozenset({"clerk", *DECIDING}),
    "desk.identity": frozenset({"clerk", *DECIDING}),
    "desk.identity_code": frozenset({"clerk", *DECIDING}),
    "desk.identity_account": DECIDING,
    "desk.identity_freeze": DECIDING,
    "desk.identity_propose": DECIDING,
    "desk.identity_decide": DECIDING,
    "desk.identity_letter": DECIDING,
    "desk.identity_check": DECIDING,
    "desk.identity_picture": DECIDING,
    "desk.identity_verdict": DECIDING,
    "desk.staff": PROPOSING | {"auditor"},
    "desk.staff_propose": PROPOSING,
    "desk.staff_decide": PROPOSING,
    "desk.mails": READING,
    "desk.mail": frozenset({"clerk", *DECIDING}),
    "desk.bank": BANKING | {"auditor"},
    "desk.bank_import": frozenset({"cashier", "head_of_mission"}),
    "desk.bank_line": BANKING | {"auditor"},
    "desk.bank_act": frozenset({"cashier", "head_of_mission"}),
    "desk.bank_decide": DECIDING,
    "desk.books": BANKING | {"auditor"},
    "desk.books_take": frozenset({"cashier", "head_of_mission"}),
    "desk.turns": MISSION_STAFF,
    "desk.attend": frozenset({"clerk", *DECIDING}),
    "desk.miss": frozenset({"clerk", *DECIDING}),
    "desk.gate": frozenset({"clerk", *DECIDING}),
    "desk.admit": frozenset({"clerk", *DECIDING}),
    "desk.hall": MISSION_STAFF,
    "desk.hall_call": frozenset({"clerk", "cashier", *DECIDING}),
    "desk.hall_act": frozenset({"clerk", "cashier", *DECIDING}),
    "desk.draws": MISSION_STAFF,
    "desk.announce_draw": DECIDING,
    "desk.judge_urgency": DECIDING,
    "desk.calendar": MISSION_STAFF,
    "desk.appeals": READING,
    "desk.decide_appeal": DECIDING,
    "desk.priority": DECIDING,
    **dict.fromkeys(
        (
            *("inquiries.list_own", "inquiries.show", "inquiries.picture", "inquiry.choose", "inquiry.ask"),
            *("inquiry.write", "inquiry.ask_confirm", "inquiry.add_file", "inquiry.send_code", "inquiry.confirm"),
            *("inquiry_answer.contest", "inquiry_answer.rate"),
        ),
        DRAFTING,
    ),
    **dict.fromkeys(("desk.inquiries", "desk.inquiry", "desk.inquiry_file"), READING),
    **dict.fromkeys(("desk.ask_inquiry", "desk.write_inquiry", "desk.take_inquiry"), frozenset({"clerk", *DECIDING})),
    "desk.answer_inquiry": DECIDING,
}


class SignInNeeded(NotAllowed):
    """Nobody is signed in, and the page is not for everybody."""


class ContactNeeded(NotAllowed):
    """The e-mail address of the account is not confirmed yet."""


class IdentityNeeded(NotAllowed):
    """It is not proven yet whose the account is."""


def role_class(visitor: Visitor | None) -> str:
    """How the table calls this visitor: staff by their role, expatriates by their level."""
    if visitor is None:
        return ANONYMOUS
    return visitor.role if visitor.is_staff else visitor.level


def check_page(endpoint: str | None, visitor: Visitor | None) -> None:
    """Raises NotAllowed, or the subclass that says what is missing. Unknown addresses are left to become 404."""
    if endpoint is None:
        return
    allowed, who = PAGES.get(endpoint, frozenset()), role_class(visitor)
    if who in allowed:
        return
    if who == ANONYMOUS and allowed:
        raise SignInNeeded("sign_in_needed")
    if who == Level.NEW and allowed & IDENTIFYING:
        raise ContactNeeded("contact_needed")
    if who in IDENTIFYING - PERSONS and allowed & (PERSONS | DRAFTING) and not endpoint.startswith("identity."):
        raise IdentityNeeded("identity_needed")
    raise NotAllowed()
