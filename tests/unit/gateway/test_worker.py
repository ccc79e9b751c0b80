"""The process that sends e-mails: a task that fails ends neither it nor another task."""

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from services.gateway.worker import DOWN_SECONDS, POLL_SECONDS, Task, run_due


def failing(error: Exception) -> Task:
    def fail() -> None:
        raise error

    return Task("bounces", 0.0, fail)


@pytest.mark.parametrize("error", [IndexError("one"), RecursionError(), UnicodeEncodeError("ascii", "é", 0, 1, "x")])
def test_a_task_that_fails_holds_up_no_other(error: Exception) -> None:
    done = list[str]()
    tasks = [failing(error), Task("mails", 0.0, lambda: done.append("mails"))]
    with capture_logs() as lines:
        assert [run_due(tasks) for _ in range(2)] == [POLL_SECONDS] * 2
    assert done == ["mails"] * 2
    # It waits before it is tried again.
    assert [(line["event"], line["job"], line["error"]) for line in lines] == [
        ("job_failed", "bounces", type(error).__name__)
    ]


def test_while_the_database_does_not_answer_nothing_more_is_tried() -> None:
    done = list[str]()
    tasks = [failing(OperationalError("", {}, Exception())), Task("mails", 0.0, lambda: done.append("mails"))]
    assert run_due(tasks) == DOWN_SECONDS and done == []


def test_what_is_due_once_an_hour_is_done_once() -> None:
    done = list[str]()
    tasks = [Task("sweep", 3600.0, lambda: done.append("sweep")), Task("mails", 0.0, lambda: True)]
    # A whole batch was sent: the next one goes at once.
    assert [run_due(tasks) for _ in range(3)] == [0.0] * 3
    assert done == ["sweep"]
