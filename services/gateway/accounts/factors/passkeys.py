"""Passkeys (WebAuthn): a device signs a challenge that we gave its browser, once and soon."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cryptography.exceptions import InvalidSignature
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.gateway.accounts.factors.model import Passkey, PasskeyChallenge
from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import Account
from shared.database import db
from shared.errors import Invalid
from shared.values.person import strip_controls

LASTS = timedelta(minutes=5)
LONGEST_NAME, LONGEST_CREDENTIAL, MOST = 40, 8192, 10
# What a forged or cut answer raises.
BROKEN = (WebAuthnException, InvalidSignature, ValueError, KeyError, TypeError, RecursionError)
# Base64url of at most 1,023 bytes.
_CREDENTIAL = re.compile(r"[A-Za-z0-9_-]{1,1364}")


@dataclass(frozen=True)
class Site:
    """The name for which passkeys are good, the origins from which they come, and what people call it."""

    host: str
    origins: tuple[str, ...]
    name: str


def creation_options(session: Session, secret: str, browser: str, account: Account, site: Site) -> str:
    """What the browser needs to make a passkey, as JSON."""
    known = session.scalars(select(Passkey.credential_id).where(Passkey.account_id == account.id))
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_name=account.email,
        user_id=keyed_hash(secret, "passkey_user", account.id).encode()[:32],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    _remember(session, secret, browser, options.challenge)
    return options_to_json(options)


def add(session: Session, secret: str, browser: str, account: Account, site: Site, answer: str, name: str) -> None:
    """Keeps the passkey that the browser made. Raises Invalid on `credential` or `name`."""
    challenge = _take(session, secret, browser)
    label = strip_controls(name)
    if not label or len(label) > LONGEST_NAME:
        raise Invalid("required" if not label else "too_long", field="name", longest=LONGEST_NAME)
    if challenge is None or len(answer) > LONGEST_CREDENTIAL or len(of_account(session, account.id)) >= MOST:
        raise Invalid("passkey_wrong", field="credential")
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except BROKEN as error:
        raise Invalid("passkey_wrong", field="credential") from error
    row = {
        "credential_id": bytes_to_base64url(made.credential_id),
        "account_id": account.id,
        "public_key": made.credential_public_key,
        "sign_count": made.sign_count,
        "name": label,
        "created_at": db.now(session),
    }
    added = session.execute(insert(Passkey).values(**row).on_conflict_do_nothing().returning(Passkey.account_id))
    if added.scalar() is None:
        raise Invalid("passkey_wrong", field="credential")


def request_options(session: Session, secret: str, browser: str, site: Site) -> str:
    """What the browser needs to sign in, as JSON. It says nothing of any account."""
    options = generate_authentication_options(rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED)
    _remember(session, secret, browser, options.challenge)
    return options_to_json(options)


def use(session: Session, secret: str, browser: str, site: Site, answer: str) -> Account | None:
    """The account whose device signed this browser's challenge. The challenge is used up; the caller commits."""
    challenge = _take(session, secret, browser)
    passkey = session.get(Passkey, _credential_id(answer), with_for_update=True, populate_existing=True)
    account = session.get(Account, passkey.account_id) if passkey else None
    if challenge is None or passkey is None or account is None or account.disabled_at is not None:
        return None
    try:
        used = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except BROKEN:
        return None
    passkey.sign_count, passkey.used_at = used.new_sign_count, db.now(session)
    return account


def of_account(session: Session, account_id: str) -> Sequence[Passkey]:
    """The passkeys of an account, oldest first."""
    return session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.created_at)).all()


def remove(session: Session, account_id: str, credential_id: str | None = None) -> None:
    """One passkey of the account, or all of them, open nothing any more."""
    which = [Passkey.account_id == account_id]
    if credential_id is not None:
        which.append(Passkey.credential_id == credential_id)
    session.execute(delete(Passkey).where(*which))


def _credential_id(answer: str) -> str:
    try:
        named = str(json.loads(answer[:LONGEST_CREDENTIAL])["id"])
    except BROKEN:
        return ""
    return named if _CREDENTIAL.fullmatch(named) else ""


def _remember(session: Session, secret: str, browser: str, challenge: bytes) -> None:
    values = {"challenge": challenge, "ends_at": db.now(session) + LASTS}
    fresh = insert(PasskeyChallenge).values(browser_key=_key(secret, browser), **values)
    session.execute(fresh.on_conflict_do_update(index_elements=["browser_key"], set_=values))


def _take(session: Session, secret: str, browser: str) -> bytes | None:
    """The challenge of this browser, which is gone from now on."""
    statement = delete(PasskeyChallenge).where(PasskeyChallenge.browser_key == _key(secret, browser))
    row = session.execute(statement.returning(PasskeyChallenge.challenge, PasskeyChallenge.ends_at)).first()
    return bytes(row.challenge) if row and row.ends_at > db.now(session) else None


def _key(secret: str, browser: str) -> str:
    return keyed_hash(secret, "passkey_challenge", browser)
