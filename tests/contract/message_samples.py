"""Samples of every released version of every message, as it once travelled.

`python -m tests.contract.message_samples` adds the missing ones and never rewrites one that exists.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from shared.identity.access import ACCESS
from shared.identity.crypto import Keys
from shared.messaging.messages import SCHEMAS, SENDERS_BY_LISTENER, Envelope, encode

FOLDER = Path(__file__).parent / "samples"
BODIES: dict[tuple[str, int], dict[str, Any]] = {
    ("application.forwarded", 1): {
        "application": "RUH-7K3MQ-9XFPA-D",
        "transaction": "individual-extract",
        "ask": "extract",
        "authority": "civil_registry",
        "person": "0b7c8a52-6a55-4b44-9a2b-0d3b6a1f2c11",
        "options": {"language": "ar", "copies": 2},
    },
    ("fee.settled", 1): {
        "application": "RUH-7K3MQ-9XFPA-D",
        "transaction": "cash-allowance",
        "authority": "conscription",
        "person": "0b7c8a52-6a55-4b44-9a2b-0d3b6a1f2c11",
        "payment": "RUH-P2K4M-7QX3A-B",
        "amount": 800000,
        "currency": "USD",
    },
    ("decision.made", 1): {
        "application": "RUH-7K3MQ-9XFPA-D",
        "transaction": "individual-extract",
        "ask": "extract",
        "outcome": "granted",
        "reason": None,
        "document": "RUH-R7K3M-Q9XFP-AB",
        "amount": None,
        "currency": None,
    },
    ("document.revoked", 1): {
        "application": "RUH-7K3MQ-9XFPA-D",
        "document": "RUH-R7K3M-Q9XFP-AB",
        "authority": "civil_registry",
        "proposal": "RUH-D7K3M-Q9XFP-A",
    },
    ("letter.sent", 1): {
        "application": "RUH-7K3MQ-9XFPA-D",
        "transaction": "criminal-record",
        "letter": "RUH-C7K3M-Q9XFP-AB",
        "authority": "criminal_security",
        "ask": "record",
        "place": 1,
    },
    ("letter.answered", 1): {
        "application": "RUH-7K3MQ-9XFPA-D",
        "letter": "RUH-C7K3M-Q9XFP-AB",
        "authority": "criminal_security",
        "finding": "clear",
    },
}


def sample_keys(folder: Path, me: str) -> Keys:
    """Keys made from names, so that a sample's signature can be made and checked again anywhere."""
    for name in SENDERS_BY_LISTENER:
        key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"sample {name}".encode()).digest())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(private)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pub.pem").write_bytes(public)
    return Keys(folder, me)


def sample_of(kind: str, version: int) -> Path:
    """Where the sample of a message lies."""
    return FOLDER / f"{kind}.{version}.json"


def sender_of(kind: str) -> str:
    """Who may say it, by the access table."""
    return next(iter(ACCESS[f"message.{kind}"]))


def envelope(kind: str, version: int, body: dict[str, Any], **other: Any) -> Envelope:
    """An envelope as samples have it."""
    fields: dict[str, Any] = {
        "id": "5b2a3f0e-8d7c-4c1e-9a51-6f2d1b0c9e77",
        "type": kind,
        "version": version,
        "occurred_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        "sender": sender_of(kind),
        "actor": {"kind": "officer", "id": "account-17", "role": "officer"},
        "mission": "RUH",
        "about": "RUH-7K3MQ-9XFPA-D",
        "sequence": 1,
        "correlation": "3f9c2d7a51e04b68",
        "causation": "1d0e6b9c-37a4-4f52-8e0b-2a9b8c7d6e5f",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "body": body,
    }
    return Envelope(**{**fields, **other})


def main(folder: Path) -> None:
    """Writes the samples that are missing."""
    for kind, version in SCHEMAS:
        path = sample_of(kind, version)
        if not path.exists():
            keys = sample_keys(folder, sender_of(kind))
            path.write_bytes(encode(envelope(kind, version, BODIES[kind, version]), keys) + b"\n")


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as made:
        main(Path(made))
