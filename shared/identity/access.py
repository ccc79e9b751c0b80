"""One table of who may do what: role x action x scope. A route or message without an entry does not start."""

from collections.abc import Collection

from shared.errors import NotAllowed, NotFound
from shared.identity.actor import Actor

OWN, MISSION, ANY = "own", "mission", "any"

_STAFF = {"clerk": MISSION, "officer": MISSION, "cashier": MISSION, "head_of_mission": MISSION, "auditor": MISSION}
# Whoever takes money needs the price of a case, not what ministries answered, registers know or families handed in.
_CASE_READERS = {role: scope for role, scope in _STAFF.items() if role != "cashier"}
_DECIDE = {"officer": MISSION, "head_of_mission": MISSION}
_TAKE_MONEY = {"cashier": MISSION, "head_of_mission": MISSION}
_PROPOSE = {"head_of_mission": MISSION, "administrator": MISSION}
# Who has only said who they are may draft, and read nothing but these drafts.
_DRAFTING = {"expatriate": OWN, "declared": OWN}
_EVERYBODY = dict.fromkeys(
    ("anonymous", "expatriate", "declared", "gateway", *_STAFF, "registrar", "administrator"), ANY
)

ACCESS: dict[str, dict[str, str]] = {
    # civil_registry and conscription
    "identity.confirm": {"anonymous": ANY, **_DRAFTING},
    "statement.ask": {"expatriate": OWN},
    "person.read": {"officer": MISSION, "head_of_mission": MISSION, "clerk": MISSION},
    "parameter.list": {**_PROPOSE, "auditor": MISSION},
    "assessment.read": {"expatriate": OWN, **_CASE_READERS},
    "mismatch.list": {"registrar": MISSION},
    "mismatch.correct": {"registrar": MISSION},
    "mismatch.dismiss": {"registrar": MISSION},
    # papers handed out
    "document.read": {"expatriate": OWN, **_CASE_READERS},
    "document.verify": _EVERYBODY,
    # catalogue and missions
    "mission.list": _EVERYBODY,
    "transaction.list": _EVERYBODY,
    "refund.count": _EVERYBODY,
    # an application, by its applicant
    "application.draft": _DRAFTING,
    "application.answer": _DRAFTING,
    "application.adopt": {"expatriate": OWN},
    "application.submit": {"expatriate": OWN},
    "application.withdraw": _DRAFTING,
    "application.upgrade": {"expatriate": OWN},
    "application.list": _DRAFTING,
    "application.read": {**_DRAFTING, **_STAFF},
    "application.track": _EVERYBODY,
    # a passport page and a photo; whoever is proven needs no check
    "identity_check.request": {"declared": ANY},
    "identity_check.read": _DECIDE,
    "identity_check.decide": _DECIDE,
    "booking.claim": {"expatriate": OWN},
    "paper.upload": _DRAFTING,
    "paper.remove": _DRAFTING,
    "paper.read": {**_DRAFTING, **_CASE_READERS},
    "application.pass": {"expatriate": OWN},
    "pending_proof.make": {"expatriate": OWN},
    # who acts for whom
    "mandate.grant": {"expatriate": OWN},
    "mandate.hand_in": {"expatriate": OWN},
    "mandate.list": {"expatriate": OWN},
    "mandate.accept": {"expatriate": OWN},
    "mandate.end": {"expatriate": OWN},
    "mandate.use": {"expatriate": OWN},
    "desk.mandates": _CASE_READERS,
    "desk.mandate": _CASE_READERS,
    "desk.mandate_decide": _DECIDE,
    "desk.duplicate": _DECIDE,
    # money
    "payment.open": {"expatriate": OWN},
    "payment.link": {"expatriate": OWN},
    "payment.by_link": _EVERYBODY,
    "payment.refresh": {"expatriate": OWN, "cashier": MISSION, "head_of_mission": MISSION},
    "payment.notify": {"gateway": ANY},
    "payment.give_back": {"cashier": MISSION, "head_of_mission": MISSION},
    "payment.cash": {"cashier": MISSION, "head_of_mission": MISSION},
    "receipt.read": {"expatriate": OWN, **_STAFF},
    # money owed back: prepared by who pays it, approved by a second person
    # A clerk sees on a case what is owed back of it, and needs no list of whom money is owed to.
    "refund.list": {role: scope for role, scope in _STAFF.items() if role != "clerk"},
    "refund.prepare": _TAKE_MONEY,
    "refund.approve": _DECIDE,
    "refund.pay": _TAKE_MONEY,
    "refund.file": _TAKE_MONEY,
    "refund.confirm": _TAKE_MONEY,
    "figures.read": {"head_of_mission": MISSION, "auditor": MISSION},
    "ledger.read": {"head_of_mission": MISSION, "auditor": MISSION},
    "till.list": {**_TAKE_MONEY, "auditor": MISSION},
    "till.open": _TAKE_MONEY,
    "till.close": _TAKE_MONEY,
    "till.deposit": _TAKE_MONEY,
    # bank statements; an override of one officer is signed by another one
    "transfer.read": {"expatriate": OWN},
    "bank.read": {"cashier": MISSION, "officer": MISSION, "head_of_mission": MISSION, "auditor": MISSION},
    "bank.import": {"cashier": MISSION, "head_of_mission": MISSION},
    "bank.match": {"cashier": MISSION, "head_of_mission": MISSION},
    "bank.decide": _DECIDE,
    "books.read": {"cashier": MISSION, "officer": MISSION, "head_of_mission": MISSION, "auditor": MISSION},
    # notices, by whom they are for
    "notice.list": {"expatriate": OWN},
    # inquiries: anybody with an account asks; a clerk writes in and takes, officers answer
    "inquiry.ask": _DRAFTING,
    "inquiry.read": {**_DRAFTING, **_CASE_READERS},
    "inquiry.queue": _CASE_READERS,
    "inquiry.write_in": {"clerk": MISSION, **_DECIDE},
    "inquiry.take": {"clerk": MISSION, **_DECIDE},
    "inquiry.answer": _DECIDE,
    "inquiry.decide_appeal": _DECIDE,
    "notice.fetch": {"gateway": ANY},
    # the desk
    "desk.queue": _STAFF,
    "desk.case": _STAFF,
    "desk.assign": _DECIDE,
    "desk.accept": _DECIDE,
    "desk.return": _DECIDE,
    "desk.refuse": _DECIDE,
    "desk.confirm": _DECIDE,
    "desk.approve_early": {"head_of_mission": MISSION},
    "desk.take_in": {"clerk": MISSION, **_DECIDE},
    "desk.passport": _STAFF,
    "desk.collect": {"clerk": MISSION, "officer": MISSION, "head_of_mission": MISSION},
    "desk.reprint": _DECIDE,
    "desk.clear": _DECIDE,
    # what two people of a mission sign, and the bookings of an older platform
    "parked.read": {**_PROPOSE, "auditor": MISSION},
    "parked.replay": _PROPOSE,
    "proposal.read": {**_DECIDE, **_PROPOSE, "auditor": MISSION},
    "proposal.make": _PROPOSE,
    # an override of a rule for one case, which another one signs
    "proposal.override": _DECIDE,
    "rate.list": {**_DECIDE, **_PROPOSE, "cashier": MISSION, "auditor": MISSION},
    "proposal.decide": {**_DECIDE, **_PROPOSE},
    "booking.read": {**_DECIDE, **_PROPOSE, "auditor": MISSION},
    "booking.import": _PROPOSE,
    "stock.read": _STAFF,
    "stock.receive": _DECIDE,
    "stock.spoil": _DECIDE,
    # letters to ministries; a partner fetches what is asked of it and deposits what it answers
    "letter.list": _CASE_READERS,
    "letter.read": _CASE_READERS,
    "letter.answer": _DECIDE,
    "letter.fetch": {"ministries": ANY},
    "letter.deposit": {"ministries": ANY},
    # turns, opening hours and closures
    "opening.list": _EVERYBODY,
    "turn.hold": {"expatriate": OWN},
    "turn.confirm": {"expatriate": OWN},
    "turn.move": {"expatriate": OWN},
    "turn.cancel": {"expatriate": OWN},
    "turn.appeal": {"expatriate": OWN},
    "turn.list": _STAFF,
    "desk.appeals": _CASE_READERS,
    "desk.appeal_decide": _DECIDE,
    "desk.priority": _DECIDE,
    "draw.list": _EVERYBODY,
    "draw.enter": {"expatriate": OWN},
    "draw.leave": {"expatriate": OWN},
    "draw.announce": _DECIDE,
    "draw.judge": _DECIDE,
    "anomaly.read": {**_DECIDE, "auditor": MISSION},
    "draw.desk": _STAFF,
    "waiting.join": {"expatriate": OWN},
    "desk.attend": {"clerk": MISSION, "officer": MISSION, "head_of_mission": MISSION},
    "desk.miss": {"clerk": MISSION, "officer": MISSION, "head_of_mission": MISSION},
    # the waiting hall; its screen shows numbers and counters, and nobody's name
    "hall.screen": _EVERYBODY,
    "hall.list": _STAFF,
    "hall.admit": {"clerk": MISSION, "officer": MISSION, "head_of_mission": MISSION},
    "hall.call": {"clerk": MISSION, "cashier": MISSION, "officer": MISSION, "head_of_mission": MISSION},
    "calendar.read": _STAFF,
    # messages, by their sender
    "message.application.forwarded": {"consular": ANY},
    "message.fee.settled": {"consular": ANY},
    "message.decision.made": {"civil_registry": ANY, "conscription": ANY},
    "message.document.revoked": {"consular": ANY},
    "message.letter.sent": {"consular": ANY},
    "message.letter.answered": {"ministries": ANY},
}


def check_role(actor: Actor, action: str) -> str:
    """The scope in which this role may act. Raises NotAllowed if it may not at all, KeyError for an unknown action."""
    scope = ACCESS[action].get(actor.role)
    if scope is None:
        raise NotAllowed()
    return scope


def check_access(
    actor: Actor, action: str, owner: str | Collection[str | None] | None = None, mission: str | None = None
) -> None:
    """Raises NotAllowed for the wrong role; NotFound, as if absent, for another person's or another mission's thing.

    `owner` is the register person a thing belongs to, or all of them; `mission` the mission that keeps it.
    """
    scope = check_role(actor, action)
    owners = (owner,) if owner is None or isinstance(owner, str) else owner
    if scope == OWN and (actor.person is None or actor.person not in owners):
        raise NotFound()
    if scope == MISSION and mission != actor.mission:
        raise NotFound()
