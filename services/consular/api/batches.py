"""Requests that arrive while others of their kind are being answered are answered next, all of them together.

A crowd asks the same of the database, which is read once for all. No thread of its own is needed: the first of those
who wait answers for the others.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")
# A batch holds no locks that others wait for, but its last question waits for all before it.
MOST = 64


@dataclass
class _Waiting(Generic[Question, Answer]):
    question: Question
    answers: list[Answer] = field(default_factory=list)
    error: Exception | None = None
    leads: bool = False
    ended: threading.Event = field(default_factory=threading.Event)


class Batches(Generic[Question, Answer]):
    """Answers questions by `answer`, which gets those that wait in the order of their arrival."""

    def __init__(self, answer: Callable[[Sequence[Question]], Sequence[Answer]]) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting[Question, Answer]] = deque()
        self._is_led = False

    def ask(self, question: Question) -> Answer:
        """The answer to this question. Raises what `answer` raises for the batch it was in."""
        mine = _Waiting[Question, Answer](question)
        with self._lock:
            self._waiting.append(mine)
            mine.leads, self._is_led = not self._is_led, True
        if not mine.leads:
            mine.ended.wait()
        if mine.leads:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.answers[0]

    def _lead(self) -> None:
        """Answers one batch, the leader's own question in it, and hands over to the first of those who came since."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            answers = self._answer([one.question for one in batch])
            for one, answer in zip(batch, answers, strict=True):
                one.answers.append(answer)
        except Exception as error:
            for one in batch:
                one.error = error
        finally:
            self._hand_over()
            for one in batch:
                one.ended.set()

    def _hand_over(self) -> None:
        with self._lock:
            self._is_led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].ended.set()
