"""Uploads leave the rows: their bytes lie in a store, rows say which blob is whose. Old bytes are moved by a job."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, scope_by_mission

revision = "0011"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    blobs()
    uses()
    papers()


def blobs() -> None:
    """A blob has a row before it is put into the store, so that none is ever without one."""
    op.create_table(
        "stored_blob",
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("reserved_at", INSTANT, nullable=False),
        sa.Column("deleting", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("mission", "address", name="pk_stored_blob"),
        sa.CheckConstraint("address ~ '^[0-9a-f]{64}$'", name="ck_stored_blob_address"),
    )
    scope_by_mission("stored_blob")
    grant("stored_blob", "SELECT, INSERT, UPDATE, DELETE")


def uses() -> None:
    """`owner` is an upload or a mandate. Small files share a blob: `start` and `size` say which part of it is meant."""
    op.create_table(
        "blob_use",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("owner", "role", "page", name="pk_blob_use"),
        sa.ForeignKeyConstraint(
            ["mission", "address"], ["stored_blob.mission", "stored_blob.address"], name="fk_blob_use_mission_address"
        ),
        sa.CheckConstraint("role IN ('original', 'served', 'thumbnail')", name="ck_blob_use_role"),
    )
    op.create_index("ix_blob_use_mission_address", "blob_use", ["mission", "address"])
    scope_by_mission("blob_use")
    grant("blob_use", "SELECT, INSERT, DELETE")


def papers() -> None:
    op.add_column("paper", sa.Column("state", sa.Text, nullable=False, server_default="readable"))
    op.add_column("paper", sa.Column("fault", sa.Text))
    op.add_column("paper", sa.Column("pages", sa.Integer, nullable=False, server_default="1"))
    op.add_column("paper", sa.Column("thumbnails", sa.Integer, nullable=False, server_default="0"))
    op.create_check_constraint("ck_paper_state", "paper", "state IN ('waiting', 'readable', 'refused')")
    op.create_check_constraint("ck_paper_fault", "paper", "(state = 'refused') = (fault IS NOT NULL)")
    op.execute("ALTER TABLE paper DROP CONSTRAINT ck_paper_ck_paper_removed")
    op.create_check_constraint("ck_paper_removed", "paper", "content IS NULL OR removed_at IS NULL")
    # Bytes that still have to be moved are found without reading the others.
    op.create_index("ix_paper_content", "paper", ["id"], postgresql_where=sa.text("content IS NOT NULL"))
    op.create_index("ix_paper_waiting", "paper", ["id"], postgresql_where=sa.text("state = 'waiting'"))
    op.execute("ALTER TABLE mandate DROP CONSTRAINT ck_mandate_ck_mandate_scan")
    op.create_check_constraint("ck_mandate_scan", "mandate", "(kind = 'granted') = (scan_type IS NULL)")
