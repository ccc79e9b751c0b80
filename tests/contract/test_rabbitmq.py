"""What only a broker can do to us: freeze, die, run out of disk, refuse, give up."""

import os
import subprocess
import time
from pathlib import Path

import amqp
import pytest
from kombu import Connection

from deploy.dev.servers.broker import NODE, Broker
from shared.messaging.bus import BusDown, OutgoingMessage, Publisher
from shared.messaging.bus.connection import ANSWER_SECONDS, CONFIRM_SECONDS, CONNECT_SECONDS
from shared.messaging.bus.topology import DELIVERY_LIMIT
from tests.contract.conftest import LIMIT, Bus, letter, nothing_comes, take


def control(broker: Broker, *command: str) -> None:
    """The broker's own command line."""
    environment = {**os.environ, **broker._environment()}
    environment.pop("RABBITMQ_ALLOW_INPUT")
    environment.pop("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS")
    program = "/usr/lib/rabbitmq/bin/rabbitmqctl"
    subprocess.run([program, "-q", "-n", NODE, *command], env=environment, check=True, capture_output=True, timeout=60)


def again(bus: Bus, me: str) -> Publisher:
    """A new connection as soon as there can be one."""
    give_up = time.monotonic() + LIMIT
    while True:
        try:
            return bus.publisher(me)
        except BusDown:
            assert time.monotonic() < give_up
            time.sleep(0.05)


def test_a_frozen_broker_confirms_nothing_holds_nobody_and_is_found_again(rabbit: Bus, broker: Broker) -> None:
    sender = rabbit.publisher("civil_registry")
    broker.pause()
    try:
        began = time.monotonic()
        with pytest.raises(BusDown):
            sender.publish([letter(b"unknown")])
        with pytest.raises(BusDown):
            rabbit.publisher("civil_registry")
        assert time.monotonic() - began < CONFIRM_SECONDS + CONNECT_SECONDS + ANSWER_SECONDS + 5
    finally:
        broker.resume()
    with pytest.raises(BusDown):
        sender.publish([letter(b"on a used-up connection")])
    fresh, consumer = again(rabbit, "civil_registry"), rabbit.consumer("consular")
    assert fresh.publish([letter(b"after", number=2)]) == {}
    # The first may arrive too, which is why listeners know what they have heard.
    heard = [take(consumer).delivery.raw]
    while heard[-1] != b"after":
        heard.append(take(consumer).delivery.raw)
    assert set(heard) <= {b"unknown", b"after"}
    fresh.close()
    consumer.close()


def test_what_was_confirmed_outlives_a_power_cut(rabbit: Bus, broker: Broker) -> None:
    sender, listener = rabbit.publisher("civil_registry"), rabbit.consumer("consular")
    letters = [letter(b"%d" % number, number=number) for number in range(60)]
    assert sender.publish(letters) == {}
    broker.kill()
    for act in (lambda: sender.publish([letter()]), lambda: [listener.next(0.2) for _ in range(100)]):
        with pytest.raises(BusDown):
            act()
    broker.start()
    consumer = rabbit.consumer("consular")
    heard = set()
    for _ in letters:
        held = take(consumer)
        heard.add(int(held.delivery.raw))
        consumer.done(held)
    assert heard == set(range(60))
    consumer.close()


def test_a_broker_out_of_disk_says_so_and_the_same_connection_hears_when_it_is_over(
    rabbit: Bus, broker: Broker
) -> None:
    sender = rabbit.publisher("civil_registry")
    control(broker, "set_disk_free_limit", "100000GB")
    try:
        with pytest.raises(BusDown) as raised:
            for number in range(20):
                sender.publish([letter(b"x", number=number)])
        assert raised.value.paused
        with pytest.raises(BusDown):
            sender.publish([letter(b"not even sent", number=99)])
    finally:
        control(broker, "set_disk_free_limit", "50MB")
    give_up = time.monotonic() + LIMIT
    while sender.paused:
        assert time.monotonic() < give_up
        sender.heartbeat(0.2)
    sender.close()
    consumer = rabbit.consumer("consular")
    assert take(consumer).delivery.raw == b"x"
    consumer.close()


