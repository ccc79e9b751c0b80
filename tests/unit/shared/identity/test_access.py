"""Who may do what, written out a second time: a change of the table is a change of two places, on purpose."""

import pytest

from shared.errors import NotAllowed, NotFound
from shared.identity.access import ACCESS, check_access
from shared.identity.actor import Actor
from tests.factories.refusals import refuses

# Roles with their scope, and the actions that exactly these may do.
EXPECTED: tuple[tuple[str, str], ...] = (
    (
        "administrator:any anonymous:any auditor:any cashier:any clerk:any declared:any expatriate:any gateway:any "
        "head_of_mission:any officer:any registrar:any",
        "document.verify mission.list transaction.list refund.count application.track opening.list hall.screen",
    ),
    (
        "administrator:mission auditor:mission head_of_mission:mission",
        "parameter.list parked.read",
    ),
    (
        "administrator:mission auditor:mission head_of_mission:mission officer:mission",
        "proposal.read booking.read",
    ),
    (
        "administrator:mission head_of_mission:mission",
        "proposal.make booking.import parked.replay",
    ),
    (
        "administrator:mission head_of_mission:mission officer:mission",
        "proposal.decide",
    ),
    (
        "administrator:mission auditor:mission cashier:mission head_of_mission:mission officer:mission",
        "rate.list",
    ),
    (
        "anonymous:any declared:own expatriate:own",
        "identity.confirm",
    ),
    (
        "auditor:mission cashier:mission clerk:mission expatriate:own head_of_mission:mission officer:mission",
        "receipt.read",
    ),
    (
        "auditor:mission clerk:mission expatriate:own head_of_mission:mission officer:mission",
        "assessment.read document.read",
    ),
    (
        "auditor:mission clerk:mission declared:own expatriate:own head_of_mission:mission officer:mission",
        "paper.read",
    ),
    (
        "auditor:mission cashier:mission clerk:mission declared:own expatriate:own head_of_mission:mission "
        "officer:mission",
        "application.read",
    ),
    (
        "declared:any",
        "identity_check.request",
    ),
    (
        "declared:own expatriate:own",
        "application.draft application.answer application.withdraw application.list paper.upload paper.remove",
    ),
    (
        "auditor:mission cashier:mission clerk:mission head_of_mission:mission officer:mission",
        "desk.queue desk.case desk.passport stock.read turn.list calendar.read hall.list",
    ),
    (
        "auditor:mission clerk:mission head_of_mission:mission officer:mission",
        "desk.appeals desk.mandates desk.mandate letter.list letter.read",
    ),
    (
        "auditor:mission head_of_mission:mission officer:mission",
        "anomaly.read",
    ),
    (
        "cashier:mission clerk:mission head_of_mission:mission officer:mission",
        "hall.call",
    ),
    (
        "cashier:mission expatriate:own head_of_mission:mission",
        "payment.refresh",
    ),
    (
        "cashier:mission head_of_mission:mission",
        "payment.give_back payment.cash",
    ),
    (
        "civil_registry:any conscription:any",
        "message.decision.made",
    ),
    (
        "clerk:mission head_of_mission:mission officer:mission",
        "person.read desk.take_in desk.collect desk.attend desk.miss hall.admit",
    ),
    (
        "consular:any",
        "message.application.forwarded message.fee.settled message.document.revoked message.letter.sent",
    ),
    (
        "expatriate:own",
        "statement.ask application.adopt application.submit application.upgrade booking.claim application.pass "
        "mandate.grant mandate.hand_in mandate.list mandate.accept mandate.end mandate.use payment.open "
        "notice.list turn.hold turn.confirm turn.move turn.cancel turn.appeal",
    ),
    (
        "gateway:any",
        "payment.notify notice.fetch",
    ),
    (
        "head_of_mission:mission",
        "desk.approve_early",
    ),
    (
        "head_of_mission:mission officer:mission",
        "desk.mandate_decide desk.duplicate desk.assign desk.accept desk.return desk.refuse desk.confirm desk.reprint "
        "desk.clear stock.receive stock.spoil letter.answer identity_check.read "
        "identity_check.decide desk.appeal_decide desk.priority proposal.override",
    ),
    (
        "ministries:any",
        "letter.fetch letter.deposit message.letter.answered",
    ),
    (
        "registrar:mission",
        "mismatch.list mismatch.correct mismatch.dismiss",
    ),
    (
        "expatriate:own",
        "payment.link transfer.read draw.enter draw.leave waiting.join",
    ),
    (
        "administrator:any anonymous:any auditor:any cashier:any clerk:any declared:any expatriate:any gateway:any "
        "head_of_mission:any officer:any registrar:any",
        "payment.by_link draw.list",
    ),
    (
        "auditor:mission cashier:mission clerk:mission head_of_mission:mission officer:mission",
        "draw.desk",
    ),
    (
        "cashier:mission head_of_mission:mission",
        "refund.prepare refund.pay refund.file refund.confirm till.open till.close till.deposit bank.import bank.match",
    ),
    (
        "head_of_mission:mission officer:mission",
        "refund.approve bank.decide draw.announce draw.judge",
    ),
    (
        "auditor:mission head_of_mission:mission",
        "ledger.read figures.read",
    ),
    (
        "auditor:mission cashier:mission head_of_mission:mission",
        "till.list",
    ),
    (
        "auditor:mission cashier:mission head_of_mission:mission officer:mission",
        "bank.read books.read refund.list",
    ),
    (
        "declared:own expatriate:own",
        "inquiry.ask",
    ),
    (
        "auditor:mission clerk:mission declared:own expatriate:own head_of_mission:mission officer:mission",
        "inquiry.read",
    ),
    (
        "auditor:mission clerk:mission head_of_mission:mission officer:mission",
        "inquiry.queue",
    ),
    (
        "clerk:mission head_of_mission:mission officer:mission",
        "inquiry.write_in inquiry.take",
    ),
    (
        "head_of_mission:mission officer:mission",
        "inquiry.answer inquiry.decide_appeal",
    ),
    (
        "expatriate:own",
        "pending_proof.make",
    ),
)


