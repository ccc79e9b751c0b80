"""What the services tell each other: one signed envelope, and a schema for every released version of every message."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from shared.errors import NotAllowed
from shared.identity.access import check_access
from shared.identity.actor import PARTNERS, Actor, service
from shared.identity.crypto import Keys
from shared.settings import is_specimen


def _senders_by_listener(*partners: str) -> dict[str, tuple[str, ...]]:
    registers = ("civil_registry", "conscription")
    return {"consular": (*registers, *partners)} | dict.fromkeys((*registers, *partners), ("consular",))


# A listener hears everything its senders say, so that numbers about one application run without gaps. Where no
# ministry is connected, and none stands in for one, nobody keeps a queue that would only fill.
SENDERS_BY_LISTENER = _senders_by_listener(*(PARTNERS if is_specimen() else ()))
MAX_BYTES = 64 * 1024
# Clocks drift by minutes; a day ahead was not said by a clock that anybody reads.
FURTHEST_AHEAD = timedelta(days=1)
CONTENT_TYPE = "application/json"
# Keeps a signature made for an envelope from being taken for one made over anything else.
_PURPOSE = b"mahjar envelope 1\n"
_SIGNATURE = "signature"


@dataclass(frozen=True)
class Envelope:
    """One message. `about` is the application; `sequence` counts from 1 what one sender says about it."""

    id: str
    type: str
    version: int
    occurred_at: datetime
    sender: str
    actor: dict[str, str]
    mission: str
    about: str
    sequence: int
    correlation: str
    causation: str | None = None
    traceparent: str | None = None
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def speaker(self) -> Actor:
        """The sending service, within the mission it speaks of."""
        return service(self.sender, self.mission)


@dataclass(frozen=True)
class Delivery:
    """What the bus hands over: bytes nobody has looked at yet."""

    raw: bytes
    exchange: str
    routing_key: str
    content_type: str | None = CONTENT_TYPE
    # Set by the bus itself when the message comes out of the queue of those given up.
    given_up: bool = False


class UnreadableMessage(Exception):
    """A delivery that no handler may see. With an envelope when at least its signature is true."""

    def __init__(self, reason: str, detail: str = "", envelope: Envelope | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.envelope = envelope


def _id() -> fields.String:
    return fields.String(required=True, validate=validate.Length(1, 80))


def _choice(*choices: str) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(choices))


class _Actor(Schema):
    kind = _id()
    id = _id()
    role = _id()


class _Envelope(Schema):
    id = fields.UUID(required=True)
    type = fields.String(required=True, validate=validate.Regexp(r"[a-z_.]{1,80}\Z"))
    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, 9999))
    occurred_at = fields.AwareDateTime(required=True, format="iso", default_timezone=UTC)
    sender = _id()
    actor = fields.Nested(_Actor, required=True, unknown=EXCLUDE)
    mission = fields.String(required=True, validate=validate.Regexp(r"[A-Z]{3}\Z"))
    about = fields.String(required=True, validate=validate.Regexp(r"[A-Z0-9-]{5,40}\Z"))
    sequence = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000_000))
    correlation = _id()
    causation = fields.UUID(required=True, allow_none=True)
    traceparent = fields.String(required=True, allow_none=True, validate=validate.Length(max=60))
    body = fields.Dict(keys=fields.String(), required=True)


class ApplicationForwarded1(Schema):
    """An application is handed to an authority with one question."""

    application = _id()
    transaction = _id()
    ask = _choice("confirm", "extract", "assess", "defer")
    authority = _choice("civil_registry", "conscription")
    person = _id()
    # The day it was handed in at the mission: what must be asked for in time is judged by it.
    filed_on = fields.String(validate=validate.Regexp(r"\d{4}-\d{2}-\d{2}\Z"))
    # Who asks, where the entry is a relative's.
    applicant = fields.String(validate=validate.Length(1, 80))
    options = fields.Dict(keys=fields.String(), required=True)


class FeeSettled1(Schema):
    """A fee owed to an authority is paid; amount in minor units of the currency key."""

    application = _id()
    transaction = _id()
    authority = _choice("civil_registry", "conscription")
    person = _id()
    payment = _id()
    amount = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    currency = _id()


class DecisionMade1(Schema):
    """An authority's answer; amount in minor units when it assessed one."""

    application = _id()
    transaction = _id()
    ask = _choice("confirm", "extract", "assess", "defer", "discharge")
    outcome = _choice("granted", "refused", "returned", "assessed")
    reason = fields.String(validate=validate.Length(max=80), allow_none=True)
    document = fields.String(validate=validate.Length(max=80), allow_none=True)
    # As printed on the document, by which a desk finds the application.
    document_number = fields.String(validate=validate.Length(max=80), allow_none=True)
    amount = fields.Integer(strict=True, validate=validate.Range(min=0), allow_none=True)
    currency = fields.String(validate=validate.Length(max=10), allow_none=True)


class LetterSent1(Schema):
    """A letter to a ministry is written; its content is fetched by code. `place` counts the application's letters."""

    application = _id()
    transaction = _id()
    letter = _id()
    authority = _id()
    ask = _id()
    place = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class LetterAnswered1(Schema):
    """A ministry answered a letter; what it says in full it deposited before, under the letter's code."""

    application = _id()
    letter = _id()
    authority = _id()
    finding = _id()


