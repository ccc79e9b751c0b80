"""Requests that wait for a registrar, because the register contradicts itself; each says in what."""

from alembic import op
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("request", Column("state", Text, nullable=False, server_default="answered"))
    op.add_column("request", Column("findings", JSONB, nullable=False, server_default="[]"))
    op.create_check_constraint("ck_request_state", "request", "state IN ('answered', 'mismatch')")
    op.create_check_constraint("ck_request_findings", "request", "(state = 'mismatch') = (findings <> '[]'::jsonb)")
    op.create_index("ix_request_mismatch", "request", ["answered_at"], postgresql_where="state = 'mismatch'")
