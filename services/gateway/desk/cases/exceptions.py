"""Settles exceptions: refunds held money and clears flags, each with a reason."""

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from services.gateway.desk.cases import case
from services.gateway.desk.wording import written_text
from services.gateway.web.current import actor, consular

LONGEST = 500
Answer = Response | str | tuple[str, int]


def refund_held_payment(reference: str, payment: str) -> Answer:
    """Refunds a held payment to its payer."""
    return _act(
        reference,
        f"give-{payment}",
        "give_back",
        lambda body: consular().cases.refund_held_payment(actor(), reference, body, payment),
    )


def clear(reference: str) -> Answer:
    """Clears the flag of a case that was settled."""
    return _act(reference, "flag", "clear", lambda body: consular().cases.act(actor(), reference, "clear", body))


def _act(reference: str, form: str, done: str, act: Callable[[dict[str, Any]], object]) -> Answer:
    reason, wrong = written_text("reason", LONGEST, "desk.why_needed")
    if wrong:
        return case.page(reference, wrong={form: wrong}, why_typed=reason), 422
    body = {"reason": reason, "key": request.form.get("key", "")}
    return case.act(reference, done, lambda: act(body))
