"""What the gateway keeps of people: their accounts, their open sessions and how often somebody tried."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, LargeBinary, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from shared.database import db


def new_id() -> str:
    """An identifier nobody can guess or count."""
    return str(uuid4())


class Base(DeclarativeBase):
    """Rows of the gateway's schema."""

    metadata = db.metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class Account(Base):
    """Somebody who can sign in. `home_mission` is where their files go; an account itself belongs to no mission."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_folded"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default="expatriate")
    home_mission: Mapped[str]
    language: Mapped[str] = mapped_column(default="ar")
    person: Mapped[str | None] = mapped_column(unique=True)
    number_key: Mapped[str | None] = mapped_column(unique=True)
    name_ar: Mapped[str] = mapped_column(default="")
    name_latin: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    disabled_at: Mapped[datetime | None]


class AuthSession(Base):
    """One browser that is signed in. The id in the cookie is kept as a hash, so a stolen table opens nothing."""

    __tablename__ = "auth_session"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    token_key: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    idle_ends_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class AccountDevice(Base):
    """A browser from which an account was opened. The token in its cookie is kept as a hash."""

    __tablename__ = "account_device"

    token_key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"), index=True)


class Attempt(Base):
    """How often one subject (an account, an address prefix) tried one thing since `since`."""

    __tablename__ = "attempt"

    key: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]


class Invitation(Base):
    """A one-time link to a staff account. Only the hash of its token is kept."""

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_folded"),)

    token_key: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(index=True)
    role: Mapped[str]
    home_mission: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class KeptForm(Base):
    """What somebody typed into a form that was not accepted. Its keys are hashes, its content is encrypted."""

    __tablename__ = "kept_form"

    owner_key: Mapped[str] = mapped_column(primary_key=True)
    action_key: Mapped[str] = mapped_column(primary_key=True)
    page_key: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    ends_at: Mapped[datetime] = mapped_column(index=True)
