"""Batches: everybody gets the answer to their own question, in the order of arrival, whatever the others do."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.consular.api.batches import MOST, Batches

LIMIT = 120


def test_each_gets_its_own_answer_and_a_crowd_is_answered_together() -> None:
    sizes: list[int] = []
    gate = threading.Event()

    def double(questions: Sequence[int]) -> list[int]:
        gate.wait(LIMIT)
        sizes.append(len(questions))
        return [2 * question for question in questions]

    batches = Batches(double)
    with ThreadPoolExecutor(32) as pool:
        asked = [pool.submit(batches.ask, number) for number in range(200)]
        gate.set()
        assert [one.result(LIMIT) for one in asked] == [2 * number for number in range(200)]
    assert sum(sizes) == 200 and len(sizes) < 200 and max(sizes) <= MOST
    # Nobody leads any more, so that the next one does.
    assert batches.ask(7) == 14


def test_those_who_wait_are_answered_in_the_order_of_their_arrival() -> None:
    seen: list[int] = []
    gate = threading.Event()

    def note(questions: Sequence[int]) -> Sequence[int]:
        if 0 in questions:
            gate.wait(LIMIT)
        seen.extend(questions)
        return questions

    batches = Batches(note)
    threads = []
    for number in range(20):
        threads.append(threading.Thread(target=batches.ask, args=[number], daemon=True))
        threads[-1].start()
        while number and len(batches._waiting) < number:
            threading.Event().wait(0.001)
        while not number and not batches._is_led:
            threading.Event().wait(0.001)
    gate.set()
    for thread in threads:
        thread.join(LIMIT)
    assert seen == list(range(20))


def test_an_answer_that_fails_fails_its_batch_alone() -> None:
    def fail(questions: Sequence[str]) -> Sequence[str]:
        if "bad" in questions:
            raise OSError("no database")
        return questions

    batches = Batches(fail)
    with pytest.raises(OSError, match="no database"):
        batches.ask("bad")
    assert batches.ask("good") == "good"


def test_a_batch_that_answers_too_few_questions_leaves_nobody_waiting() -> None:
    def answer_none(_questions: Sequence[str]) -> Sequence[str]:
        return []

    batches = Batches(answer_none)
    with pytest.raises(ValueError, match="shorter"):
        batches.ask("anything")
