"""Reads notifications of the Stripe API. They are only hints: what they are about is asked afterwards."""

import json
import re
from collections.abc import Mapping
from typing import Any

from services.consular.payments.providers.rules import Event
from services.consular.payments.providers.stripe.objects import attempt_named
from shared.errors import Refusal

NAME = re.compile(r"[A-Za-z0-9_.:-]{1,120}", re.ASCII)


def read_event(raw: bytes) -> Event:
    """The event of a notification whose signature was checked. Raises Refusal (event_malformed)."""
    try:
        body = json.loads(raw)
        identity, kind = body["id"], body["type"]
        if not (NAME.fullmatch(identity) and NAME.fullmatch(kind)):
            raise ValueError("name")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refusal("event_malformed") from error
    data = body.get("data")
    about = data.get("object") if isinstance(data, Mapping) else None
    if not isinstance(about, Mapping):
        return Event(identity, kind, None, None, raw)
    return Event(identity, kind, _attempt(about), _payment(about), raw)


def _attempt(about: Mapping[str, Any]) -> str | None:
    own = about.get("client_reference_id")
    if isinstance(own, str):
        return own
    return attempt_named(about) if isinstance(about.get("metadata"), Mapping) else None


def _payment(about: Mapping[str, Any]) -> str | None:
    """The provider's payment that an object is, or belongs to: a dispute names no more than that."""
    payment = about.get("id") if about.get("object") == "payment_intent" else about.get("payment_intent")
    return payment if isinstance(payment, str) and NAME.fullmatch(payment) else None
