"""Applications assigned to one officer; telephone numbers among the search keys; cash advanced for a safe."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"

KEY_KINDS = "'name', 'acting_name', 'reference', 'passport', 'booklet', 'phone'"
KINDS = (
    "'payment', 'suspense', 'refund_due', 'reversal', 'refund_paid', 'bank_matched', "
    "'till_float', 'till_variance', 'till_closed', 'deposit', 'safe_advance'"
)


def upgrade() -> None:
    op.add_column("application", sa.Column("assigned_to", sa.Text))
    op.add_column("application", sa.Column("assigned_name", postgresql.JSONB))
    op.add_column("application", sa.Column("assigned_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        "ck_application_assigned", "application", "(assigned_to IS NULL) = (assigned_at IS NULL)"
    )
    op.create_index(
        "ix_application_assigned",
        "application",
        ["mission", "assigned_to"],
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
    )
    in_force = sa.text("document IS NOT NULL")
    op.create_index("ix_application_document", "application", ["document"], postgresql_where=in_force)
    phones()
    advances()


def phones() -> None:
    """Each stored telephone number by its ends of four digits and more, as those of new applications are."""
    op.drop_constraint("ck_search_key_kind", "search_key", type_="check")
    op.create_check_constraint("ck_search_key_kind", "search_key", f"kind IN ({KEY_KINDS})")
    for table in ("search_key", "application"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        INSERT INTO search_key (mission, application, kind, key)
        SELECT DISTINCT mission, reference, 'phone', substr(digits, start)
        FROM application
        CROSS JOIN LATERAL (
            SELECT regexp_replace(answers ->> name, '[^0-9]', '', 'g') AS digits
            FROM unnest(ARRAY['mobile', 'saudi_mobile', 'emergency_phone']) AS asked (name)
        ) AS typed
        CROSS JOIN LATERAL generate_series(1, length(digits) - 3) AS start
        WHERE submitted_at IS NOT NULL AND length(digits) >= 4
        ON CONFLICT DO NOTHING
        """
    )
    for table in ("search_key", "application"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def advances() -> None:
    """Cash that a mission is given for its safe before it has taken any: an entry of a kind of its own."""
    op.drop_constraint("ck_entry_kind", "entry", type_="check")
    op.create_check_constraint("ck_entry_kind", "entry", f"kind IN ({KINDS})")
