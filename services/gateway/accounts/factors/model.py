"""What is kept of second factors: nothing by which anybody but their owner could use them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.accounts.model import Base, new_id

__all__ = ["Authenticator", "Base", "Passkey", "PasskeyChallenge", "PendingSignIn", "RecoveryCode", "RecoveryLink"]


class Authenticator(Base):
    """An app that shows a code every thirty seconds. `last_step` is the last one used: no code is good twice."""

    __tablename__ = "authenticator"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A printed code, kept as a hash, good once."""

    __tablename__ = "recovery_code"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A key of a device. Only its public half is here."""

    __tablename__ = "passkey"

    credential_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """What the device of one browser has to sign, once and soon."""

    __tablename__ = "passkey_challenge"

    browser_key: Mapped[str] = mapped_column(primary_key=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class PendingSignIn(Base):
    """A browser that gave the right password and has to show a second factor."""

    __tablename__ = "pending_sign_in"

    browser_key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class RecoveryLink(Base):
    """A link to a new password, sent to a confirmed address. Only the hash of its token is kept.

    `wanted` is the page to go on with, empty for none and once the link is used.
    """

    __tablename__ = "recovery_link"

    token_key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    wanted: Mapped[str]
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class RecoveryRequest(Base):
    """Somebody asked for a link to a new password. What was typed may be an address, a number, or nobody's.

    `email` is as it is looked up, `number_key` a hash; one of them at most is not empty. `wanted` is the page
    to go on with, or empty.
    """

    __tablename__ = "recovery_request"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    number_key: Mapped[str]
    wanted: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
