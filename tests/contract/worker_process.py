"""A worker as a process of its own, that can be told to die at one of the points where dying hurts.

`python -m tests.contract.worker_process SERVICE [POINT]`
"""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.identity.actor import service
from shared.messaging import worker
from shared.messaging.bus import OutgoingMessage, connect_consumer, connect_publisher
from shared.messaging.messages import Envelope
from shared.messaging.outbox import emit
from shared.settings import Settings
from tests.factories.messages.messaging import decision, record_effect

SLOW_SECONDS = 1.5
PLANT = "MAHJAR_PLANT"


def answer(session: Session, envelope: Envelope) -> None:
    """As an authority does: a fee is settled, so it decides."""
    body = decision(envelope.about, transaction="cash-allowance", ask="assess")
    emit(session, service("conscription", envelope.mission), "decision.made", envelope.about, body, envelope)


def slowly(session: Session, envelope: Envelope) -> None:
    """Takes longer than a stop may be noticed in."""
    record_effect(session, envelope)
    session.execute(select(func.pg_sleep(SLOW_SECONDS)))


HANDLERS = {"conscription": {"fee.settled": answer}, "consular": {"decision.made": record_effect}}


def killed() -> None:
    """As `kill -9` does it."""
    os.kill(os.getpid(), signal.SIGKILL)


def acknowledge_at_once(consumer: Any) -> None:
    """The fault that the tests must see: the bus forgets before the database knows."""
    receive, acknowledge = consumer.next_batch, consumer.done

    def next_batch(seconds: float) -> Any:
        held = receive(seconds)
        if held:
            acknowledge(*held)
            killed()
        return held

    vars(consumer)["next_batch"] = next_batch


def die_at(point: str) -> None:
    """Arranges for it."""
    if point == "before_ack":

        def consumer(url: str, me: str) -> Any:
            made = connect_consumer(url, me)
            if os.environ.get(PLANT) == "ack_first":
                acknowledge_at_once(made)
            vars(made)["done"] = lambda *_held: killed()
            return made

        vars(worker)["connect_consumer"] = consumer
    elif point == "after_confirm":

        def publisher(url: str, me: str) -> Any:
            made = connect_publisher(url, me)
            publish = made.publish

            def publish_and_die(letters: Sequence[OutgoingMessage]) -> dict[str, str]:
                publish(letters)
                killed()
                return {}

            vars(made)["publish"] = publish_and_die
            return made

        vars(worker)["connect_publisher"] = publisher
    elif point == "thread":

        def broken(_url: str, _me: str) -> Any:
            raise TypeError("a fault of ours, not of the bus")

        vars(worker)["connect_consumer"] = broken


def main(name: str, point: str = "") -> None:
    """Until told to stop, or until that point."""
    die_at(point)
    handlers = {"decision.made": slowly} if point == "slow" else HANDLERS[name]
    worker.run(Settings.load(name), handlers)


if __name__ == "__main__":
    main(*sys.argv[1:])
