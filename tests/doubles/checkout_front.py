"""Hosted pages before a double that has none: sessions are ours, and everything else is asked of the double itself.

What a payer does on a page becomes a charge at the double. Payments, charges, refunds and disputes are the double's own
objects, and errors its own answers.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from flask import Flask, Response, request

from deploy.demo.sandbox.objects import as_list
from deploy.demo.sandbox.parameters import nested
from tests.doubles.serving import served

KEY = "sk_test_specimen"
Object = dict[str, Any]


class Declined(Exception):
    """The double declined the card, for this reason."""


@dataclass(frozen=True)
class Double:
    """A double behind the front. `take` charges a session with a card and returns the payment's name at the double;
    `payment` reads it with its charge."""

    url: str
    take: Callable[["Double", Object, str], str]
    payment: Callable[["Double", Object], Object]

    def ask(self, method: str, path: str, **content: Any) -> Object:
        """An object of the double. Raises Declined."""
        answer = requests.request(
            method, self.url + path, headers={"Authorization": f"Bearer {KEY}"}, timeout=10, **content
        )
        found: Object = answer.json()
        if answer.status_code == 402:
            raise Declined(found["error"].get("decline_code") or found["error"].get("code"))
        answer.raise_for_status()
        return found


def take_by_intent(double: Double, session: Object, card: str) -> str:
    """At localstripe: a payment intent that is confirmed at once."""
    number = {"decline": "4000000000000341"}.get(card, "4242424242424242")
    card_data = {"number": number, "exp_month": "12", "exp_year": "2040", "cvc": "123"}
    method = {"type": "card"} | {f"card[{name}]": value for name, value in card_data.items()}
    made = double.ask("POST", "/v1/payment_methods", data=method)
    intent = {
        "amount": session["amount_total"],
        "currency": session["currency"],
        "payment_method": made["id"],
        "confirm": "true",
        **{f"metadata[{name}]": value for name, value in session["metadata"].items()},
    }
    return str(double.ask("POST", "/v1/payment_intents", data=intent)["id"])


def intent_of(double: Double, session: Object) -> Object:
    """A payment intent of localstripe, which does not say what it received."""
    path = f"/v1/payment_intents/{session['taken']}"
    found = double.ask("GET", path, params={"expand[]": "latest_charge"})
    return {**found, "amount_received": found["latest_charge"]["amount"]}


def take_by_charge(double: Double, session: Object, card: str) -> str:
    """At stripe-stateful-mock, which has no payment intents: a charge."""
    token = {"decline": "tok_chargeDeclined", "dispute": "tok_createDispute"}.get(card, "tok_visa")
    charge = {"amount": session["amount_total"], "currency": session["currency"], "source": token}
    return str(double.ask("POST", "/v1/charges", data=charge)["id"])


def charge_as_intent(double: Double, session: Object) -> Object:
    """A charge of stripe-stateful-mock in the payment intent that it would belong to."""
    charge = double.ask("GET", f"/v1/charges/{session['taken']}")
    return {
        "id": f"pi_{charge['id']}",
        "object": "payment_intent",
        "amount_received": charge["amount"],
        "currency": charge["currency"],
        "latest_charge": {**charge, "disputed": charge.get("dispute") is not None},
        "metadata": session["metadata"],
    }


class Front:
    """The sessions of a run, by name."""

    def __init__(self, double: Double) -> None:
        self.double = double
        self.sessions: dict[str, Object] = {}
        self.by_key: dict[str, tuple[Object, str]] = {}

    def open(self, params: Object, key: str) -> Object:
        """A new session, or the one that was opened under a key. Raises ValueError for a key with other words."""
        known = self.by_key.get(key)
        if known is not None:
            if known[0] != params:
                raise ValueError
            return self.sessions[known[1]]
        price = params["line_items"][0]["price_data"]
        name = "cs_test_" + secrets.token_hex(12)
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "amount_total": int(price["unit_amount"]),
            "client_reference_id": params["client_reference_id"],
            "created": int(time.time()),
            "currency": price["currency"],
            "metadata": params["payment_intent_data"]["metadata"],
            "payment_status": "unpaid",
            "status": "open",
            "url": f"https://checkout.test/{name}",
        }
        self.by_key[key] = params, name
        return self.sessions[name]

    def serialise(self, session: Object) -> Object:
        """A session with its payment at the double."""
        return {**session, "payment_intent": self.double.payment(self.double, session) if "taken" in session else None}

    def choose(self, reference: str, outcome: str) -> None:
        """What the payer does on the page of a reference."""
        session = next(one for one in self.sessions.values() if one["client_reference_id"] == reference)
        try:
            session["taken"] = self.double.take(self.double, session, outcome)
        except Declined:
            return
        session |= {"status": "complete", "payment_status": "paid", "url": None}


def app_of(front: Front) -> Flask:
    """The front's routes; what is not a session goes to the double as it came."""
    app = Flask("front")

    @app.post("/v1/checkout/sessions")
    def create() -> Any:
        try:
            params = nested(list(request.form.items(multi=True)))
            return front.serialise(front.open(params, request.headers["Idempotency-Key"]))
        except ValueError:
            return {"error": {"type": "idempotency_error", "message": "another request"}}, 400

    @app.get("/v1/checkout/sessions")
    def find_all() -> Object:
        newest_first = reversed(front.sessions.values())
        return as_list(request.path, [front.serialise(one) for one in newest_first], nested(list(request.args.items())))

    @app.get("/v1/checkout/sessions/<name>")
    def find(name: str) -> Any:
        return front.serialise(front.sessions[name])

    @app.post("/v1/checkout/sessions/<name>/expire")
    def expire(name: str) -> Any:
        front.sessions[name] |= {"status": "expired", "url": None}
        return front.serialise(front.sessions[name])

    @app.get("/v1/disputes")
    def disputes() -> Any:
        """Doubles find a dispute by its name alone, which its charge says."""
        charge = front.double.ask("GET", f"/v1/charges/{request.args['charge']}")
        return as_list(request.path, [front.double.ask("GET", f"/v1/disputes/{charge['dispute']}")], {})

    @app.route("/<path:path>", methods=["GET", "POST"])
    def pass_on(path: str) -> Response:
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        address = f"{front.double.url}/{path}?{request.query_string.decode()}"
        answer = requests.request(request.method, address, headers=headers, data=request.get_data(), timeout=10)
        return Response(answer.content, answer.status_code, content_type=answer.headers["Content-Type"])

    return app


@contextmanager
def checkout_before(double: Double) -> Iterator[tuple[Front, str]]:
    """The front of a double, and its address."""
    front = Front(double)
    with served(app_of(front)) as address:
        yield front, address
