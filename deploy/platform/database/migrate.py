"""Migrates a service's schema to its pinned head; quick when there is nothing to do."""

from pathlib import Path

from psycopg import sql

from deploy.platform.database import reference_data
from deploy.platform.database.roles import DATABASE, SERVICES, connect_as_admin

SERVICES_FOLDER = Path(__file__).parents[3] / "services"


def migrate_all(admin_url: str) -> None:
    """Every start calls this: each schema at its head, then the reference data that has changed."""
    for service in SERVICES:
        migrate(admin_url, service)
    reference_data.load(admin_url)


def migrate(admin_url: str, service: str) -> bool:
    """True when anything was done."""
    folder = SERVICES_FOLDER / service / "migrations"
    head = (folder / "HEAD").read_text().strip()
    if current(admin_url, service) == head:
        return False
    # Imported late: alembic takes longer to load than a start may take.
    from deploy.platform.database.migrations import upgrade

    upgrade(admin_url, folder, service, head)
    return True


def current(admin_url: str, service: str) -> str | None:
    versions = f"{service}.alembic_version"
    with connect_as_admin(admin_url, DATABASE) as connection:
        if connection.execute("SELECT to_regclass(%s)", [versions]).fetchone() == (None,):
            return None
        statement = sql.SQL("SELECT version_num FROM {}.alembic_version").format(sql.Identifier(service))
        row = connection.execute(statement).fetchone()
    return str(row[0]) if row else None
