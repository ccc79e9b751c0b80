"""What revisions of every service have in common. Frozen as they are: a change here would rewrite history."""

from alembic import context, op
from sqlalchemy import MetaData, text

# The names that revisions leave to PostgreSQL's constraints. Models have their own copy, which may change.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def run_revisions() -> None:
    """Runs what a service's `migrations/env.py` is asked for, on the connection that the caller's configuration has."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        version_table_schema=attributes["service"],
        target_metadata=MetaData(naming_convention=NAMING),
    )
    context.run_migrations()


def grant(table: str, privileges: str = "SELECT, INSERT, UPDATE") -> None:
    """Lets the service's role use a table of its schema. The role owns nothing."""
    op.execute(f'GRANT {privileges} ON TABLE {table} TO "{_role()}"')


def _role() -> str:
    """Role and schema of a service bear the same name."""
    return str(op.get_bind().scalar(text("SELECT current_schema()")))


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