def test_what_the_broker_gives_up_comes_marked_as_such_and_stays_until_it_is_done(rabbit: Bus) -> None:
    sender = rabbit.publisher("civil_registry")
    sender.publish([letter(b"deadly")])
    sender.close()

    def die_of_it(channel: amqp.Channel) -> None:
        for _ in range(DELIVERY_LIMIT + 1):
            message = None
            give_up = time.monotonic() + LIMIT
            while message is None and time.monotonic() < give_up:
                message = channel.basic_get("consular.inbox")
            assert message is not None
            channel.basic_reject(message.delivery_tag, requeue=True)

    rabbit.command(die_of_it)
    for _ in range(2):
        consumer = rabbit.consumer("consular")
        held = take(consumer)
        assert (held.delivery.raw, held.delivery.given_up) == (b"deadly", True)
        consumer.close()
    consumer = rabbit.consumer("consular")
    consumer.done(take(consumer))
    assert nothing_comes(consumer)
    consumer.close()


def test_a_letter_the_broker_refuses_is_told_from_those_it_took(rabbit: Bus) -> None:
    """A queue that is full refuses; only the letters meant for it are in trouble, whatever order the acks come in."""

    def crowd(channel: amqp.Channel) -> None:
        full = {"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish"}
        channel.queue_declare("full", durable=True, auto_delete=False, arguments=full)
        channel.queue_bind("full", "civil_registry", "crowd.#")

    rabbit.command(crowd)
    sender = rabbit.publisher("civil_registry")
    try:
        give_up = time.monotonic() + LIMIT
        while not sender.publish([letter(b"one more", "crowd.in", number=1)]):
            assert time.monotonic() < give_up
        mixed = [letter(b"x", "crowd.in" if number % 2 else "decision.made", number=number) for number in range(100)]
        troubles = sender.publish(mixed)
        assert troubles == {one.id: "refused" for one in mixed if one.key == "crowd.in"}
    finally:
        rabbit.command(lambda channel: channel.queue_delete("full"))
        sender.close()


def test_an_inflated_body_is_handed_over_as_it_came(rabbit: Bus) -> None:
    def bomb(channel: amqp.Channel) -> None:
        headers = {"compression": "application/x-gzip"}
        message = amqp.Message(b"not gzip", content_type="application/json", application_headers=headers)
        channel.basic_publish(message, exchange="civil_registry", routing_key="x", mandatory=True)

    rabbit.command(bomb)
    consumer = rabbit.consumer("consular")
    assert take(consumer).delivery.raw == b"not gzip"
    consumer.close()


def test_fifty_reconnections_leave_no_descriptor_open(rabbit: Bus) -> None:
    for _ in range(3):
        rabbit.publisher("consular").close()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(25):
        rabbit.publisher("consular").drop()  # type: ignore[attr-defined]
        rabbit.consumer("consular").close()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2


def test_a_service_that_may_only_use_its_own_finds_the_rest_made_for_it(rabbit: Bus, broker: Broker) -> None:
    rabbit.publisher("consular").close()
    control(broker, "add_user", "narrow", "narrow")
    try:
        own = r"^conscription\..*"
        control(broker, "set_permissions", "narrow", own, rf"^conscription$|{own}", rf"^consular$|{own}")
        narrow = Bus("rabbitmq", broker.url.replace("guest:guest", "narrow:narrow"))
        sender = narrow.publisher("conscription")
        assert sender.publish([letter(b"allowed")]) == {}
        sender.close()
        with pytest.raises(BusDown):
            narrow.publisher("consular").publish([OutgoingMessage("1", "fee.settled", b"forged")])
        with pytest.raises(BusDown):
            narrow.consumer("consular")
    finally:
        control(broker, "delete_user", "narrow")
    with Connection(broker.url) as connection:
        connection.connect()
