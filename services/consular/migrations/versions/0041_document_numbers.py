"""The numbers printed on documents of the registers, by which a desk finds the application.

Answers that came before bring no number: only the registers have those, so they stay empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("asking", sa.Column("document_number", sa.Text))
    # The mission leads, as the wall between missions is a condition of every query.
    op.create_index("ix_asking_document_number", "asking", ["mission", "document_number"])
    op.create_index("ix_asking_document", "asking", ["mission", "document"])
