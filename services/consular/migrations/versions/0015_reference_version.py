"""One version of all reference data, so that a process may keep it: every edit gives it a new value in its commit."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant

revision = "0015"
down_revision = "0014"

TABLES = (
    *("mission", "office", "opening", "closure", "turn_rule"),
    *("holiday_rule", "host_calendar", "photo_rule", "promise_rule"),
    *("tariff", "rate", "standing", "passport_term"),
)
# A random value, not the next number: a database restored from a backup, and edited otherwise, must not repeat one.
NEW_VERSION = """
    CREATE FUNCTION reference_data_changed() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        -- An administrator who repairs a row has another search path.
        EXECUTE format('UPDATE %I.reference_version SET version = gen_random_uuid()', TG_TABLE_SCHEMA);
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "reference_version",
        sa.Column("id", sa.SmallInteger, nullable=False),
        sa.Column("version", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reference_version"),
        sa.CheckConstraint("id = 1", name="ck_reference_version_single"),
    )
    op.execute("INSERT INTO reference_version VALUES (1, gen_random_uuid())")
    grant("reference_version", "SELECT, UPDATE")
    op.execute(NEW_VERSION)
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER new_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION reference_data_changed()"
        )
        # Also where triggers sleep, as in a copy or a repair.
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER new_version")
