"""Messages as they travel: samples of every version stay readable, and nothing forged or broken gets through."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.identity.access import ACCESS
from shared.identity.crypto import Keys
from shared.messaging.messages import (
    CURRENT,
    MAX_BYTES,
    SCHEMAS,
    SENDERS_BY_LISTENER,
    Delivery,
    Envelope,
    UnreadableMessage,
    decode,
    encode,
)
from tests.contract.message_samples import BODIES, envelope, sample_keys, sample_of, sender_of

REASONS = {
    *("content_type", "too_large", "undecodable", "malformed_envelope", "unsigned", "forged"),
    *("unknown_type", "unknown_version", "sender_not_allowed", "malformed_body", "given_up"),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Keys]:
    """Keys as samples were signed with."""
    folder = tmp_path_factory.mktemp("sample-keys")
    made = {name: sample_keys(folder, name) for name in SENDERS_BY_LISTENER}
    return made.__getitem__


@pytest.mark.parametrize(("kind", "version"), SCHEMAS)
def test_every_released_version_has_a_sample_that_is_still_read_and_written_alike(
    kind: str, version: int, keys: Callable[[str], Keys]
) -> None:
    raw = sample_of(kind, version).read_bytes().strip()
    sender = sender_of(kind)
    read = decode(Delivery(raw, sender, kind), keys("consular"))
    assert read == envelope(kind, version, BODIES[kind, version])
    assert encode(read, keys(sender)) == raw


def test_every_message_has_a_sender_in_the_access_table_who_is_heard() -> None:
    for kind in CURRENT:
        senders = ACCESS[f"message.{kind}"]
        assert senders
        assert set(senders) <= {sender for heard in SENDERS_BY_LISTENER.values() for sender in heard}


def wrong(keys: Keys, delivery: Delivery) -> UnreadableMessage:
    """Why a delivery is not read."""
    with pytest.raises(UnreadableMessage) as raised:
        decode(delivery, keys)
    return raised.value


def changed(keys: Keys, **fields: Any) -> bytes:
    """A truly signed envelope with other fields."""
    return encode(replace(envelope("decision.made", 1, BODIES["decision.made", 1]), **fields), keys)


def test_each_kind_of_wrong_message_has_its_reason(keys: Callable[[str], Keys]) -> None:
    mine = keys("civil_registry")
    good = json.loads(changed(mine))
    body = BODIES["decision.made", 1]

    def reason(raw: bytes, exchange: str = "civil_registry", **options: Any) -> str:
        return wrong(mine, Delivery(raw, exchange, "decision.made", **options)).reason

    def edited(**fields: Any) -> bytes:
        return json.dumps({**good, **fields}).encode()

    assert reason(b"{") == reason(b"[]") == reason(b"\xff") == reason(b"[" * 50_000) == "undecodable"
    assert (
        reason(b'{"a": NaN}') == reason(b'{"a": "\\ud800"}') == reason(b'{"a": ' + b"9" * 5000 + b"}") == "undecodable"
    )
    assert reason(changed(mine), content_type="application/x-python-serialize") == "content_type"
    assert reason(b" " * (MAX_BYTES + 1)) == "too_large"
    assert reason(b"{}") == reason(edited(sequence=0)) == reason(edited(id="7")) == "malformed_envelope"
    assert reason(edited(mission="ruh")) == reason(edited(type="A b")) == "malformed_envelope"
    unsigned = {name: value for name, value in good.items() if name != "signature"}
    assert reason(json.dumps(unsigned).encode()) == "unsigned"
    assert (
        reason(edited(mission="BER")) == reason(edited(signature="AAAA")) == reason(edited(signature="é")) == "forged"
    )
    assert reason(edited(body={**body, "outcome": "refused"})) == "forged"
    # What one service signed does not count on another's exchange, nor under another's name.
    assert reason(changed(mine), exchange="consular") == "forged"
    assert reason(changed(mine, sender="conscription")) == "forged"
    assert reason(changed(mine, type="entry.recorded")) == "unknown_type"
    assert reason(changed(mine, version=2)) == "unknown_version"
    assert reason(changed(mine, type="fee.settled")) == "sender_not_allowed"
    assert reason(changed(mine, body={**body, "outcome": "perhaps"})) == "malformed_body"
    assert reason(changed(mine), given_up=True) == "given_up"


def test_only_a_truly_signed_message_keeps_its_place_in_the_order(keys: Callable[[str], Keys]) -> None:
    mine = keys("civil_registry")
    signed = wrong(mine, Delivery(changed(mine, version=2), "civil_registry", "decision.made"))
    assert isinstance(signed.envelope, Envelope)
    forged = wrong(mine, Delivery(changed(keys("conscription")), "civil_registry", "decision.made"))
    assert forged.envelope is None


def test_fields_nobody_knows_yet_are_left_out(keys: Callable[[str], Keys]) -> None:
    mine = keys("civil_registry")
    body = {**BODIES["decision.made", 1], "later": "unknown"}
    read = decode(Delivery(changed(mine, body=body), "civil_registry", "decision.made"), mine)
    assert "later" not in read.body


def mutations(raw: bytes) -> st.SearchStrategy[bytes]:
    """Truncated, spliced, flipped, repeated, or nothing like a message at all."""
    place = st.integers(0, len(raw) - 1)
    cut = place.map(lambda at: raw[:at])
    flip = st.tuples(place, st.integers(1, 255)).map(
        lambda x: raw[: x[0]] + bytes([raw[x[0]] ^ x[1]]) + raw[x[0] + 1 :]
    )
    splice = st.tuples(place, st.binary(max_size=20)).map(lambda x: raw[: x[0]] + x[1] + raw[x[0] :])
    json_value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    )
    fields = st.tuples(st.sampled_from(sorted(json.loads(raw))), json_value)
    typed = fields.map(lambda x: json.dumps({**json.loads(raw), x[0]: x[1]}).encode())
    return st.one_of(
        cut, flip, splice, typed, st.binary(max_size=200), json_value.map(lambda x: json.dumps(x).encode())
    )


SAMPLE = sample_of("decision.made", 1).read_bytes().strip()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutations(SAMPLE))
def test_no_mutation_of_a_message_gets_through_or_crashes(keys: Callable[[str], Keys], raw: bytes) -> None:
    try:
        read = decode(Delivery(raw, "civil_registry", "decision.made"), keys("consular"))
    except UnreadableMessage as unreadable:
        assert unreadable.reason in REASONS
        assert unreadable.envelope is None
    else:
        # Another spelling of the very same content, such as a space between two fields.
        assert read == envelope("decision.made", 1, BODIES["decision.made", 1])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.text(max_size=8), max_size=4))
def test_a_signed_body_of_any_shape_is_read_or_has_a_reason(keys: Callable[[str], Keys], extra: dict[str, str]) -> None:
    mine = keys("civil_registry")
    content = {**BODIES["decision.made", 1], **extra}
    try:
        raw = changed(mine, body=content)
    except UnicodeEncodeError:
        return
    read = decode(Delivery(raw, "civil_registry", "decision.made"), mine)
    assert set(read.body) <= set(BODIES["decision.made", 1])


def test_a_signature_made_for_something_else_does_not_fit(keys: Callable[[str], Keys], tmp_path: Path) -> None:
    mine = keys("civil_registry")
    content = json.loads(changed(mine))
    del content["signature"]
    bare = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    content["signature"] = base64.b64encode(mine.sign_bytes(bare)).decode()
    assert wrong(mine, Delivery(json.dumps(content).encode(), "civil_registry", "decision.made")).reason == "forged"


ENVELOPE_FIELDS = (
    *("id", "type", "version", "occurred_at", "sender", "actor", "mission", "about", "sequence", "correlation"),
    *("causation", "traceparent", "body"),
)
REQUIRED = {
    ("application.forwarded", 1): "application transaction ask authority person options",
    ("fee.settled", 1): "application transaction authority person payment amount currency",
    ("decision.made", 1): "application transaction ask outcome",
    ("document.revoked", 1): "application authority document proposal",
    ("letter.sent", 1): "application transaction letter authority ask place",
    ("letter.answered", 1): "application letter authority finding",
}


@pytest.mark.parametrize("field", ENVELOPE_FIELDS)
def test_an_envelope_without_one_of_its_fields_is_named_and_not_read(keys: Callable[[str], Keys], field: str) -> None:
    mine = keys("civil_registry")
    whole = json.loads(changed(mine))
    assert set(whole) == {*ENVELOPE_FIELDS, "signature"}
    raw = json.dumps({name: value for name, value in whole.items() if name != field}).encode()
    refused = wrong(mine, Delivery(raw, "civil_registry", "decision.made"))
    assert (refused.reason, refused.detail, refused.envelope) == ("malformed_envelope", field, None)


@pytest.mark.parametrize("part", ["kind", "id", "role"])
def test_an_actor_without_one_of_its_parts_is_not_read(keys: Callable[[str], Keys], part: str) -> None:
    mine = keys("civil_registry")
    whole = json.loads(changed(mine))
    actor = {name: value for name, value in whole["actor"].items() if name != part}
    refused = wrong(mine, Delivery(json.dumps({**whole, "actor": actor}).encode(), "civil_registry", "decision.made"))
    assert (refused.reason, refused.detail) == ("malformed_envelope", "actor")


@pytest.mark.parametrize(
    ("kind", "version", "field"), [(*key, field) for key, fields in REQUIRED.items() for field in fields.split()]
)
def test_a_body_without_one_of_its_fields_is_named_and_not_read(
    keys: Callable[[str], Keys], kind: str, version: int, field: str
) -> None:
    mine = keys(sender_of(kind))
    body = {name: value for name, value in BODIES[kind, version].items() if name != field}
    raw = encode(envelope(kind, version, body), mine)
    refused = wrong(mine, Delivery(raw, sender_of(kind), kind))
    assert (refused.reason, refused.detail) == ("malformed_body", field)


def test_every_version_says_here_what_it_cannot_lack() -> None:
    assert set(REQUIRED) == set(SCHEMAS)
    for key, fields in REQUIRED.items():
        assert {name for name, field in SCHEMAS[key]().fields.items() if field.required} == set(fields.split())


def test_whatever_is_read_was_written(keys: Callable[[str], Keys]) -> None:
    mine = keys("civil_registry")
    told = {"sequence": 7, "mission": "BER", "correlation": "c-7", "traceparent": "00-1-2-03"}
    told |= {"causation": "0b7c8a52-6a55-4b44-9a2b-0d3b6a1f2c12", "about": "BER-7K3MQ-9XFPA-D"}
    read = decode(Delivery(changed(mine, **told), "civil_registry", "decision.made"), mine)
    assert {name: getattr(read, name) for name in told} == told