def test_every_action_opens_for_exactly_the_roles_written_here() -> None:
    expected = {
        action: dict(entry.split(":") for entry in roles.split())
        for roles, actions in EXPECTED
        for action in actions.split()
    }
    assert expected == ACCESS


def test_a_role_without_entry_is_refused_before_anything_is_looked_for() -> None:
    with refuses("not_allowed", NotAllowed):
        check_access(Actor("officer", "x", "auditor", "RUH", None), "payment.cash", mission="RUH")


@pytest.mark.parametrize(
    ("owner", "sees"),
    [
        ("me", True),
        (("somebody", "me"), True),
        ("somebody", False),
        (("somebody", None), False),
        (None, False),
        ((), False),
    ],
)
def test_own_is_what_bears_ones_own_person(owner: str | tuple[str | None, ...] | None, sees: bool) -> None:
    actor = Actor("expatriate", "x", "expatriate", "RUH", "me")
    if sees:
        check_access(actor, "application.submit", owner=owner, mission="BER")
    else:
        with refuses("not_found", NotFound):
            check_access(actor, "application.submit", owner=owner, mission="RUH")


def test_whoever_has_no_person_yet_owns_nothing() -> None:
    nobody = Actor("expatriate", "x", "expatriate", "RUH", None)
    for owner in (None, (None,), ("me", None)):
        with refuses("not_found", NotFound):
            check_access(nobody, "application.submit", owner=owner, mission="RUH")


def test_an_officer_sees_his_own_mission_alone() -> None:
    cashier = Actor("officer", "x", "cashier", "RUH", None)
    check_access(cashier, "payment.cash", owner="me", mission="RUH")
    for elsewhere in ("BER", "", None):
        with refuses("not_found", NotFound):
            check_access(cashier, "payment.cash", owner="me", mission=elsewhere)


def test_without_a_limit_neither_person_nor_mission_counts() -> None:
    for actor in (Actor("anonymous", "x", "anonymous", "RUH", None), Actor("officer", "y", "auditor", "BER", None)):
        check_access(actor, "document.verify", owner="somebody", mission="IST")
