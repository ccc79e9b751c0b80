"""The least that a rush can cost: a bare application whose one writer decides for all who wait, in one transaction."""

import json
import os
import threading
from collections import Counter
from collections.abc import Sequence
from queue import SimpleQueue
from typing import Any

from flask import Flask, jsonify, request
from psycopg import Connection, connect
from sqlalchemy import make_url

MOST = 64
LOCK = "SELECT at, free FROM consular.bench_slot WHERE at = ANY(%s) ORDER BY at FOR UPDATE"
SEAT = """
    INSERT INTO consular.bench_seat SELECT key, person, at, now() + interval '10 minutes'
    FROM jsonb_to_recordset(%s) AS sent (key text, person text, at text) ON CONFLICT DO NOTHING RETURNING key, at
"""
SPEND = "UPDATE consular.bench_slot SET free = free - %s WHERE at = %s"
SEND = "INSERT INTO consular.bench_outbox SELECT value ->> 'key', value FROM jsonb_array_elements(%s)"


class Wish:
    """One request and its answer."""

    def __init__(self, body: dict[str, str]) -> None:
        self.body, self.given, self.ended = body, False, threading.Event()


def app() -> Flask:
    """Flask alone: no visitor, no application, no mission; a seat to whoever comes first."""
    made = Flask(__name__, static_folder=None)
    waiting: SimpleQueue[Wish] = SimpleQueue()
    start = threading.Lock()
    writers: list[threading.Thread] = []

    def seat() -> Any:
        with start:
            # After the fork: a thread of the parent would not be here.
            if not writers:
                writers.append(threading.Thread(target=write, args=[waiting], daemon=True))
                writers[0].start()
        wish = Wish(request.get_json())
        waiting.put(wish)
        wish.ended.wait(30)
        return jsonify(given=wish.given), 200 if wish.given else 409

    made.add_url_rule("/seat", "seat", seat, methods=["POST"])
    made.add_url_rule("/health", "health", lambda: {"status": "ok"})
    return made


def write(waiting: "SimpleQueue[Wish]") -> None:
    """Decides for all who wait, in the order of their arrival."""
    url = make_url(os.environ["MAHJAR_DATABASE_URL"]).set(drivername="postgresql").render_as_string(False)
    with connect(url, autocommit=True) as connection:
        while True:
            batch = [waiting.get()]
            while len(batch) < MOST and not waiting.empty():
                batch.append(waiting.get())
            with connection.transaction():
                decide(connection, batch)
            for wish in batch:
                wish.ended.set()


def decide(connection: Connection, batch: Sequence[Wish]) -> None:
    free: dict[str, int] = dict(connection.execute(LOCK, [sorted({wish.body["at"] for wish in batch})]).fetchall())
    lucky = []
    for wish in batch:
        if free[wish.body["at"]] > 0:
            free[wish.body["at"]] -= 1
            lucky.append(wish)
    if not lucky:
        return
    sent = json.dumps([wish.body for wish in lucky])
    given: dict[str, str] = dict(connection.execute(SEAT, [sent]).fetchall())
    for at, count in Counter(given.values()).items():
        connection.execute(SPEND, [count, at])
    for wish in lucky:
        wish.given = wish.body["key"] in given
    connection.execute(SEND, [sent])
