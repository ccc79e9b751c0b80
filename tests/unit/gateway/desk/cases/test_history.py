"""Each step that a case can have has its words in the history at the desk and on the applicant's page."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.dev.checks.texts import audit_actions
from services.consular.applications import rules
from services.consular.notices.rules import PROMISE_MISSED
from services.consular.passports.approve import DECLINED, OUTCOMES
from services.consular.workflow.outcomes.booklet import AWAITING_BOOKLET
from shared.i18n import language

ROOT = Path(__file__).parents[5] / "services" / "consular"
# Steps whose code is put together: absences that are decided, approvals of a passport.
COMPOSED = {
    "absence_accepted",
    "absence_refused",
    *OUTCOMES,
    *(f"{what}_{DECLINED}" for what, outcomes in OUTCOMES.items() if DECLINED in outcomes),
}


def written() -> Iterator[str]:
    """The codes that the code writes out: of `note_step`, and of `transition` where it names its own."""
    for file in ROOT.rglob("*.py"):
        if "migrations" in file.parts:
            continue
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
                name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
                yield from codes_of(name, call)


def codes_of(name: str, call: ast.Call) -> Iterator[str]:
    named = [one.value for one in call.keywords if one.arg == "code"] if name == "transition" else []
    placed = call.args[3:4] if name == "note_step" else []
    for value in (*named, *placed):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


@pytest.mark.parametrize("code", ("ar", "en"))
def test_no_step_is_without_words(code: str) -> None:
    found = {*written(), *COMPOSED, PROMISE_MISSED, AWAITING_BOOKLET, *(one.code for one in rules.TRANSITIONS)}
    assert {"reprinted", "upgraded", "charged_back"} <= found
    say = language(code)
    assert {step for step in found if not say.has(f"desk.event.{step}")} == set()
    assert {step for step in found if not say.has(f"timeline.{step}")} == set()


@pytest.mark.parametrize("code", ("ar", "en"))
def test_no_action_of_the_log_is_without_words(code: str) -> None:
    found = audit_actions.actions()
    assert {"case.read", "quote.frozen", "duplicate.confirmed", "hall.serving"} <= found
    say = language(code)
    assert {action for action in found if not say.has(f"desk.action.{action}")} == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('audit.record(session, actor, "case.burnt", reference)', ["case.burnt"]),
        ('audit.record(session, actor, "a.b" if late else "a.c", reference)', ["a.b", "a.c"]),
        ('audit.record(session, actor, f"dispute.{verb}", about)', ["dispute.opened", "dispute.won", "dispute.lost"]),
        ('audit.record(session, actor, f"burnt.{how}", about)', ["burnt.?"]),
        ("record(session, actor, reference, answer)", []),
    ],
)
def test_a_new_action_is_found(source: str, found: list[str]) -> None:
    assert list(audit_actions.recorded(ast.parse(source))) == found
