"""The promises both buses make alike."""

import json
import threading
import time

import pytest

from shared.messaging.bus import BusDown, HeldDelivery
from shared.messaging.bus.connection import PREFETCH
from shared.messaging.messages import SENDERS_BY_LISTENER
from tests.contract.conftest import LISTENERS, Bus, letter, nothing_comes, take, take_batch
from tests.factories.messages.bus_driver import Post, PostPublisher

# How long a message may stay with a consumer that died, and how much longer where the machine is busy.
REDELIVERY_SECONDS, BUSY_SECONDS = 3.0, 5.0


def test_everybody_who_listens_to_a_sender_hears_everything_it_says(bus: Bus) -> None:
    hearing = {name: bus.consumer(name) for name in ("consular", "civil_registry", "conscription")}
    sender = bus.publisher("consular")
    assert sender.publish([letter(b"1", "fee.settled"), letter(b"2", "something.new", 2)]) == {}
    for name in ("civil_registry", "conscription"):
        heard = [take(hearing[name]).delivery for _ in range(2)]
        assert {(one.raw, one.exchange, one.routing_key) for one in heard} == {
            (b"1", "consular", "fee.settled"),
            (b"2", "consular", "something.new"),
        }
    assert nothing_comes(hearing["consular"])
    sender.close()
    for consumer in hearing.values():
        consumer.close()


def test_a_sender_is_heard_before_its_listeners_ever_started(bus: Bus) -> None:
    sender = bus.publisher("civil_registry")
    assert sender.publish([letter(b"early")]) == {}
    sender.close()
    consumer = bus.consumer("consular")
    assert take(consumer).delivery.raw == b"early"
    consumer.close()


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"", "application/json"),
        (b"\x00\xff\xfe not text", "application/json"),
        (b"\x80\x04.", "application/x-python-serialize"),
        ("عربي".encode(), "application/json"),
        (b"x" * 1_000_000, "application/json"),
    ],
    ids=["empty", "binary", "pickle", "arabic", "megabyte"],
)
def test_bytes_arrive_as_they_left_and_nobody_decodes_them(bus: Bus, raw: bytes, content_type: str) -> None:
    sender, consumer = bus.publisher("civil_registry"), bus.consumer("consular")
    assert sender.publish([letter(raw, content_type=content_type)]) == {}
    came = take(consumer)
    assert (came.delivery.raw, came.delivery.content_type) == (raw, content_type)
    consumer.done(came)
    sender.close()
    consumer.close()


def test_one_sender_is_heard_in_order(bus: Bus) -> None:
    sender, consumer = bus.publisher("civil_registry"), bus.consumer("consular")
    for number in range(1, 41):
        sender.publish([letter(b"%d" % number, number=number)])
    heard = []
    for _ in range(40):
        came = take(consumer)
        heard.append(int(came.delivery.raw))
        consumer.done(came)
    assert heard == list(range(1, 41))
    sender.close()
    consumer.close()


def test_what_is_done_never_comes_again_and_what_is_not_does(bus: Bus) -> None:
    sender, first = bus.publisher("civil_registry"), bus.consumer("consular")
    sender.publish([letter(b"done", number=1)])
    first.done(take(first))
    sender.publish([letter(b"held", number=2)])
    assert take(first).delivery.raw == b"held"
    first.close()
    second = bus.consumer("consular")
    again = take(second)
    assert again.delivery.raw == b"held"
    second.done(again)
    assert nothing_comes(second)
    second.close()
    sender.close()


def test_what_a_consumer_held_when_it_was_killed_comes_to_another_within_three_seconds(bus: Bus) -> None:
    sender, killed = bus.publisher("civil_registry"), bus.consumer("consular")
    sender.publish([letter(b"held")])
    assert take(killed).delivery.raw == b"held"
    other = bus.consumer("consular")
    assert nothing_comes(other)
    killed.heartbeat()
    died = time.monotonic()
    killed.drop()  # type: ignore[attr-defined]
    assert take(other).delivery.raw == b"held"
    assert time.monotonic() - died < REDELIVERY_SECONDS + BUSY_SECONDS
    other.close()
    sender.close()


def test_what_a_consumer_works_on_stays_its_own_as_long_as_it_says_so(bus: Bus) -> None:
    sender, worker = bus.publisher("civil_registry"), bus.consumer("consular")
    sender.publish([letter(b"long work")])
    held, idle = take(worker), bus.consumer("consular")
    until = time.monotonic() + REDELIVERY_SECONDS + 0.5
    while time.monotonic() < until:
        worker.heartbeat()
        assert idle.next(0.2) is None
    worker.done(held)
    worker.close()
    assert nothing_comes(idle)
    idle.close()
    sender.close()


def test_a_batch_is_acknowledged_as_one_and_what_was_not_done_comes_again(bus: Bus) -> None:
    sender, consumer = bus.publisher("civil_registry"), bus.consumer("consular")
    sender.publish([letter(b"%d" % number, number=number) for number in range(120)])
    batch: list[HeldDelivery] = []
    while len(batch) < PREFETCH:
        batch += take_batch(consumer)
    assert [int(held.delivery.raw) for held in batch] == list(range(PREFETCH)), "in order, and no more than it may hold"
    assert nothing_comes(consumer)
    # All but the first: an acknowledgement covers these, not everything before the last of them.
    consumer.done(*batch[1:])
    # As many come as it may hold again, so that the bus knows all of them as done: RabbitMQ keeps single acks back
    # after the first 32, and forgets those when the channel closes.
    more: list[HeldDelivery] = []
    while len(more) < PREFETCH - 1:
        more += take_batch(consumer)
    assert [int(held.delivery.raw) for held in more] == list(range(PREFETCH, 2 * PREFETCH - 1))
    consumer.close()
    again, left = bus.consumer("consular"), list[int]()
    expected = [0, *range(PREFETCH, 120)]
    while len(left) < len(expected):
        came = take_batch(again)
        left += [int(held.delivery.raw) for held in came]
        again.done(*came)
    assert sorted(left) == expected
    again.close()
    last = bus.consumer("consular")
    assert nothing_comes(last)
    last.close()
    sender.close()


