"""The private RabbitMQ keeps what it confirmed, stays on the loopback and leaves nothing behind."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from kombu import Connection, Exchange, Queue

from deploy.dev.servers.broker import Broker, available

pytestmark = pytest.mark.skipif(not available(), reason="RabbitMQ is not installed")

QUEUE = Queue(
    "kept",
    Exchange("letters", "topic", durable=True),
    routing_key="letter",
    queue_arguments={"x-queue-type": "quorum"},
)


def publish(broker: Broker, letter: str) -> None:
    with Connection(broker.url, transport_options={"confirm_publish": True}) as connection:
        producer = connection.Producer(exchange=QUEUE.exchange, routing_key="letter")
        producer.publish(letter, declare=[QUEUE], delivery_mode=2, timeout=5, confirm_timeout=10)


def received(broker: Broker, count: int) -> list[str]:
    with Connection(broker.url) as connection:
        queue = connection.SimpleQueue(QUEUE)
        letters = []
        for _ in range(count):
            message = queue.get(timeout=10)
            message.ack()
            letters.append(message.payload)
        queue.close()
    return letters


def test_confirmed_messages_outlive_a_kill_and_a_stop(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        publish(broker, "before the kill")
        broker.wait_until_durable()
        broker.kill()
        assert not broker.answers()
        broker.start()
        publish(broker, "after the kill")
        broker.stop()
        broker.start()
        assert received(broker, 2) == ["before the kill", "after the kill"]


def test_listens_on_the_loopback_only_and_dies_with_its_runner(tmp_path: Path) -> None:
    runner = subprocess.Popen(
        [sys.executable, "-m", "deploy.dev.servers.broker", str(tmp_path)], stdout=subprocess.PIPE
    )
    assert runner.stdout is not None
    with runner.stdout:
        assert b"amqp://" in runner.stdout.readline()
    family = psutil.Process(runner.pid).children(recursive=True)
    listening = [c.laddr.ip for p in family for c in p.net_connections() if c.status == psutil.CONN_LISTEN]
    assert len(listening) >= 3
    assert set(listening) <= {"127.0.0.1", "::1"}
    runner.send_signal(signal.SIGKILL)
    runner.wait(30)
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive
