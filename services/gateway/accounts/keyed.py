"""Turns what we must recognise but not keep (session ids, addresses, national numbers) into keyed hashes."""

import hmac
from hashlib import sha256


def keyed_hash(secret: str, purpose: str, text: str) -> str:
    """The same text gives the same hash for one purpose only, and nothing without the secret (hex)."""
    return hmac.new(bytes.fromhex(secret), f"{purpose}:{text}".encode(), sha256).hexdigest()
