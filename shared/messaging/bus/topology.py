"""Exchanges, queues and bindings, made whole by whoever comes first.

A message must never be confirmed while one of its listeners is not bound yet, so nobody declares only his own part.
"""

from kombu import Exchange, Queue, binding

from shared.messaging.messages import SENDERS_BY_LISTENER

# The second net: listeners count attempts in their database, long before the broker gives up.
DELIVERY_LIMIT = 20
EXCHANGES = {sender: Exchange(sender, type="topic", durable=True) for sender in SENDERS_BY_LISTENER}


def dead_exchange(listener: str) -> Exchange:
    """Where the broker puts what a listener's queue gave up."""
    return Exchange(f"{listener}.dead", type="topic", durable=True)


def dead_queue(listener: str) -> Queue:
    """What the broker gave up; the listener parks it."""
    bindings = [binding(dead_exchange(listener), routing_key="#")]
    return Queue(f"{listener}.dead", bindings=bindings, durable=True, queue_arguments={"x-queue-type": "quorum"})


def inbox_queue(listener: str) -> Queue:
    """Where everything a service listens to arrives."""
    bindings = [binding(EXCHANGES[sender], routing_key="#") for sender in SENDERS_BY_LISTENER[listener]]
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": f"{listener}.dead",
        # The default strategy may lose what it moves; this one needs the broker to refuse rather than to drop.
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return Queue(f"{listener}.inbox", bindings=bindings, durable=True, queue_arguments=arguments)


def marker(sender: str) -> Exchange:
    """Nothing goes through it: while it exists, the broker has kept what this sender said."""
    return Exchange(f"{sender}.known", type="fanout", durable=True)
