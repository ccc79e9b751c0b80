"""Brings a service's schema to its pinned head, and finds out in a moment when it is there already."""

from pathlib import Path

from psycopg import sql

from deploy import reference_data
from deploy.database import DATABASE, SERVICES, opened

SERVICES_FOLDER = Path(__file__).parent.parent / "services"


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
    # Not above: the tool takes longer to load than a start may take in all.
    from deploy.migrations import upgrade

    upgrade(admin_url, folder, service, head)
    return True


def current(admin_url: str, service: str) -> str | None:
    versions = f"{service}.alembic_version"
    with opened(admin_url, DATABASE) as connection:
        if connection.execute("SELECT to_regclass(%s)", [versions]).fetchone() == (None,):
            return None
        statement = sql.SQL("SELECT version_num FROM {}.alembic_version").format(sql.Identifier(service))
        row = connection.execute(statement).fetchone()
    return str(row[0]) if row else None
