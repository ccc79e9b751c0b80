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


# The whole table a second time: source, target, code, party. A change of it is a change of two places, on purpose.
EXPECTED = """
draft awaiting_payment submitted applicant
draft in_review submitted applicant
draft withdrawn withdrawn applicant
draft lapsed lapsed clock
awaiting_payment in_review paid payment
awaiting_payment with_authority paid payment
awaiting_payment withdrawn withdrawn applicant
awaiting_payment lapsed lapsed clock
in_review with_authority accepted mission
in_review ready issued mission
in_review returned returned mission
in_review refused refused mission
in_review awaiting_payment payment_undone payment
in_review withdrawn withdrawn applicant
returned in_review resubmitted applicant
returned with_authority resumed authority
returned withdrawn withdrawn applicant
returned lapsed lapsed clock
with_authority awaiting_payment assessed authority
with_authority ready granted authority
with_authority refused refused authority
with_authority returned returned authority
ready collected collected mission
draft cancelled cancelled decree
awaiting_payment cancelled cancelled decree
in_review cancelled cancelled decree
returned cancelled cancelled decree
with_authority cancelled cancelled decree
draft ready turn_booked applicant
ready withdrawn turn_cancelled applicant
ready lapsed turn_missed mission
ready cancelled turn_called_off mission
"""
VERBS_EXPECTED = {
    "edit": ("applicant", "draft returned"),
    "submit": ("applicant", "draft returned"),
    "pay": ("applicant", "awaiting_payment"),
    "withdraw": ("applicant", "awaiting_payment draft in_review returned"),
    "accept": ("mission", "in_review"),
    "return": ("mission", "in_review"),
    "refuse": ("mission", "in_review"),
    "upgrade": ("applicant", "in_review with_authority"),
    "cash": ("mission", "awaiting_payment"),
    "collect": ("mission", "ready"),
    "reprint": ("mission", "ready"),
    "hold_turn": ("applicant", "awaiting_payment draft in_review returned"),
    "change_turn": ("applicant", "awaiting_payment in_review ready returned"),
    "attend": ("mission", "awaiting_payment in_review ready returned"),
    "miss": ("mission", "awaiting_payment in_review ready returned"),
}


def test_the_table_is_the_one_written_here() -> None:
    written = [tuple(line.split()) for line in EXPECTED.strip().splitlines()]
    assert [(each.source, each.target, each.code, each.party) for each in TRANSITIONS] == written


def test_the_verbs_are_the_ones_written_here() -> None:
    assert {verb: (party, set(statuses)) for verb, (party, statuses) in VERBS.items()} == {
        verb: (party, set(statuses.split())) for verb, (party, statuses) in VERBS_EXPECTED.items()
    }


def test_what_the_groups_of_statuses_hold() -> None:
    assert {"collected", "refused", "withdrawn", "lapsed", "cancelled"} == FINAL
    assert {"draft", "awaiting_payment", "in_review", "returned", "with_authority"} == OPEN
    assert {"draft", "awaiting_payment", "returned"} == rules.WAITING
    assert {"draft", "returned"} == rules.EDITABLE
    assert {"returned", "ready", "collected", "refused", "lapsed", "cancelled"} == rules.NOTIFIED
    assert {"turn_booked", "turn_missed", "turn_called_off", "attended"} == rules.OWN_NOTICES
    assert {"awaiting_payment", "in_review", "returned"} == rules.VISITING


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
    written = {tuple(line.split()[:2]) for line in EXPECTED.strip().splitlines()}
    for source, target in itertools.product(Status, Status):
        assert rules.may_transition(source, target) == ((source.value, target.value) in written)


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
    from services.consular.views.application.application_view import ACTIONS

    assert set(ACTIONS) == set(VERBS)
    assert set(ACTIONS.values()) <= set(ACCESS)
