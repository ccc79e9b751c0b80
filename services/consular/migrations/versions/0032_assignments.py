"""An application in review may be assigned to one officer; telephone numbers among the search keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"

KEY_KINDS = "'name', 'acting_name', 'reference', 'passport', 'booklet', 'phone'"


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
