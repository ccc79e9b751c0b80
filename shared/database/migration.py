"""The few things every migration does alike: the common tables, the mission's wall, what a service may touch."""

from alembic import op
from sqlalchemy import text

from shared.database import audit
from shared.database.db import infrastructure
from shared.messaging import inbox, outbox


def _role() -> str:
    """Role and schema of a service bear the same name."""
    return str(op.get_bind().scalar(text("SELECT current_schema()")))


def grant(table: str, privileges: str = "SELECT, INSERT, UPDATE") -> None:
    """Lets the service's role use a table of its schema. The role owns nothing."""
    op.execute(f'GRANT {privileges} ON TABLE {table} TO "{_role()}"')


def scope_by_mission(table: str) -> None:
    """Shows and takes only rows of the mission the transaction entered; forced, so the owner is bound as well."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_mission ON {table} USING (mission = current_setting('mahjar.mission', true)) "
        f"WITH CHECK (mission = current_setting('mahjar.mission', true))"
    )


def append_only(table: str) -> None:
    """Refuses UPDATE, DELETE and TRUNCATE to everybody, the owner included."""
    op.execute(
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
    )


def ground() -> None:
    """Events, outbox, inbox and parked messages: called by each service's first migration."""
    infrastructure.create_all(op.get_bind())
    scope_by_mission(audit.event.name)
    append_only(audit.event.name)
    grant(audit.event.name, "SELECT, INSERT")
    for table in (*outbox.TABLES, *inbox.TABLES):
        grant(table.name, "SELECT, INSERT, UPDATE, DELETE")
