"""Those who ask at one moment are decided by one transaction: in the order of arrival, each for themselves, and whole
or not at all whenever the process dies."""

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from services.consular.applications.model import Command
from services.consular.appointments.model import Appointment
from services.consular.workflow.seats import hold_together
from services.consular.workflow.seats.full_times import Wish
from services.consular.workflow.seats.hold_together import Decision, decide
from shared.database.audit import event
from shared.database.db import Database
from shared.errors import Conflict
from tests.factories.applications import Counter, good_answers
from tests.factories.appointments import SLUG, Begin, act, code, crowd, drafted, fill_up, in_time, seats_left
from tests.factories.concurrency import at_once


def wish(one: Counter, at: str, key: str = "") -> Wish:
    return Wish(one.person.actor, one.reference, key or one.reference, datetime.fromisoformat(at))


def decided(consular: Database, wishes: list[Wish]) -> list[str]:
    """What became of each: held, taken, or alone."""
    with consular.scope("RUH") as session:
        return [_word(decision) for decision in decide(session, "RUH", wishes)]


def _word(decision: Decision) -> str:
    if isinstance(decision, Conflict):
        return "taken"
    return "held" if decision else "alone"


def rows(consular: Database, one: Counter) -> tuple[int, int, int]:
    """Seats, answers and events of somebody's hold."""
    with consular.scope("RUH") as session:
        held = select(func.count()).select_from(Appointment).where(Appointment.application == one.reference)
        answers = select(func.count()).where(Command.actor == one.person.actor.id, Command.answer.has_key("turn"))
        events = select(func.count()).where(event.c.about == one.reference, event.c.action == "turn.held")
        return tuple(session.scalar(query) for query in (held, answers, events))  # type: ignore[return-value]


def test_of_64_at_once_one_gets_the_one_seat_that_is_left(counter: Begin) -> None:
    at = in_time(drafted(counter()))[3]
    fill_up(counter, at, left=1)
    everybody = crowd(counter, 64)
    answers: list[Any] = at_once([partial(act, one, "hold", starts_at=at) for one in everybody])
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 63


def test_the_last_seats_go_to_those_who_came_first(counter: Begin, consular: Database) -> None:
    everybody = crowd(counter, 8)
    at = in_time(everybody[0])[5]
    fill_up(counter, at, left=2)
    wishes = [wish(one, at) for one in everybody]
    assert decided(consular, wishes) == ["held"] * 2 + ["taken"] * 6
    assert rows(consular, everybody[1]) == (1, 1, 1)
    # Nothing is left of whoever came too late, and their key is as good as new.
    assert rows(consular, everybody[2]) == (0, 0, 0)
    assert act(everybody[0], "release").status_code == 200
    again = act(everybody[2], "hold", key=everybody[2].reference, starts_at=at)
    assert again.status_code == 200, again.get_json()
    assert rows(consular, everybody[2]) == (1, 1, 1)


def test_those_who_need_more_than_the_plain_way_do_not_spoil_it_for_others(counter: Begin, consular: Database) -> None:
    first, stranger, holder, namesake, second, family, third = crowd(counter, 7)
    times = in_time(first)
    at = times[7]
    assert act(holder, "hold", starts_at=times[0]).status_code == 200
    of_holder = holder.read()["answers"]["passport_number"]
    assert namesake.save({**good_answers(SLUG), "passport_number": of_holder}).status_code == 200
    assert family.save({**good_answers(SLUG), "dependants": 2}).status_code == 200
    wishes = [
        wish(first, at),
        Wish(stranger.person.actor, first.reference, "not mine", datetime.fromisoformat(at)),
        wish(namesake, at),
        wish(second, at),
        wish(second, at, "pressed twice"),
        wish(family, at),
        Wish(stranger.person.actor, "RUH-22222-22222-2", "no such", datetime.fromisoformat(at)),
        wish(stranger, "2026-01-01T07:00:00+00:00"),
        wish(third, at),
    ]
    found = decided(consular, wishes)
    assert found == ["held", "alone", "alone", "held", "alone", "alone", "alone", "alone", "held"]
    assert code(act(namesake, "hold", starts_at=times[8]))[1] == "turn_share_used"
    # Who pressed twice hears of the seat they have.
    assert act(second, "hold", key="pressed twice", starts_at=at).status_code == 200


def test_a_batch_that_fails_is_answered_one_by_one(counter: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    one = drafted(counter())
    at = in_time(one)[9]

    def fail(*_: object) -> None:
        raise OperationalError("SELECT", {}, DeadlockDetected())

    monkeypatch.setattr(hold_together, "_insert", fail)
    assert act(one, "hold", starts_at=at).status_code == 200


def test_a_repeated_request_is_answered_as_the_first_and_another_under_its_key_refused(
    counter: Begin, consular: Database
) -> None:
    one = drafted(counter())
    times = in_time(one)
    assert decided(consular, [wish(one, times[2], "key")]) == ["held"]
    assert decided(consular, [wish(one, times[2], "key")]) == ["alone"]
    again = act(one, "hold", key="key", starts_at=times[2])
    assert again.status_code == 200 and again.get_json()["turn"]["starts_at"] == times[2]
    assert code(act(one, "hold", key="key", starts_at=times[3])) == (409, "key_used_for_another_request")
    assert rows(consular, one) == (1, 1, 1)


def test_batches_at_one_moment_share_the_seats_of_a_day(
    counter: Begin, consular: Database, database: Callable[[str], Database]
) -> None:
    everybody = crowd(counter, 24)
    at = in_time(everybody[0])[13]
    seats = seats_left(everybody[0], at)
    wishes = [wish(one, at) for one in everybody]
    batches = [wishes[start::4] for start in range(4)]
    found: list[Any] = at_once([partial(decided, consular, batch) for batch in batches])
    for words in found:
        assert isinstance(words, list), words
        assert words == sorted(words, key=["held", "taken"].index)
    assert sum(words.count("held") for words in found) == seats < 24
    assert sum(len(words) for words in found) == 24


@pytest.mark.parametrize(("committed", "left"), [(False, (0, 0, 0)), (True, (1, 1, 1))])
def test_a_process_that_is_killed_leaves_all_or_nothing(
    counter: Begin, consular: Database, committed: bool, left: tuple[int, int, int]
) -> None:
    everybody = crowd(counter, 3)
    at = in_time(everybody[0])[14]
    wishes = [wish(one, at) for one in everybody]
    url = consular.engine.url.render_as_string(hide_password=False)
    child = os.fork()
    if child == 0:
        _decide_and_die(Database(url, first=consular.first), wishes, committed)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert [rows(consular, one) for one in everybody] == [left] * 3
    # Whoever heard nothing asks again, and gets the one answer.
    for one in everybody:
        again = act(one, "hold", key=one.reference, starts_at=at)
        assert again.status_code == 200 and again.get_json()["turn"]["starts_at"] == at
        assert rows(consular, one) == (1, 1, 1)


def _decide_and_die(database: Database, wishes: list[Wish], committed: bool) -> None:
    """Between the decision and the answers, before or after the commit."""
    with ExitStack() as stack:
        session = stack.enter_context(database.scope("RUH"))
        decide(session, "RUH", wishes)
        if committed:
            stack.close()
        os.kill(os.getpid(), signal.SIGKILL)
