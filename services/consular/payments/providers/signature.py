"""Whether a notification was signed by the provider: HMAC over the time and the raw bytes, good for five minutes."""

import hashlib
import hmac
import re
from collections.abc import Sequence

from shared.errors import NotAllowed

HEADER = "Provider-Signature"
WINDOW_SECONDS = 300
MAX_BYTES = 256 * 1024
_FORM = re.compile(r"t=(\d{1,12})((?:,v1=[0-9a-f]{64}){1,5})", re.ASCII)


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
    signatures = re.findall("[0-9a-f]{64}", match[2])
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


def api_token(secret: str) -> str:
    """The bearer token of the provider's interface, derived so that the notification secret itself never travels."""
    return hmac.new(secret.encode(), b"interface", hashlib.sha256).hexdigest()
