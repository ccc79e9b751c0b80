"""What the gateway keeps of people: their accounts, their open sessions and how often somebody tried."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from shared.database import db

# Looked up where there is no such account, so that the answer takes as long.
NO_ACCOUNT = ""


def new_id() -> str:
    """An identifier nobody can guess or count."""
    return str(uuid4())


class Base(DeclarativeBase):
    """Rows of the gateway's schema."""

    metadata = db.metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class Account(Base):
    """Somebody who can sign in. `home_mission` is where their files go; an account itself belongs to no mission.

    `person` is proven, and `assurance` says how; `declared_person` is what its owner says. `claim` is what they show at
    the counter. A frozen account reads and changes nothing of its person. `has_old_drafts`: begun before the proof.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_folded"),
        CheckConstraint("(person IS NULL) = (assurance IS NULL)", name="assured_person"),
        CheckConstraint("NOT news_by_sms OR phone_confirmed_at IS NOT NULL", name="sms_confirmed"),
        UniqueConstraint("claim"),
    )

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
    email_confirmed_at: Mapped[datetime | None]
    declared_person: Mapped[str | None] = mapped_column(index=True)
    declared_number_key: Mapped[str | None]
    claim: Mapped[str | None]
    assurance: Mapped[str | None]
    assured_at: Mapped[datetime | None]
    assured_by: Mapped[str | None]
    frozen_at: Mapped[datetime | None]
    frozen_reason: Mapped[str | None]
    has_old_drafts: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[str | None]
    phone_confirmed_at: Mapped[datetime | None]
    news_by_mail: Mapped[bool] = mapped_column(default=True)
    news_by_sms: Mapped[bool] = mapped_column(default=False)


class AuthSession(Base):
    """One browser that is signed in. The id in the cookie is kept as a hash, so a stolen table opens nothing.

    `strong`: a second factor or a passkey was shown; `proved_at`: when its owner last proved to be there.
    """

    __tablename__ = "auth_session"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    token_key: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    idle_ends_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    strong: Mapped[bool] = mapped_column(default=False)
    proved_at: Mapped[datetime]
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


class UsedChallenge(Base):
    """A solved challenge that was used: the hash of its nonce, and that of the key of the form it paid for."""

    __tablename__ = "used_challenge"

    key: Mapped[str] = mapped_column(primary_key=True)
    form_key: Mapped[str]
    ends_at: Mapped[datetime] = mapped_column(index=True)


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


class IssuedCode(Base):
    """A code for one subject (an account or sign-up) and one purpose. A new one replaces the one before."""

    __tablename__ = "one_time_code"

    subject: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    code_hash: Mapped[str]
    issued_by: Mapped[str]
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class SignUp(Base):
    """An account that is not opened yet: its address has to be confirmed first. `id` is a browser's, as a hash."""

    __tablename__ = "sign_up"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_folded"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str]
    password_hash: Mapped[str]
    home_mission: Mapped[str]
    language: Mapped[str]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Contest(Base):
    """Doubt about whose a person of the register is: reported, raised by a second proof, or by an officer."""

    __tablename__ = "contest"

    reference: Mapped[str] = mapped_column(primary_key=True)
    home_mission: Mapped[str]
    person: Mapped[str] = mapped_column(index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    cause: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class AccountDecision(Base):
    """What two people of a mission sign about an account, with the reason."""

    __tablename__ = "account_decision"
    __table_args__ = (CheckConstraint("approver <> proposer", name="two_people"),)

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    kind: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    other_account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str]
    state: Mapped[str]
    proposer: Mapped[str]
    proposed_at: Mapped[datetime]
    approver: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]


class Vouching(Base):
    """Somebody confirmed at a counter vouched for the person of an account."""

    __tablename__ = "vouching"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    voucher_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    relation: Mapped[str]


class CodeLetter(Base):
    """A code that the mission sends by post, to the address it has of the person itself."""

    __tablename__ = "code_letter"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    requested_at: Mapped[datetime]
    printed_at: Mapped[datetime | None]
    printed_by: Mapped[str | None]


class Mail(Base):
    """An e-mail or text message on its way. Its parameters are sealed, and gone once it is sent.

    `once`: what is told of, so that it is told once; `owner` settles what came back.
    """

    __tablename__ = "mail"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[str | None]
    home_mission: Mapped[str]
    address: Mapped[str]
    event: Mapped[str]
    language: Mapped[str]
    sealed: Mapped[str | None]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None]
    owner: Mapped[str | None]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(default="mail")
    once: Mapped[str | None] = mapped_column(unique=True)
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


class KeptForm(Base):
    """What somebody typed into a form that was not accepted. Its keys are hashes, its content is encrypted."""

    __tablename__ = "kept_form"

    owner_key: Mapped[str] = mapped_column(primary_key=True)
    action_key: Mapped[str] = mapped_column(primary_key=True)
    page_key: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class UploadPart(Base):
    """A part of a file that is still on its way, from its first byte's place. Encrypted; the keys are hashes."""

    __tablename__ = "upload_part"

    owner_key: Mapped[str] = mapped_column(primary_key=True)
    file_key: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    ends_at: Mapped[datetime] = mapped_column(index=True)
