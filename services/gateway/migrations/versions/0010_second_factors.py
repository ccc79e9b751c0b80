"""Second factors: authenticator apps, printed codes, passkeys; sign-ins that wait for one; links to a new password."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant

revision = "0010"
down_revision = "0009"

INSTANT = sa.DateTime(timezone=True)
KINDS = (
    "'release', 'merge', 'unfreeze', 'disable', 'enable', 'factors_reset', "
    "'staff_create', 'staff_role', 'staff_disable', 'staff_enable', 'staff_factors_reset'"
)
PURPOSES = "'sign_up', 'contact', 'counter', 'post', 'recovery', 'new_contact', 'phone'"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def upgrade() -> None:
    sessions()
    factors()
    passkeys()
    sign_ins()
    op.drop_constraint("ck_one_time_code_purpose", "one_time_code")
    op.create_check_constraint("purpose", "one_time_code", f"purpose IN ({PURPOSES})")
    op.drop_constraint("ck_account_decision_kind", "account_decision")
    op.create_check_constraint("kind", "account_decision", f"kind IN ({KINDS})")


def text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=key)


def instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=nullable)


def account(*, key: bool = False) -> sa.Column[str]:
    return sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), nullable=False, primary_key=key, index=not key)


def sessions() -> None:
    """Sessions that are open stay so, as opened by a password alone and long ago."""
    op.add_column("auth_session", sa.Column("strong", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("auth_session", sa.Column("proved_at", INSTANT, nullable=False, server_default="epoch"))


def factors() -> None:
    op.create_table(
        "authenticator",
        text("id", key=True),
        account(),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
        instant("created_at"),
        instant("confirmed_at", nullable=True),
    )
    grant("authenticator", ALL)
    op.create_table(
        "recovery_code",
        account(key=True),
        text("code_hash", key=True),
        instant("created_at"),
        instant("used_at", nullable=True),
    )
    grant("recovery_code", ALL)


def passkeys() -> None:
    op.create_table(
        "passkey",
        text("credential_id", key=True),
        account(),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        text("name"),
        instant("created_at"),
        instant("used_at", nullable=True),
    )
    grant("passkey", ALL)
    op.create_table(
        "passkey_challenge",
        text("browser_key", key=True),
        sa.Column("challenge", sa.LargeBinary, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False, index=True),
    )
    grant("passkey_challenge", ALL)


def sign_ins() -> None:
    op.create_table(
        "pending_sign_in",
        text("browser_key", key=True),
        account(),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("ends_at", INSTANT, nullable=False, index=True),
    )
    grant("pending_sign_in", ALL)
    op.create_table(
        "recovery_link",
        text("token_key", key=True),
        account(),
        instant("created_at"),
        sa.Column("ends_at", INSTANT, nullable=False, index=True),
        instant("used_at", nullable=True),
    )
    grant("recovery_link", ALL)
