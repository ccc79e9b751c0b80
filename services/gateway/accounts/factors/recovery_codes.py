"""Ten printed codes, each good once, for whoever has lost the telephone."""

import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.gateway.accounts.factors.model import RecoveryCode
from services.gateway.accounts.keyed import keyed_hash
from shared.database import db
from shared.database.rows import change_row
from shared.values.references import ALPHABET
from shared.values.references import code as code_in

COUNT, GROUP, GROUPS = 10, 4, 3
LONGEST = 300


def issue(session: Session, secret: str, account_id: str) -> list[str]:
    """Ten new codes, which are kept as hashes alone. Those of before stop working."""
    remove(session, account_id)
    made = ["".join(secrets.choice(ALPHABET) for _ in range(GROUP * GROUPS)) for _ in range(COUNT)]
    now = db.now(session)
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=_hash(secret, account_id, code), created_at=now) for code in made
    )
    session.flush()
    return ["-".join(code[start : start + GROUP] for start in range(0, GROUP * GROUPS, GROUP)) for code in made]


def use(session: Session, secret: str, account_id: str, typed: str) -> bool:
    """Whether this is a code of the account that nobody has used. Of two who send it at once one succeeds."""
    code_hash = _hash(secret, account_id, code_in(typed[:LONGEST], (GROUP,) * GROUPS))
    unused = (
        RecoveryCode.account_id == account_id,
        RecoveryCode.code_hash == code_hash,
        RecoveryCode.used_at.is_(None),
    )
    return change_row(session, RecoveryCode, *unused, used_at=db.now(session)) is not None


def left(session: Session, account_id: str) -> int:
    """How many are not used."""
    unused = RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def remove(session: Session, account_id: str) -> None:
    """No code of the account works any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def _hash(secret: str, account_id: str, code: str) -> str:
    return keyed_hash(secret, f"recovery {account_id}", code)
