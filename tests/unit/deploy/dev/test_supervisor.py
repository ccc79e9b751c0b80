"""Restarts of the local runner: at once the first time, after growing pauses when a process keeps dying."""

from dataclasses import dataclass, field

import pytest

from deploy.dev import supervisor
from deploy.dev.supervisor import ProcessFailed, Restarter, restart_delay


@dataclass
class FakeProcess:
    """Dies whenever the test says so."""

    name: str = "consular-worker"
    pid: int = 1
    dead: bool = False
    fails: bool = False
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        if self.fails:
            raise ProcessFailed("no memory")
        self.starts.append(clock.now)
        self.dead = False

    def died(self) -> bool:
        return self.dead

    def log_tail(self) -> str:
        return "its log ends"


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


clock = Clock()


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.now = 100.0
    monkeypatch.setattr(supervisor, "time", clock)


def run_for(restarter: Restarter, seconds: float, dies_at_once: bool) -> None:
    end = clock.now + seconds
    while clock.now < end:
        if dies_at_once and isinstance(restarter.process, FakeProcess):
            restarter.process.dead = True
        restarter.tick()
        clock.sleep(0.1)


def test_a_steady_process_is_restarted_at_once() -> None:
    process = FakeProcess()
    restarter = Restarter(process)
    clock.sleep(61)
    process.dead = True
    restarter.tick()
    assert process.starts == [161.0]


def test_the_pauses_grow_to_half_a_minute_and_never_end() -> None:
    assert [restart_delay(failures) for failures in range(10)] == [0, 0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 19.2, 30, 30]
    process = FakeProcess()
    run_for(Restarter(process), 600, dies_at_once=True)
    gaps = [round(later - earlier) for earlier, later in zip(process.starts, process.starts[1:], strict=False)]
    assert gaps[:6] == [1, 1, 3, 5, 10, 19]
    assert set(gaps[6:]) == {30}


def test_a_process_that_ran_a_minute_is_forgiven() -> None:
    process = FakeProcess()
    restarter = Restarter(process)
    run_for(restarter, 60, dies_at_once=True)
    run_for(restarter, 100, dies_at_once=False)
    process.dead = True
    before = len(process.starts)
    restarter.tick()
    assert len(process.starts) == before + 1


def test_a_start_that_fails_is_tried_again_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    process = FakeProcess(dead=True, fails=True)
    restarter = Restarter(process)
    run_for(restarter, 3, dies_at_once=False)
    assert process.starts == []
    assert "consular-worker was not started: no memory" in capsys.readouterr().out
    process.fails = False
    run_for(restarter, 10, dies_at_once=False)
    assert len(process.starts) == 1


def test_the_reason_is_printed_with_the_pause(capsys: pytest.CaptureFixture[str]) -> None:
    run_for(Restarter(FakeProcess()), 5, dies_at_once=True)
    assert "consular-worker keeps stopping, started again in 1 s; the others go on. its log ends" in (
        capsys.readouterr().out
    )