class DocumentRevoked1(Schema):
    """Two people of a mission revoked a document; why is kept with their proposal, which stands under its reference."""

    application = _id()
    document = _id()
    authority = _choice("civil_registry", "conscription")
    proposal = _id()


SCHEMAS: dict[tuple[str, int], type[Schema]] = {
    ("application.forwarded", 1): ApplicationForwarded1,
    ("fee.settled", 1): FeeSettled1,
    ("decision.made", 1): DecisionMade1,
    ("document.revoked", 1): DocumentRevoked1,
    ("letter.sent", 1): LetterSent1,
    ("letter.answered", 1): LetterAnswered1,
}
# What is written today; older versions above stay readable.
CURRENT = dict(sorted(SCHEMAS))
_SCHEMA = {key: schema(unknown=EXCLUDE) for key, schema in SCHEMAS.items()}
_ENVELOPE = _Envelope(unknown=EXCLUDE)


def checked_body(type: str, version: int, body: dict[str, Any]) -> dict[str, Any]:
    """The body as its schema reads it, unknown fields left out. Raises marshmallow's ValidationError, or KeyError."""
    loaded: dict[str, Any] = _SCHEMA[type, version].load(body)
    return loaded


def encode(envelope: Envelope, keys: Keys) -> bytes:
    """The bytes that travel, signed by their sender: the signature is set into the bytes it was made over."""
    content = {**vars(envelope), "occurred_at": envelope.occurred_at.astimezone(UTC).isoformat()}
    before = _canonical({name: value for name, value in content.items() if name < _SIGNATURE})[:-1]
    after = _canonical({name: value for name, value in content.items() if name > _SIGNATURE})[1:]
    signature = base64.b64encode(keys.sign_bytes(_PURPOSE + before + b"," + after))
    return before + b',"signature":"' + signature + b'",' + after


def decode(delivery: Delivery, keys: Keys) -> Envelope:
    """The envelope of a delivery, after every check that needs no database. Raises Unreadable, and nothing else."""
    content = _parse(delivery)
    signature = content.pop(_SIGNATURE, None)
    signed = _encode_again(content)
    envelope = _load_envelope(content)
    if envelope.sender != delivery.exchange:
        raise UnreadableMessage("forged", "sender is not the exchange's owner")
    _check_signature(keys, signed, signature, envelope.sender)
    _check_message(envelope)
    if delivery.given_up:
        raise UnreadableMessage("given_up", envelope=envelope)
    return envelope


def _canonical(content: dict[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def _parse(delivery: Delivery) -> dict[str, Any]:
    if delivery.content_type != CONTENT_TYPE:
        raise UnreadableMessage("content_type", str(delivery.content_type)[:80])
    if len(delivery.raw) > MAX_BYTES:
        raise UnreadableMessage("too_large", f"{len(delivery.raw)} bytes")
    try:
        content = json.loads(delivery.raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableMessage("undecodable", type(error).__name__) from error
    if not isinstance(content, dict):
        raise UnreadableMessage("undecodable", "not an object")
    return content


def _encode_again(content: dict[str, Any]) -> bytes:
    """What was signed. Lone surrogates and endless numbers parse, and fail only here."""
    try:
        return _canonical(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableMessage("undecodable", type(error).__name__) from error


def _load_envelope(content: dict[str, Any]) -> Envelope:
    try:
        loaded = _ENVELOPE.load(content)
    except ValidationError as error:
        raise UnreadableMessage("malformed_envelope", _fields(error)) from error
    loaded["id"] = str(loaded["id"])
    loaded["causation"] = str(loaded["causation"]) if loaded["causation"] else None
    return Envelope(**loaded)


def _check_signature(keys: Keys, signed: bytes, signature: object, sender: str) -> None:
    if not isinstance(signature, str):
        raise UnreadableMessage("unsigned")
    try:
        keys.verify_bytes(_PURPOSE + signed, base64.b64decode(signature, validate=True), sender)
    except (NotAllowed, binascii.Error, ValueError) as error:
        raise UnreadableMessage("forged") from error


def _check_message(envelope: Envelope) -> None:
    kind, version = envelope.type, envelope.version
    if envelope.occurred_at > datetime.now(UTC) + FURTHEST_AHEAD:
        raise UnreadableMessage("dated_ahead", envelope.occurred_at.isoformat(), envelope)
    if kind not in CURRENT:
        raise UnreadableMessage("unknown_type", kind[:80], envelope)
    if (kind, version) not in SCHEMAS:
        raise UnreadableMessage("unknown_version", str(version), envelope)
    try:
        check_access(envelope.speaker, f"message.{kind}")
        body = checked_body(kind, version, envelope.body)
    except NotAllowed as error:
        raise UnreadableMessage("sender_not_allowed", envelope.sender, envelope) from error
    except ValidationError as error:
        raise UnreadableMessage("malformed_body", _fields(error), envelope) from error
    envelope.body.clear()
    envelope.body.update(body)


def _fields(error: ValidationError) -> str:
    """Names of the faulty fields; never their values."""
    return ", ".join(sorted(str(name)[:40] for name in error.messages_dict))[:200]
