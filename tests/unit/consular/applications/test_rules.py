"""The table of an application's life: complete, free of dead ends, and the only source of what is offered."""

import itertools

import pytest

from services.consular.applications import rules
from services.consular.applications.rules import FINAL, OPEN, TRANSITIONS, VERBS, Party, Status
from shared.catalogue.model import BOOKLET, DOCUMENT
from shared.catalogue.reasons import ALL_REFUSE_REASONS, RETURN_REASONS
from shared.identity.access import ACCESS

pytestmark = pytest.mark.clock

# Verbs of the interface that change the status, with the codes they may leave in the timeline.
CHANGING = {
    "submit": {"submitted", "resubmitted"},
    "withdraw": {"withdrawn"},
    "accept": {"accepted", "issued"},
    "return": {"returned"},
    "refuse": {"refused"},
    "cash": {"paid"},
    "collect": {"collected"},
}


def test_no_change_stands_in_the_table_twice() -> None:
    pairs = [(each.source, each.target) for each in TRANSITIONS]
    assert len(pairs) == len(set(pairs))


def test_every_status_is_reached_from_a_draft() -> None:
    reached, frontier = {Status.DRAFT}, {Status.DRAFT}
    while frontier:
        frontier = {each.target for each in TRANSITIONS if each.source in frontier} - reached
        reached |= frontier
    assert reached == set(Status)


def test_only_ends_have_no_way_on() -> None:
    with_a_way_on = {each.source for each in TRANSITIONS}
    assert set(Status) - with_a_way_on == FINAL
    assert not OPEN & FINAL


def test_every_pair_of_statuses_is_either_in_the_table_or_not_possible() -> None:
    known = {(each.source, each.target) for each in TRANSITIONS}
    for source, target in itertools.product(Status, Status):
        assert rules.may_transition(source, target) == ((source, target) in known)


def test_nothing_moves_to_itself_or_back_to_draft() -> None:
    assert all(each.source is not each.target for each in TRANSITIONS)
    assert all(each.target is not Status.DRAFT for each in TRANSITIONS)


@pytest.mark.parametrize("verb", CHANGING)
def test_a_verb_is_offered_exactly_where_its_transition_starts(verb: str) -> None:
    party, statuses = VERBS[verb]
    parties = {party, Party.PAYMENT} if verb == "cash" else {party}
    starts = {each.source for each in TRANSITIONS if each.code in CHANGING[verb] and each.party in parties}
    assert statuses == starts


def test_money_is_only_asked_for_while_payment_is_awaited() -> None:
    for verb in ("pay", "cash"):
        assert VERBS[verb][1] == {Status.AWAITING_PAYMENT}


def test_an_applicant_is_never_offered_what_officers_do() -> None:
    for status in Status:
        assert not set(rules.verbs_in(status, Party.APPLICANT, BOOKLET)) & {
            "accept",
            "return",
            "refuse",
            "collect",
        }
        assert not set(rules.verbs_in(status, Party.MISSION, BOOKLET)) & {"edit", "submit", "pay", "withdraw"}


def test_a_document_is_not_collected_at_the_counter() -> None:
    assert "collect" in rules.verbs_in(Status.READY, Party.MISSION, BOOKLET)
    assert "collect" not in rules.verbs_in(Status.READY, Party.MISSION, DOCUMENT)


def test_reasons_to_return_are_fixable_and_never_reasons_to_refuse() -> None:
    assert not set(RETURN_REASONS) & set(ALL_REFUSE_REASONS)


@pytest.mark.parametrize(
    ("status", "came_from", "expected"),
    [
        (Status.DRAFT, Status.DRAFT, ["ahead"] * 5),
        (Status.AWAITING_PAYMENT, Status.DRAFT, ["current", "ahead", "ahead", "ahead", "ahead"]),
        (Status.IN_REVIEW, Status.AWAITING_PAYMENT, ["done", "current", "ahead", "ahead", "ahead"]),
        (Status.RETURNED, Status.IN_REVIEW, ["done", "halted", "ahead", "ahead", "ahead"]),
        (Status.REFUSED, Status.WITH_AUTHORITY, ["done", "done", "halted", "ahead", "ahead"]),
        (Status.WITHDRAWN, Status.AWAITING_PAYMENT, ["halted", "ahead", "ahead", "ahead", "ahead"]),
        (Status.READY, Status.WITH_AUTHORITY, ["done", "done", "done", "current", "ahead"]),
        (Status.COLLECTED, Status.READY, ["done"] * 5),
    ],
)
def test_stages_of_a_passport(status: Status, came_from: Status, expected: list[str]) -> None:
    way = rules.path(BOOKLET, assessed=False, free=False)
    assert way == ("awaiting_payment", "in_review", "with_authority", "ready", "collected")
    paid = status is not Status.AWAITING_PAYMENT
    assert [stage["state"] for stage in rules.stages(way, status, came_from, paid=paid)] == expected


def test_an_assessed_transaction_is_with_the_authority_twice() -> None:
    way = rules.path(DOCUMENT, assessed=True, free=False)
    assert way == ("in_review", "assessment", "awaiting_payment", "with_authority", "ready")
    before = rules.stages(way, Status.WITH_AUTHORITY, Status.IN_REVIEW, paid=False)
    after = rules.stages(way, Status.WITH_AUTHORITY, Status.AWAITING_PAYMENT, paid=True)
    assert [stage["state"] for stage in before] == ["done", "current", "ahead", "ahead", "ahead"]
    assert [stage["state"] for stage in after] == ["done", "done", "done", "current", "ahead"]


def test_a_document_that_is_ready_has_no_stage_left() -> None:
    way = rules.path(DOCUMENT, assessed=False, free=True)
    assert way == ("in_review", "with_authority", "ready")
    assert {stage["state"] for stage in rules.stages(way, Status.READY, Status.WITH_AUTHORITY, paid=False)} == {"done"}


def test_a_document_of_the_mission_is_with_no_authority() -> None:
    assert rules.path(DOCUMENT, assessed=False, free=False, asks=False) == ("awaiting_payment", "in_review", "ready")
    issued = rules.find_transition(Status.IN_REVIEW, Status.READY)
    assert issued is not None and (issued.party, issued.code) == (Party.MISSION, "issued")


def test_the_diagram_draws_every_change() -> None:
    drawn = rules.diagram()
    assert drawn.startswith("stateDiagram-v2\n")
    assert drawn.count("-->") == 1 + len(TRANSITIONS) + len(FINAL) + 1
    assert "    in_review --> with_authority: accepted (mission)\n" in drawn


def test_every_verb_has_an_action_in_the_access_table() -> None:
    from services.consular.views.application_view import ACTIONS

    assert set(ACTIONS) == set(VERBS)
    assert set(ACTIONS.values()) <= set(ACCESS)
