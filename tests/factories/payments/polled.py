"""A hostile provider of the kind that is only asked: it fails after success, answers late, cut off or wrongly."""

import base64
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

from shared.values.money import Money

MERCHANT, SECRET = "specimen-merchant", "polled-secret"
TOKEN = "Basic " + base64.b64encode(f"{MERCHANT}:{SECRET}".encode()).decode()
# By the payer's choice: the state, what is different about the money, and the reason.
OUTCOMES = {
    "pay": ("COMPLETED", "", None),
    "pay-silently": ("COMPLETED", "", None),
    "pay-and-notify-twice": ("COMPLETED", "", None),
    "pay-wrong-amount": ("COMPLETED", "amount", None),
    "pay-wrong-currency": ("COMPLETED", "currency", None),
    "decline": ("REJECTED", "", "card_declined"),
    "cancel": ("ABANDONED", "", "cancelled_by_payer"),
}


@dataclass
class PolledDouble:
    """Its books by our reference, and the faults of its next answers."""

    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """A new payment, or the one that is known under the reference if it is for the same money."""
        with self.lock:
            asked = {"amount": form["amount"], "currencyCode": form["currencyCode"]}
            known = self.requests.get(form["merchantReference"])
            if known is None:
                identity = uuid.uuid4().hex
                known = {
                    "id": identity,
                    "status": "CREATED",
                    "asked": asked,
                    "redirectTo": f"{self.url}/pay/{identity}",
                }
                self.requests[form["merchantReference"]] = known
            if known["asked"] != asked:
                return 409, {}
            return 201, {"paymentRequest": known}

    def refund(self, reference: str, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Pays back once for each key, and never more in all than was taken."""
        with self.lock:
            money = {"amount": form["amount"], "currencyCode": form["currencyCode"]}
            known = self.refunds.get(form["refundKey"])
            if known is None:
                back = Money.of(form["amount"], form["currencyCode"])
                settled = self.requests.get(reference, {}).get("settled")
                if not isinstance(settled, dict) or settled["currencyCode"] != back.currency:
                    return 409, {}
                given = [one["settled"]["amount"] for one in self.refunds.values() if one["of"] == reference]
                taken = Money.of(settled["amount"], back.currency).amount
                if sum(Money.of(one, back.currency).amount for one in given) + back.amount > taken:
                    return 409, {}
                known = {"id": uuid.uuid4().hex, "status": "COMPLETED", "settled": money, "of": reference}
                self.refunds[form["refundKey"]] = known
            if known["settled"] != money or known["of"] != reference:
                return 409, {}
            return 201, {"paymentRequest": known}

    def cancel(self, reference: str) -> tuple[int, dict[str, object]]:
        """Ends a payment that nobody has made yet; says what became of it otherwise."""
        if reference not in self.requests:
            return 404, {}
        self.choose(reference, "cancel")
        return 200, {"paymentRequest": self.requests[reference]}

    def charge_back(self, reference: str, status: str, amount: str = "") -> None:
        """What the payer's bank does about a payment that was settled: RAISED, then REVERSED or FINAL."""
        with self.lock:
            known = self.requests[reference]
            before = known.get("chargeback") or {"id": uuid.uuid4().hex, "debited": dict(known["settled"])}
            if amount:
                before["debited"]["amount"] = amount
            known["chargeback"] = before | {
                "status": status,
                "reasonCode": "fraud",
                "answerBefore": "2030-01-31",
                "changed": time.time(),
            }

    def charged_back_since(self, query: str) -> dict[str, object]:
        """The list of chargebacks that changed at an instant or later."""
        since = datetime.fromisoformat(dict(parse_qsl(query))["changedSince"]).timestamp()
        with self.lock:
            found = [
                {"merchantReference": name}
                for name, one in self.requests.items()
                if one.get("chargeback") and one["chargeback"]["changed"] >= since
            ]
        return {"chargebacks": found}

    def choose(self, reference: str, outcome: str) -> None:
        """The payer's choice; a payment ends once."""
        with self.lock:
            known = self.requests[reference]
            if known["status"] not in ("CREATED", "OPENED"):
                return
            state, different, reason = OUTCOMES[outcome]
            asked = known["asked"]
            assert isinstance(asked, dict)
            settled = dict(asked)
            if different == "amount":
                money = Money.of(asked["amount"], asked["currencyCode"])
                settled["amount"] = str(Money(money.amount + 1, money.currency).major)
            if different == "currency":
                minor = Money.of(asked["amount"], asked["currencyCode"]).amount
                settled = {"amount": str(Money(minor, "EUR").major), "currencyCode": "EUR"}
            known |= {"status": state, "reasonCode": reason}
            if state == "COMPLETED":
                known["settled"] = settled


def handler_of(double: PolledDouble) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a double: what its merchant may ask, with the faults that it was told to make."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()))
            if not self._is_merchant():
                self._answer(401, {})
            elif self.path.endswith("/cancellation"):
                self._answer(*double.cancel(unquote(self.path.split("/")[2])))
            elif self.path.endswith("/refunds"):
                self._answer(*double.refund(unquote(self.path.split("/")[2]), form))
            else:
                self._answer(*double.open(form))

        def do_GET(self) -> None:
            if self.path.startswith("/chargebacks?") and self._is_merchant():
                self._answer(200, double.charged_back_since(self.path.partition("?")[2]))
                return
            books = double.refunds if self.path.startswith("/refunds/") else double.requests
            known = books.get(unquote(self.path.rpartition("/")[2]))
            status, body = (200, {"paymentRequest": known}) if known else (404, {})
            self._answer(*((status, body) if self._is_merchant() else (401, {})))

        def _is_merchant(self) -> bool:
            return self.headers["Authorization"] == TOKEN

        def _answer(self, status: int, body: object) -> None:
            fault = double.faults.pop(0) if double.faults else ""
            content = json.dumps(body).encode()
            if fault == "slow":
                time.sleep(1)
            if fault == "error":
                status, content = 502, b"upstream failed"
            if fault == "garbage":
                content = content[: len(content) // 2]
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: object) -> None:
            """Nothing is printed."""

    return Handler


@contextmanager
def polled_double() -> Iterator[PolledDouble]:
    """The double behind an address of this machine, while the block runs."""
    double = PolledDouble()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(double))
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
