"""Runs the migrations of a service in one transaction, as the owner of the tables and never as the service."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text

from deploy.platform.database.roles import DATABASE, OWNER

# An arbitrary constant; two processes that migrate at once wait for each other.
MIGRATING = 7_234_902


def upgrade(admin_url: str, folder: Path, service: str, head: str) -> None:
    engine = create_engine(make_url(admin_url).set(drivername="postgresql+psycopg", database=DATABASE))
    try:
        with engine.begin() as connection:
            act_as_owner(connection, service)
            command.upgrade(configuration(connection, folder, service), head)
    finally:
        engine.dispose()


def act_as_owner(connection: Connection, service: str) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
    connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
    connection.execute(text("SELECT set_config('search_path', :schema, true)"), {"schema": service})


def configuration(connection: Connection, folder: Path, service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, service=service)
    return config
