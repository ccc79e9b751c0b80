"""One Ed25519 key pair per service: signs requests, statements of fact and messages."""

import secrets
import time
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from shared.errors import NotAllowed

ALGORITHM = "EdDSA"
CLOCK_TOLERANCE_SECONDS = 10


def create_keys(folder: Path, names: Iterable[str]) -> None:
    """Makes the missing key pairs; private halves are readable by their owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in names:
        private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
        if private.exists() and public.exists():
            continue
        key = Ed25519PrivateKey.generate()
        private.touch(mode=0o600)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


class Keys:
    """A service's own private key and everybody's public ones. Files are read once, at first use."""

    def __init__(self, folder: Path, me: str) -> None:
        self.folder = folder
        self.me = me
        self._public: dict[str, Ed25519PublicKey] = {}

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        key = load_pem_private_key((self.folder / f"{self.me}.pem").read_bytes(), password=None)
        assert isinstance(key, Ed25519PrivateKey)
        return key

    def public(self, name: str) -> Ed25519PublicKey:
        """A service's public key. Raises NotAllowed for a name without one."""
        if name not in self._public:
            path = self.folder / f"{name}.pub.pem"
            if not name.isidentifier() or not path.exists():
                raise NotAllowed("unknown_signer")
            key = load_pem_public_key(path.read_bytes())
            assert isinstance(key, Ed25519PublicKey)
            self._public[name] = key
        return self._public[name]

    def sign(self, kind: str, audience: str, seconds: int, claims: Mapping[str, Any]) -> str:
        """A token by us, for one audience and one kind of use, valid for so many seconds."""
        now = int(time.time())
        head = {"iss": self.me, "aud": audience, "iat": now, "exp": now + seconds, "jti": secrets.token_hex(8)}
        return jwt.encode({**claims, **head, "use": kind}, self._private, algorithm=ALGORITHM)

    def verify(self, token: str, kind: str, issuer: str, audience: str | None = None) -> dict[str, Any]:
        """The claims of a token. Raises NotAllowed if forged, expired, or made for another audience or use."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.public(issuer),
                algorithms=[ALGORITHM],
                audience=audience or self.me,
                issuer=issuer,
                leeway=CLOCK_TOLERANCE_SECONDS,
                options={"require": ["exp", "iss", "aud", "jti"]},
            )
        except jwt.InvalidTokenError as error:
            raise NotAllowed("token_not_valid") from error
        if claims.get("use") != kind:
            raise NotAllowed("token_not_valid")
        return claims

    def sign_bytes(self, content: bytes) -> bytes:
        """A detached signature without expiry, for envelopes that may be replayed days later."""
        return self._private.sign(content)

    def verify_bytes(self, content: bytes, signature: bytes, signer: str) -> None:
        """Raises NotAllowed unless `signer` signed exactly this content."""
        try:
            self.public(signer).verify(signature, content)
        except InvalidSignature as error:
            raise NotAllowed("signature_not_valid") from error
