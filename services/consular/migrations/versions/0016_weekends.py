"""Weekends of host countries as dated rows, as a country may move its own."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "weekend",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("days", sa.ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("half_days", sa.ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "certainty", "approver")),
        sa.PrimaryKeyConstraint("id", name="pk_weekend"),
        sa.CheckConstraint("days <@ '{0,1,2,3,4,5,6}' AND half_days <@ '{0,1,2,3,4,5,6}'", name="ck_weekend_days"),
        sa.CheckConstraint("valid_to > valid_from", name="ck_weekend_dates"),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name="ck_weekend_certainty"),
    )
    op.create_index("ix_weekend_country", "weekend", ["country"])
    grant("weekend")
    op.execute(
        "CREATE TRIGGER new_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON weekend "
        "FOR EACH STATEMENT EXECUTE FUNCTION reference_data_changed()"
    )
    op.execute("ALTER TABLE weekend ENABLE ALWAYS TRIGGER new_version")
    op.drop_column("mission", "weekend")
    op.drop_column("mission", "half_days")
