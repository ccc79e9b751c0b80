"""Brings a service's schema to its pinned head, as the owner of the tables and never as the service itself."""

from pathlib import Path

from psycopg import sql
from sqlalchemy import Connection, create_engine, make_url, text

from deploy.database import DATABASE, OWNER, opened
from shared.db import metadata

SERVICES_FOLDER = Path(__file__).parent.parent / "services"
# Any constant will do: two runners that start together take turns.
MIGRATING = 7_234_902


def migrate(admin_url: str, service: str) -> bool:
    """True when anything was done. The common case, nothing to do, does not even load the migration tool."""
    folder = SERVICES_FOLDER / service / "migrations"
    head = (folder / "HEAD").read_text().strip()
    if current(admin_url, service) == head:
        return False
    engine = create_engine(make_url(admin_url).set(drivername="postgresql+psycopg", database=DATABASE))
    try:
        with engine.begin() as connection:
            act_as_owner(connection, service)
            upgrade(connection, folder, service, head)
    finally:
        engine.dispose()
    return True


def current(admin_url: str, service: str) -> str | None:
    versions = f"{service}.alembic_version"
    with opened(admin_url, DATABASE) as connection:
        if connection.execute("SELECT to_regclass(%s)", [versions]).fetchone() == (None,):
            return None
        statement = sql.SQL("SELECT version_num FROM {}.alembic_version").format(sql.Identifier(service))
        row = connection.execute(statement).fetchone()
    return str(row[0]) if row else None


def act_as_owner(connection: Connection, service: str) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
    connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
    connection.execute(text("SELECT set_config('search_path', :schema, true)"), {"schema": service})


def upgrade(connection: Connection, folder: Path, service: str, head: str) -> None:
    # Here and not above: alembic takes longer to import than a start may take in all.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, service=service)
    command.upgrade(config, head)


def environment() -> None:
    """What every service's `migrations/env.py` calls; alembic runs that file, with the configuration made above."""
    from alembic import context

    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        version_table_schema=attributes["service"],
        # Gives constraints the names that models and error messages know.
        target_metadata=metadata(),
    )
    context.run_migrations()
