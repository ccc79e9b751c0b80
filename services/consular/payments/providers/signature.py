"""Whether a notification was signed by the provider, as Stripe does: HMAC over time and raw bytes, for five minutes."""

import hashlib
import hmac
import re
from collections.abc import Sequence

from shared.errors import NotAllowed

HEADER = "Stripe-Signature"
WINDOW_SECONDS = 300
MAX_BYTES = 256 * 1024
# Signatures of other schemes than v1 may stand beside it, and are never read.
_FORM = re.compile(r"t=(\d{1,12})((?:,v\d=[0-9a-f]{64}){1,5})", re.ASCII)
_SIGNATURE = re.compile(r",v1=([0-9a-f]{64})", re.ASCII)


def sign(secret: str, at: int, raw: bytes) -> str:
    """The header a provider sends: seconds since 1970, and the SHA-256 HMAC of them and of the body as it travels."""
    return f"t={at},v1={_digest(secret, at, raw)}"


def check(secrets: Sequence[str], header: str, raw: bytes, at: int) -> None:
    """Raises NotAllowed (signature_wrong, signature_old). `at` is now, in seconds since 1970.

    Any of our secrets may fit any of the header's signatures, so that a secret can be exchanged without losing a
    notification.
    """
    match = _FORM.fullmatch(header)
    if match is None or not secrets:
        raise NotAllowed("signature_wrong")
    signed_at = int(match[1])
    signatures = _SIGNATURE.findall(match[2])
    # Every pair is compared in constant time, so that the duration does not reveal which one nearly fits.
    fits = [
        hmac.compare_digest(_digest(secret, signed_at, raw), signature)
        for secret in secrets
        for signature in signatures
    ]
    if not any(fits):
        raise NotAllowed("signature_wrong")
    if abs(at - signed_at) > WINDOW_SECONDS:
        raise NotAllowed("signature_old")


def _digest(secret: str, at: int, raw: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % at + raw, hashlib.sha256).hexdigest()
