"""E-mail addresses in the one spelling of their mailbox: the domain in its ASCII form.

Where two accounts were opened for one mailbox, the older one gets the address. The other stays as it was typed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    connection = op.get_bind()
    accounts = connection.execute(sa.text("SELECT id, email FROM account ORDER BY created_at, id")).all()
    taken = {row.email for row in accounts}
    for row in accounts:
        folded = ascii_domain(row.email)
        if folded not in taken:
            connection.execute(
                sa.text("UPDATE account SET email = :email WHERE id = :id"), {"email": folded, "id": row.id}
            )
            taken.add(folded)
    for email in connection.scalars(sa.text("SELECT DISTINCT email FROM invitation")).all():
        if ascii_domain(email) != email:
            connection.execute(
                sa.text("UPDATE invitation SET email = :new WHERE email = :old"),
                {"new": ascii_domain(email), "old": email},
            )


def ascii_domain(email: str) -> str:
    """The address with its domain in ASCII (IDNA), or as it is where that cannot be."""
    local_part, _, domain = email.rpartition("@")
    try:
        return f"{local_part}@{domain.encode('idna').decode('ascii')}".lower()
    except UnicodeError:
        return email