def test_a_letter_that_reaches_nobody_is_reported_and_the_others_of_its_batch_arrive(bus: Bus) -> None:
    sender = bus.publisher("consular")
    for listener in (one for one, senders in SENDERS_BY_LISTENER.items() if "consular" in senders):
        bus.unbind(listener)
    lost = letter(b"lost", number=7)
    assert sender.publish([lost]) == {lost.id: "unroutable"}
    sender.close()
    # Whoever connects next makes the topology whole.
    sender, consumer = bus.publisher("consular"), bus.consumer("conscription")
    assert sender.publish([letter(b"found", number=8)]) == {}
    assert take(consumer).delivery.raw == b"found"
    sender.close()
    consumer.close()


def test_a_queue_deleted_under_a_consumer_ends_its_connection_and_the_next_one_hears_again(bus: Bus) -> None:
    consumer = bus.consumer("conscription")
    bus.unbind("conscription")
    with pytest.raises(BusDown):
        for _ in range(50):
            consumer.next(0.2)
    consumer.close()
    again, sender = bus.consumer("conscription"), bus.publisher("consular")
    sender.publish([letter(b"again")])
    assert take(again).delivery.raw == b"again"
    again.close()
    sender.close()


def test_a_connection_answers_only_to_the_thread_that_opened_it(bus: Bus) -> None:
    sender, consumer = bus.publisher("consular"), bus.consumer("consular")
    raised: list[type[BaseException]] = []

    def trespass() -> None:
        for act in (lambda: sender.publish([letter()]), lambda: consumer.next(0.1)):
            try:
                act()
            except RuntimeError as wrong:
                raised.append(type(wrong))

    thread = threading.Thread(target=trespass)
    thread.start()
    thread.join(10)
    assert raised == [RuntimeError, RuntimeError]
    sender.close()
    consumer.close()


def test_a_bus_says_whether_it_forgot_a_sender(bus: Bus) -> None:
    sender = bus.publisher("conscription")
    sender.register()
    assert not sender.is_unknown()
    if bus.kind == "embedded":
        bus.run("SELECT pgmq.drop_queue('conscription_known')")
    else:
        bus.command(lambda channel: channel.exchange_delete("conscription.known"))
    assert sender.is_unknown()
    sender.register()
    assert not sender.is_unknown()
    assert sender.publish([letter(b"still usable")]) == {}
    sender.close()


def test_the_post_of_the_journeys_reaches_whom_the_bus_reaches(bus: Bus) -> None:
    post = Post()
    for sender in LISTENERS:
        one = letter(sender.encode(), number=LISTENERS.index(sender))
        real, fake = bus.publisher(sender), PostPublisher(post, sender)
        assert real.publish([one]) == fake.publish([one]) == {}
        real.close()
    for listener in LISTENERS:
        consumer = bus.consumer(listener)
        heard = [take(consumer).delivery for _ in post.queues[listener]]
        assert nothing_comes(consumer)
        assert sorted(heard, key=str) == sorted(post.queues[listener], key=str)
        consumer.close()


def test_rows_no_kombu_wrote_are_handed_over_as_they_are(embedded: Bus) -> None:
    bus, consumer = embedded, embedded.consumer("consular")
    strange = [[], {}, "text", 7, None, {"body": 5}, {"body": "%", "properties": {"body_encoding": "base64"}}]
    strange += [{"body": "", "properties": {"body_encoding": "zip", "delivery_tag": {}, "delivery_info": []}}]
    for row in strange:
        bus.run(f"SELECT pgmq.send('consular_inbox', '{json.dumps(row)}'::jsonb)")
    came = [take(consumer) for _ in strange]
    assert [json.loads(one.delivery.raw) for one in came] == strange
    assert {one.delivery.content_type for one in came} == {"foreign"}
    for one in came:
        consumer.done(one)
    consumer.close()


def test_what_an_earlier_version_left_in_a_queue_is_read(embedded: Bus) -> None:
    """kombu's transport wrote these, and had a trigger call for every row."""
    delivery_info = {"exchange": "civil_registry", "routing_key": "decision.made"}
    properties = {"body_encoding": "base64", "delivery_info": delivery_info, "delivery_tag": "1", "delivery_mode": 2}
    row = {"body": "e30=", "content-type": "application/json", "content-encoding": "binary", "headers": {}}
    embedded.run("SELECT pgmq.enable_notify_insert('consular_inbox', 0)")
    embedded.run(f"SELECT pgmq.send('consular_inbox', '{json.dumps(row | {'properties': properties})}'::jsonb)")
    consumer = embedded.consumer("consular")
    came = take(consumer)
    assert (came.delivery.raw, came.delivery.exchange, came.delivery.routing_key, came.delivery.content_type) == (
        *(b"{}", "civil_registry", "decision.made"),
        "application/json",
    )
    consumer.done(came)
    consumer.close()
